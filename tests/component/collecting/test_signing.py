"""Where a round demands it, two persons sign exactly what is filed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from collecting.rounds.rules import Round, SignOff
from contracts.errors import ServiceError
from tests.builders.duties import EARLY
from tests.builders.licences.answers import some_answers
from tests.builders.recording import RECORDED, record
from tests.component.collecting.acting import Asked, interrupted_by
from tests.unit.collecting.duties import a_round, an_attempt, owing, the_officer_of


@pytest.fixture
def to_sign(store) -> Any:
    """An obligation of a round that two persons sign, with a draft."""
    round_: Round = a_round(sign_off=SignOff.TWO_PERSONS)
    (owed,) = owing(store, round_=round_)
    store.drafts.save(owed, some_answers(), made_from=0, at=EARLY, username="u")
    return store.obligations.get(owed.id)


def sign(asked: Asked, owed: Any, part: str, name: str, made_from: int = 1) -> dict[str, Any]:
    person = {"name": name, "position": "ปลัด", "acting": False, "of": "draft"}
    officer = the_officer_of(owed)
    if part == "head":
        officer = replace(officer, slot_id="another", holder_name="สมมติ ทดลอง")
    return asked.sign_draft(officer.to_wire(), owed.id, part, made_from, person)


def test_a_draft_that_two_have_signed_is_filed_and_the_signatures_are_used_up(store, to_sign):
    asked = Asked(store, EARLY)
    sign(asked, to_sign, "preparer", "ทดลอง หนึ่ง")
    shown = sign(asked, to_sign, "head", "ทดลอง สอง")

    (filing,) = record(store.ledger, [an_attempt(to_sign)], at=RECORDED)

    assert [each["part"] for each in shown["signatures"]] == ["preparer", "head"]
    assert filing["revision"] == 1
    assert store.obligations.get(to_sign.id).signatures == ()


def test_two_who_sign_at_once_have_both_signed(store, database, outbox, to_sign):
    other = Asked(store, EARLY)
    ours = interrupted_by(
        lambda: sign(other, to_sign, "head", "ทดลอง สอง"), store, database, outbox
    )

    sign(Asked(ours, EARLY), to_sign, "preparer", "ทดลอง หนึ่ง")

    signatures = store.obligations.get(to_sign.id).signatures
    assert {each.part for each in signatures} == {"preparer", "head"}


def test_a_draft_changed_while_it_is_signed_is_not_filed_by_that_signature(
    store, database, outbox, to_sign
):
    def change() -> None:
        store.drafts.save(to_sign, some_answers(score=1), made_from=1, at=EARLY, username="u")

    ours = interrupted_by(change, store, database, outbox)
    sign(Asked(ours, EARLY), to_sign, "preparer", "ทดลอง หนึ่ง")

    (refused,) = record(store.ledger, [an_attempt(to_sign, answers=some_answers(score=1))])

    assert refused.code == "reports.not_signed"


def test_signing_another_version_than_was_read_is_refused_and_unlocking_clears_both(store, to_sign):
    asked = Asked(store, EARLY)
    with pytest.raises(ServiceError) as stale:
        sign(asked, to_sign, "preparer", "ทดลอง หนึ่ง", made_from=7)
    sign(asked, to_sign, "preparer", "ทดลอง หนึ่ง")

    shown = asked.unlock_draft(the_officer_of(to_sign).to_wire(), to_sign.id)

    assert stale.value.code == "input.stale_version"
    assert shown["signatures"] == []
