"""A receipt on paper: one A4 page. `receipt.typ` is the page; this is what it says.

It says what was so when the filing was recorded, so the same page comes out years later. The QR
code leads to the portal's check with the whole signed receipt behind the #, where no server sees
it: whoever scans it can check it offline too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chassis.typesetter import qr_svg
from collecting.kind import Words
from collecting.obligations.rules.kinds import FilingKind
from collecting.obligations.rules.obligation import Obligation
from collecting.rounds.rules import Mode, Round
from contracts.reference.calendar import as_bangkok, long_date
from contracts.reference.provinces import get_province

TEMPLATE = Path(__file__).with_name("receipt.typ")
_KINDS = {
    FilingKind.ORIGINAL: "ยื่นรายงานครั้งแรก",
    FilingKind.NIL: "ยืนยันว่าไม่มีเรื่องต้องรายงาน",
    FilingKind.AMENDMENT: "ยื่นแก้ไขเพิ่มเติม",
    FilingKind.WITHDRAWAL: "ถอนรายงานที่ยื่นไว้",
}
# As they are said over the phone; the alphabet of numbers has no other letters.
_SPOKEN = dict(
    zip(
        "0123456789ABCDEFGHJKMNPQRSTVWXY",
        (
            *("ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า"),
            *("เอ", "บี", "ซี", "ดี", "อี", "เอฟ", "จี", "เอช", "เจ", "เค", "เอ็ม"),
            *("เอ็น", "พี", "คิว", "อาร์", "เอส", "ที", "วี", "ดับเบิลยู", "เอกซ์", "วาย"),
        ),
        strict=True,
    )
)
Facts = dict[str, Any]


def facts_of(
    filing: Facts, obligation: Obligation, round_: Round, portal_url: str, words: Words
) -> Facts:
    """Return what the page says of a recorded filing."""
    receipt, portal = filing["receipt"], portal_url.rstrip("/")
    return {
        "title": f"{words.receipt} {receipt['number']}",
        "trial": round_.mode is Mode.TRIAL,
        "number": receipt["number"],
        "spoken": spoken(receipt["number"]),
        "organisation": filing["organisation_name"],
        "place": f"จังหวัด{get_province(obligation.province_code).name_th} · "
        f"รหัส {obligation.organisation_code}",
        "subject": obligation.subject.shown_th,
        "round": words.round.format(year=round_.year.title_th, no=round_.no),
        "kind": f"{_KINDS[FilingKind(filing['kind'])]} · ฉบับที่ {filing['revision']}",
        "accepted": long_time(filing["accepted_at"]),
        "verdict": verdict_of(filing),
        "because": because_of(filing),
        "on_time": filing["on_time"],
        "filed_by": filing["holder_name"] or filing["username"],
        "username": filing["username"],
        "sha256": [receipt["content_sha256"][at : at + 32] for at in (0, 32)],
        "portal": portal,
        "qr": qr_svg(f"{portal}/verify#{receipt['jws']}"),
    }


def verdict_of(filing: Facts) -> str:
    """Return whether the filing is on time, and by how much it is not."""
    if filing["kind"] == FilingKind.WITHDRAWAL:
        return "ถอนแล้ว ไม่มีรายงานที่มีผลอยู่"
    if filing["on_time"]:
        return "ทันกำหนด"
    return f"ล่าช้า {in_words(filing['judged_at'] - filing['due_at'])}"


def because_of(filing: Facts) -> str:
    """Return why: what was due when, by which order, and the time that counts."""
    because = f"กำหนดส่ง {long_time(filing['due_at'])}"
    if filing["due_because"]:
        because += f" {filing['due_because']}"
    if filing["judged_at"] != filing["accepted_at"]:
        because += f" · นับจากที่ยื่นเมื่อ {long_time(filing['judged_at'])}"
    return because


def in_words(late: timedelta) -> str:
    """Return how long it was late, in whole minutes."""
    days, minutes = divmod(late // timedelta(minutes=1), 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, "วัน"), (hours, "ชั่วโมง"), (minutes, "นาที")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "ไม่ถึง 1 นาที"


def long_time(at: datetime) -> str:
    """Return "28 สิงหาคม 2568 เวลา 09.30.15 น." as clocks in Thailand show it."""
    local = as_bangkok(at)
    return f"{long_date(local)} เวลา {local:%H.%M.%S} น."


def spoken(number: str) -> str:
    """Return a number as it is read out, group by group."""
    groups = number.split("-")
    return " · ".join(" ".join(_SPOKEN[character] for character in group) for group in groups)
