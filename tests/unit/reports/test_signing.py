"""Where a round demands it, two persons sign exactly what is filed; signing locks the draft."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contracts.reports.correction_errors import (
    DraftSigned,
    NothingToSign,
    NotSigned,
    SamePerson,
    SignOffNotAsked,
)
from services.reports.domain import corrections
from services.reports.domain.filings import decide
from services.reports.domain.obligations import Obligation, Signature, State
from services.reports.receipts import content_sha256
from tests.builders.answers import some_answers
from tests.unit.reports.duties import (
    EARLY,
    a_round,
    an_amending_attempt,
    an_attempt,
    an_obligation,
    the_officer_of,
)

OWED = an_obligation()
OFFICER = the_officer_of(OWED)
TWO = a_round(two_person_sign_off=True)
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


def signed(*signatures: Signature, of: Obligation = OWED) -> Obligation:
    for signature in signatures:
        of = corrections.signed(of, TWO, signature)
    return of


PREPARER = a_signature("preparer", "ทดลอง หนึ่ง")
HEAD = a_signature("head", "ทดลอง สอง")


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


def test_an_amendment_is_signed_anew_and_a_withdrawal_needs_no_signature():
    filed = decide(an_attempt(OWED), TWO, signed(PREPARER, HEAD)).obligation

    with pytest.raises(NotSigned):
        decide(an_amending_attempt(filed, 1, 90), TWO, filed)
    assert decide(an_attempt(OWED, **WITHDRAWN), TWO, filed).obligation.state is State.OPEN


def test_one_person_is_not_two_however_the_name_is_spaced():
    same = a_signature("head", " ทดลอง   หนึ่ง ")

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
