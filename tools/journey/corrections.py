"""After the first filing: returned and corrected, accepted, extended by order, asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tools.journey import rounds
from tools.journey.client import Api, Facts, JourneyFailed
from tools.journey.filing import Filed, Filer
from tools.journey.screen import Step

RETURNED = 3
RETURNED_DAYS = 10
EXTENDED_DAYS = 7
TROUBLES = (
    ("score_source_unclear", "SYNTHETIC ไม่แน่ใจว่าต้องกรอกคะแนนส่วนใด"),
    ("head_vacant", "SYNTHETIC ยังไม่มีนายก กรอกชื่อหัวหน้าหน่วยงานอย่างไร"),
    ("score_source_unclear", "SYNTHETIC คะแนน ITA รวมยังไม่ประกาศ"),
    ("coordination_unclear", "SYNTHETIC เพิ่งได้รับหนังสือแจ้ง"),
)
ANSWER = "SYNTHETIC เลือกแหล่งคะแนนให้ตรงกับคะแนนที่มี แล้วกรอกคะแนนนั้น หากไม่มีให้เลือก ไม่มีคะแนน"


def return_some(
    filer: Filer, filed: list[Filed], on_time: str, now: datetime, step: Step
) -> list[Filed]:
    """Have a district's office return the first few reports, their officers amend them, and the
    office accept; return what is filed now.
    """
    office, _ = filer.anyone.signed_in(f"d{on_time}", filer.password)
    plain = [one for one in filed if one.district == on_time and one.manner.is_plain]
    changed: dict[str, Filed] = {}
    for one in plain[:RETURNED]:
        duty = f"/v1/obligations/{one.receipt['obligation_id']}"
        until = rounds.end_of_day(now, RETURNED_DAYS)
        why = {"reason": "SYNTHETIC โปรดตรวจสอบจำนวนเรื่องร้องเรียน", "due_at": until}
        returned = office.post(f"{duty}/returns", json=why).json()
        if returned["state"] != "returned":
            raise JourneyFailed(f"{duty} is {returned['state']} after its return")
        amended = filer.amend(one)
        accepted = office.post(f"{duty}/acceptances", json={}).json()
        if accepted["on_time"] is not True:
            raise JourneyFailed(f"{duty} is not on time any more after its correction")
        changed[one.username] = amended
    step.say(f"d{on_time} returned {len(changed)} reports; corrected, still on time, and accepted")
    return [changed.get(one.username, one) for one in filed]


def extend_one(
    operator: Api, round_id: str, filed: list[Filed], late: str, now: datetime, step: Step
) -> list[Filed]:
    """Extend one LAO of the late district by order; return what is filed, with it on time."""
    first = next(one for one in filed if one.district == late)
    owed = operator.get(f"/v1/obligations/{first.receipt['obligation_id']}")
    order = {
        "scope": {"organisation": owed["organisation"]["id"]},
        "lao_due_at": rounds.end_of_day(now, EXTENDED_DAYS),
        "order_no": "SYNTHETIC 2/2568",
        "reason": "น้ำท่วม (สมมติ)",
    }
    operator.job(operator.post(f"/v1/rounds/{round_id}/extensions", json=order), step.show)
    extended = operator.get(f"/v1/obligations/{owed['id']}")
    step.say(f"{extended['organisation']['full_name']}: due {extended['due_because']}")
    code = owed["organisation"]["code"]
    return [
        replace(one, on_time=True) if one.receipt["organisation_code"] == code else one
        for one in filed
    ]


def report_problems(operator: Api, filer: Filer, filed: list[Filed], step: Step) -> Facts:
    """Have officers report troubles and one answer go to everybody; return the summary."""
    reported = []
    for one, (category, text) in zip(filed, TROUBLES, strict=False):
        officer, _ = filer.anyone.signed_in(one.username, filer.password)
        body = {"category": category, "text": text, "round_id": one.receipt["round_id"]}
        reported.append(officer.post("/v1/problem-reports", json=body).json())
    answer = {"text": ANSWER, "circulate": True}
    operator.post(f"/v1/problem-reports/{reported[0]['id']}/answers", json=answer)
    read_by, _ = filer.anyone.signed_in(filed[-1].username, filer.password)
    if ANSWER not in [each["text"] for each in read_by.each("/v1/problem-answers")]:
        raise JourneyFailed("a circulated answer does not reach the other slots")
    round_id = reported[0]["round_id"]
    summary: Facts = operator.get("/v1/problem-reports/summary", by="category", round=round_id)
    for row in summary["items"]:
        if row["reported"]:
            step.say(f"{row['reported']} × {row['name']}")
    step.say(f"{summary['total']['reported']} problems reported, 1 answer circulated to all slots")
    return summary["total"]
