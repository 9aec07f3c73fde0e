"""The six troubles that organisations reported in 2566, each impossible here.

The LAOs of a province wrote down what had stopped them (letter of 27 December 2566). A test for
each shows the same situation and that one gets through it.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders.answers import fuller_answers
from tests.builders.country import PROVINCE
from tests.builders.waiting import soon

pytestmark = pytest.mark.needs("reports")


def answers(**changes):
    """A full report, without a file attached."""
    return {
        name: value for name, value in fuller_answers(**changes).items() if name != "code_evidence"
    }


def pointers(told):
    return {(fault["pointer"], fault["code"]) for fault in told.json()["errors"]}


@pytest.fixture(scope="module")
def round_id(country):
    return country.open_round()


@pytest.fixture(scope="module")
def form(country):
    return country.operator.get("/v1/forms/ethics/versions/1")


def field_of(form, field_id):
    return next(
        field
        for section in form["sections"]
        for field in section["fields"]
        if field["id"] == field_id
    )


def test_1_who_the_head_and_the_deputies_are_is_said_and_filled_in(country, lao, round_id, form):
    officer, of_province = lao()[0], country.callers["2810411-1"]

    of_sao, of_pao = (
        each.get(f"/v1/obligations/{each.obligation_of(round_id)['id']}/draft")
        for each in (officer, of_province)
    )

    assert of_sao["answers"]["head_position"] == "นายกองค์การบริหารส่วนตำบล"
    assert of_pao["answers"]["head_position"] == "นายกองค์การบริหารส่วนจังหวัด"
    assert of_sao["prefilled"]["/answers/head_position"]["source"] == "registry"
    assert "นายก" in field_of(form, "head_status")["help"]["th"]
    assert "รองนายก" in field_of(form, "deputies")["help"]["th"]


def test_2_the_reporters_data_can_be_changed_after_registering(lao, round_id):
    officer = lao(changes=True)[0]
    slot_id = officer.get("/v1/sessions/current")["slot_id"]
    etag = officer.client.get(f"/v1/slots/{slot_id}").headers["ETag"]
    change = {"name": "เปลี่ยนชื่อ สมมติ", "position": "หัวหน้าสำนักปลัด"}

    changed = officer.client.patch(
        f"/v1/slots/{slot_id}/holder", json=change, headers={"If-Match": etag}
    )

    assert changed.status_code == 200, changed.text
    obligation = f"/v1/obligations/{officer.obligation_of(round_id)['id']}"
    draft = soon(
        lambda: (
            told["answers"]["reporter_name"] == change["name"] and told
            if (told := officer.get(f"{obligation}/draft"))
            else None
        )
    )
    assert draft["answers"]["reporter_position"] == change["position"]


def test_3_an_incomplete_form_cannot_be_confirmed_and_a_confirmed_one_can_be_corrected(
    country, lao, round_id
):
    officer, office = lao("8104")[0], country.callers["d8104"]
    obligation = f"/v1/obligations/{officer.obligation_of(round_id)['id']}"
    incomplete = {name: value for name, value in answers().items() if name != "headcount"}

    refused = officer.file(obligation.split("/")[-1], answers=incomplete)
    filed = officer.file(obligation.split("/")[-1], answers=answers())
    returned = office.client.post(
        f"{obligation}/returns",
        json={
            "reason": "โปรดตรวจสอบจำนวนเจ้าหน้าที่",
            "due_at": (datetime.now(UTC) + timedelta(days=7)).isoformat(),
        },
    )
    amended = officer.file(
        obligation.split("/")[-1],
        kind="amendment",
        base_revision=1,
        reason="แก้ไขตามที่ส่งคืน",
        answers=answers(headcount=43),
    )

    assert (refused.status_code, pointers(refused)) == (422, {("/answers/headcount", "required")})
    assert filed.status_code == returned.status_code == amended.status_code == 201
    assert amended.json()["filing"]["on_time"] is True
    first, second = officer.get(f"{obligation}/filings")["items"]
    assert (first["receipt_number"], second["changed"]) == (
        filed.json()["receipt"]["number"],
        ["/answers/headcount"],
    )


def test_4_an_organisation_without_a_mayor_goes_on(lao, round_id):
    vacant, acting = lao()[0], lao()[0]
    nobody = {
        name: value
        for name, value in answers(head_status="vacant", deputies=[]).items()
        if name not in ("head_name", "head_position")
    }

    told = [
        vacant.file(vacant.obligation_of(round_id)["id"], answers=nobody),
        acting.file(
            acting.obligation_of(round_id)["id"],
            answers=answers(head_status="acting", head_position="ปลัด ปฏิบัติหน้าที่นายก"),
        ),
    ]

    assert [each.status_code for each in told] == [201, 201]


def test_5_which_score_is_asked_for_is_said_and_has_to_be_chosen(lao, round_id, form):
    officer = lao()[0]
    obligation_id = officer.obligation_of(round_id)["id"]
    without = {name: value for name, value in answers().items() if name != "score_source"}

    refused = officer.file(obligation_id, answers=without)
    filed = officer.file(obligation_id, answers=answers(score_source="oit", score=91.5))

    choices = {choice["id"] for choice in field_of(form, "score_source")["choices"]}
    assert {"kpi", "ita_total", "iit", "eit", "oit"} < choices
    assert all(part in field_of(form, "score_source")["help"]["th"] for part in ("KPI", "OIT"))
    assert ("/answers/score_source", "required") in pointers(refused)
    assert filed.status_code == 201


def test_6_one_list_says_what_is_owed_and_whoever_heard_late_is_heard_and_gets_more_time(
    country, lao, round_id
):
    officer = lao()[0]
    owed = officer.obligation_of(round_id)

    reported = officer.client.post(
        "/v1/problem-reports",
        json={
            "category": "coordination_unclear",
            "text": "เพิ่งได้รับหนังสือแจ้ง",
            "round_id": round_id,
        },
    )
    assert reported.status_code == 201, reported.text
    answered = country.callers[f"p{PROVINCE}"].client.post(
        f"/v1/problem-reports/{reported.json()['id']}/answers",
        json={"text": "ขยายกำหนดส่งให้แล้ว", "circulate": False},
    )
    due_at = datetime.now(UTC) + timedelta(days=10)
    country.operator.job(
        country.operator.client.post(
            f"/v1/rounds/{round_id}/extensions",
            json={
                "scope": {"organisation": owed["organisation"]["id"]},
                "lao_due_at": due_at.isoformat(),
                "order_no": "ทดสอบ 66/2569",
                "reason": "ได้รับหนังสือล่าช้า",
            },
        )
    )

    assert owed["days_left"] >= 0
    assert owed["due_because"] is None
    assert answered.status_code == 201, answered.text
    now_owed = officer.obligation_of(round_id)
    assert datetime.fromisoformat(now_owed["due_at"]) == due_at.replace(
        microsecond=due_at.microsecond // 1000 * 1000
    )
    assert "ทดสอบ 66/2569" in now_owed["due_because"]
    summary = country.operator.get("/v1/problem-reports/summary", by="category", round=round_id)
    counted = {row["key"]: row["reported"] for row in summary["items"]}
    assert counted["coordination_unclear"] == 1
