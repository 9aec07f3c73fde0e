"""Where a round asks for it, exactly what is filed is signed; signing locks the draft."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from collecting.filings.rules.decide import decide
from collecting.obligations.rules import corrections
from collecting.obligations.rules.obligation import Obligation, Signature, State
from collecting.rounds.rules import Round, SignOff
from collecting.sealing.receipts import content_sha256
from contracts.collecting.drafts import DraftSigned
from contracts.collecting.filings import NotSigned
from contracts.collecting.signatures import NothingToSign, SamePerson, SameSlot, SignOffNotAsked
from contracts.principal import Role
from tests.builders.duties import EARLY
from tests.builders.licences.answers import some_answers
from tests.unit.collecting.duties import (
    a_round,
    an_amending_attempt,
    an_attempt,
    an_obligation,
    the_officer_of,
)

OWED = an_obligation()
OFFICER = the_officer_of(OWED)
TWO = a_round(sign_off=SignOff.TWO_PERSONS)
DECLARED = a_round(sign_off=SignOff.DECLARATION)
ANOTHER_SLOT = {"slot_id": "another", "holder_name": "สมมติ ทดลอง"}
WITHDRAWN = {"kind": "withdrawal", "answers": {}, "base_revision": 1, "reason": "-"}


def a_signature(part: str, name: str, **changes: Any) -> Signature:
    signature = Signature(
        part=part,
        name=name,
        position="ปลัด",
        acting=part == "head",
        content_sha256=content_sha256(some_answers()),
        draft_version=1,
        slot_id=OFFICER.slot_id,
        username=OFFICER.username,
        holder_name=OFFICER.holder_name,
        signed_at=EARLY,
    )
    return replace(signature, **changes)


def signed(*signatures: Signature, of: Obligation = OWED, round_: Round = TWO) -> Obligation:
    for signature in signatures:
        of = corrections.signed(of, round_, signature)
    return of


PREPARER = a_signature("preparer", "ทดลอง หนึ่ง")
HEAD = a_signature("head", "ทดลอง สอง", **ANOTHER_SLOT)


def test_with_both_signatures_over_the_content_it_is_filed_and_they_are_used_up():
    filed = decide(an_attempt(OWED), TWO, signed(PREPARER, HEAD)).obligation

    assert (filed.state, filed.signatures) == (State.FILED, ())


@pytest.mark.parametrize(
    ("signatures", "missing"),
    [
        ((), "preparer, head"),
        ((PREPARER,), "head"),
        ((PREPARER, replace(HEAD, content_sha256="0" * 64)), "head"),
    ],
    ids=["none", "one", "over something else"],
)
def test_without_both_over_exactly_the_content_nothing_is_filed(signatures, missing):
    with pytest.raises(NotSigned) as refused:
        decide(an_attempt(OWED), TWO, signed(*signatures))

    assert refused.value.details == {"missing": missing}


@pytest.mark.parametrize("round_", [TWO, DECLARED], ids=["two persons", "declaration"])
def test_an_amendment_is_signed_anew_and_a_withdrawal_by_the_same_parts(round_):
    filed = decide(an_attempt(OWED), round_, signed(PREPARER, HEAD, round_=round_)).obligation
    drafts = signed(PREPARER, HEAD, of=filed, round_=round_)
    taken_back = [replace(each, of="withdrawal") for each in (PREPARER, HEAD)]
    one = signed(taken_back[0], of=filed, round_=round_)
    both = signed(*taken_back, of=filed, round_=round_)

    with pytest.raises(NotSigned):
        decide(an_amending_attempt(filed, 1, 90), round_, filed)
    for of in (filed, drafts, one):
        with pytest.raises(NotSigned):
            decide(an_attempt(OWED, **WITHDRAWN), round_, of)
    assert decide(an_attempt(OWED, **WITHDRAWN), round_, both).obligation.state is State.OPEN


def test_what_was_signed_of_the_draft_goes_when_its_withdrawal_is_signed():
    filed = decide(an_attempt(OWED), TWO, signed(PREPARER, HEAD)).obligation

    both = signed(PREPARER, replace(HEAD, of="withdrawal"), of=filed)

    assert [one.of for one in both.signatures] == ["withdrawal"]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        (ANOTHER_SLOT, False),
        (ANOTHER_SLOT | {"slot_id": OFFICER.slot_id}, True),
        (ANOTHER_SLOT | {"holder_name": f" {OFFICER.holder_name} "}, True),
        (ANOTHER_SLOT | {"holder_name": None}, False),
    ],
    ids=["another", "the same slot", "the same holder", "a holder nobody named"],
)
def test_two_persons_are_two_slots_that_not_one_holds_and_a_declaration_is_by_one(changes, refused):
    head = a_signature("head", "ทดลอง สอง", **changes)

    if refused:
        with pytest.raises(SameSlot):
            signed(PREPARER, head)
    else:
        assert len(signed(PREPARER, head).signatures) == 2
    assert len(signed(PREPARER, head, round_=DECLARED).signatures) == 2


def test_any_slot_of_the_organisation_signs_where_two_persons_do_and_no_other():
    other_subject = replace(OFFICER, slot_id="another", licence="signs")
    stranger = replace(OFFICER, area_code="o2", organisation_id="o2")
    office = replace(OFFICER, role=Role.DISTRICT_OFFICER, area="district", area_code="8104")

    assert [OWED.is_signed_by(each, TWO) for each in (OFFICER, other_subject)] == [True, True]
    assert [OWED.is_signed_by(each, DECLARED) for each in (OFFICER, other_subject)] == [True, False]
    assert not any(OWED.is_signed_by(each, TWO) for each in (stranger, office))


def test_one_person_is_not_two_however_the_name_is_spaced():
    same = a_signature("head", " ทดลอง   หนึ่ง ", **ANOTHER_SLOT)

    with pytest.raises(SamePerson):
        signed(PREPARER, same)
    assert len(signed(PREPARER, replace(PREPARER, position="นิติกร")).signatures) == 1


def test_signing_needs_a_round_that_asks_for_it_and_a_saved_draft():
    with pytest.raises(SignOffNotAsked):
        corrections.signed(OWED, a_round(), PREPARER)
    with pytest.raises(NothingToSign):
        signed(replace(PREPARER, draft_version=0))


def test_a_signed_draft_is_locked_until_unlocking_clears_both():
    locked = signed(PREPARER, HEAD)

    with pytest.raises(DraftSigned):
        locked.require_draftable(TWO, EARLY)
    unlocked = corrections.unlocked(locked)
    unlocked.require_draftable(TWO, EARLY)
    assert unlocked.signatures == ()
