"""A submission is read whole or not at all; what is malformed raises, so the intake parks it."""

from __future__ import annotations

import pytest

from collecting.filings.shapes import read_attempt
from collecting.obligations.rules.kinds import FilingKind
from collecting.sealing.receipts import content_sha256
from contracts.errors import ServiceError
from contracts.principal import Principal
from tests.builders.duties import EARLY
from tests.builders.licences.answers import some_answers
from tests.unit.collecting.duties import a_submission, an_obligation, the_officer_of

OWED = an_obligation()


def test_a_submission_is_read_as_the_gateway_sends_it():
    attempt = read_attempt(a_submission(OWED, filing_id="f1", base_revision=3, reason="แก้"))

    assert (attempt.filing_id, attempt.obligation_id) == ("f1", OWED.id)
    assert (attempt.kind, attempt.form_version) == (FilingKind.ORIGINAL, 1)
    assert (attempt.base_revision, attempt.reason) == (3, "แก้")
    assert attempt.accepted_at == EARLY
    assert attempt.answers == some_answers()
    assert attempt.content_sha256 == content_sha256(some_answers())
    assert attempt.by == Principal.from_wire(the_officer_of(OWED).to_wire())


def test_the_same_request_sent_again_later_has_the_same_fingerprint():
    first = a_submission(OWED)
    again = a_submission(
        OWED,
        filing_id=first["filing_id"],
        accepted_at="2026-12-02T10:00:00.000+07:00",
        answers=dict(reversed(some_answers().items())),
        by=first["by"] | {"holder_name": "คนใหม่"},
    )

    assert read_attempt(again).request_sha256 == read_attempt(first).request_sha256


@pytest.mark.parametrize(
    "changes",
    [
        {"obligation_id": "other"},
        {"kind": "amendment"},
        {"answers": some_answers(score=1)},
        {"form_version": 2},
        {"base_revision": 1},
        {"reason": "แก้"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_another_request_has_another_fingerprint(changes):
    first, other = a_submission(OWED), a_submission(OWED, **changes)

    assert read_attempt(first).request_sha256 != read_attempt(other).request_sha256


@pytest.mark.parametrize("name", sorted(a_submission(OWED)))
def test_a_submission_without_one_of_its_facts_is_malformed(name):
    body = a_submission(OWED)
    del body[name]

    with pytest.raises(KeyError):
        read_attempt(body)


MALFORMED = {
    "kind": "other",
    "answers": [1],
    "answers beyond exact numbers": {"score": 2**60},
    "answers that are no number": {"score": float("nan")},
    "accepted_at without offset": "2026-12-01T09:00:00",
    "accepted_at that is no time": "yesterday",
    "accepted_at that is a number": 0,
    "by nobody": {},
    "by an unknown role": {**the_officer_of(OWED).to_wire(), "role": "wizard"},
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_fact_is_no_refusal_but_a_failure(case):
    body = a_submission(OWED, **{case.split()[0]: MALFORMED[case]})

    with pytest.raises((KeyError, TypeError, ValueError)) as failed:
        read_attempt(body)

    assert not isinstance(failed.value, ServiceError)
