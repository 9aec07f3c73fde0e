"""A receipt on paper says what was so, fits a page, and is the same bytes years later."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.typesetter import Typesetter, qr_svg
from collecting.receipts.page import TEMPLATE, because_of, facts_of, in_words, spoken
from collecting.rounds.rules import Mode
from collecting.sealing import receipts
from collecting.sealing.receipts import Signer
from collecting.settings import Settings
from tests.builders.duties import DUE, EARLY, LATE
from tests.builders.licences.kind import LICENCES
from tests.unit.collecting.duties import a_round, an_obligation

PORTAL = "https://sucharit.example"
SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
NUMBER = "K7QM-2F9D-XW4T"


def a_filing(**changes: Any) -> dict[str, Any]:
    """A recorded filing as it is stored."""
    receipt = {"number": NUMBER, "content_sha256": "ab" * 32, "filing_id": "f1"}
    filing = {
        "kind": "original",
        "revision": 1,
        "accepted_at": EARLY,
        "judged_at": EARLY,
        "due_at": DUE,
        "due_because": "",
        "on_time": True,
        "organisation_name": "องค์การบริหารส่วนตำบลสมมติ",
        "username": "6810401-1",
        "holder_name": "ทดลอง สมมติ",
        "receipt": SIGNER.seal(receipt),
    }
    return filing | changes


def page(mode: Mode = Mode.LIVE, **changes: Any) -> dict[str, Any]:
    return facts_of(
        a_filing(**changes), an_obligation(), a_round(mode=mode), PORTAL + "/", LICENCES.words
    )


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter(Settings.font_dir)


def test_a_page_says_who_filed_what_and_when_in_thai_years_and_time():
    said = page()

    assert said["number"] == NUMBER
    assert said["organisation"] == "องค์การบริหารส่วนตำบลสมมติ"
    assert said["place"] == "จังหวัดกระบี่ · รหัส 6810401"
    assert said["subject"] == "แผงลอย (ประเภทที่ 1)"
    assert said["round"] == "รายงานใบอนุญาต ประจำปีงบประมาณ พ.ศ. 2569 ครั้งที่ 1"
    assert said["accepted"] == "1 ธันวาคม 2569 เวลา 09.00.00 น."
    assert "".join(said["sha256"]) == "ab" * 32


def test_the_organisation_is_named_as_it_was_when_it_filed():
    renamed = an_obligation(organisation_name="เทศบาลตำบลสมมติ")

    said = facts_of(a_filing(), renamed, a_round(), PORTAL, LICENCES.words)

    assert said["organisation"] == "องค์การบริหารส่วนตำบลสมมติ"


def test_on_time_and_late_are_said_with_the_reason():
    ordered = a_filing(due_because="ขยายเวลา 7 วัน (คำสั่งที่ 12)")
    late = page(accepted_at=LATE, judged_at=LATE, on_time=False)

    assert page()["verdict"] == "ทันกำหนด"
    assert because_of(ordered) == (
        "กำหนดส่ง 20 ธันวาคม 2569 เวลา 23.59.59 น. ขยายเวลา 7 วัน (คำสั่งที่ 12)"
    )
    assert late["verdict"] == "ล่าช้า 15 วัน 9 ชั่วโมง"


def test_an_amendment_says_from_which_filing_it_is_counted():
    said = page(kind="amendment", revision=2, accepted_at=LATE)

    assert (said["kind"], said["verdict"]) == ("ยื่นแก้ไขเพิ่มเติม · ฉบับที่ 2", "ทันกำหนด")
    assert "นับจากที่ยื่นเมื่อ 1 ธันวาคม 2569 เวลา 09.00.00 น." in said["because"]


def test_a_withdrawal_does_not_look_like_a_report():
    assert page(kind="withdrawal", revision=2)["verdict"] == "ถอนแล้ว ไม่มีรายงานที่มีผลอยู่"


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (timedelta(seconds=59), "ไม่ถึง 1 นาที"),
        (timedelta(minutes=61), "1 ชั่วโมง 1 นาที"),
        (timedelta(days=2, minutes=3), "2 วัน 3 นาที"),
    ],
)
def test_a_delay_is_told_in_words(late, words):
    assert in_words(late) == words


def test_every_character_of_a_number_has_a_name_to_say():
    assert spoken(NUMBER) == "เค เจ็ด คิว เอ็ม · สอง เอฟ เก้า ดี · เอกซ์ ดับเบิลยู สี่ ที"
    assert len(set(spoken(receipts._ALPHABET).split())) == len(receipts._ALPHABET)


def test_the_qr_code_is_the_portal_with_the_whole_signed_receipt():
    filing = a_filing()

    assert page()["qr"] == qr_svg(f"{PORTAL}/verify#{filing['receipt']['jws']}")


@pytest.mark.parametrize("ordered", ["ขยายเวลาเนื่องจากอุทกภัย " * 19, "ขยายเวลาเนื่องจากอุทกภัย" * 20])
def test_it_is_one_page_of_the_same_bytes_each_time(typesetter, ordered):
    longest = "องค์การบริหารส่วนตำบล" + "หนองบัวสะอาด" * 3

    first = typesetter.render_here(TEMPLATE, page(organisation_name=longest, due_because=ordered))

    assert re.findall(rb"/Count (\d+)", first) == [b"1"]
    assert (
        typesetter.render_here(TEMPLATE, page(organisation_name=longest, due_because=ordered))
        == first
    )


def test_a_trial_is_marked_on_the_page(typesetter):
    live, trial = page(), page(Mode.TRIAL)

    assert (live["trial"], trial["trial"]) == (False, True)
    assert typesetter.render_here(TEMPLATE, trial) != typesetter.render_here(
        TEMPLATE, trial | {"trial": False}
    )
