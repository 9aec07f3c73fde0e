"""The engine knows no ethics: a made-up collection goes the whole way, from owed to receipt."""

from __future__ import annotations

import json
from typing import Any

from collecting.filings.rules.decide import decide
from collecting.filings.shapes import event_of, read_attempt, receipt_facts
from collecting.obligations.open import announcements, owed_by
from collecting.obligations.rules.obligation import Obligation
from collecting.obligations.shapes import obligation_to_wire
from collecting.obligations.store import from_document, to_document
from collecting.printing import pages
from collecting.receipts import page
from collecting.rounds.proposals import opened_event
from collecting.workbooks.templates import filename_for, filled_for
from contracts.events import Event
from contracts.principal import Principal, Role
from tests.builders.duties import EARLY
from tests.builders.licences.kind import LICENCES
from tests.unit.collecting.duties import a_round, a_submission
from tests.unit.collecting.test_receipt_page import a_filing as a_kept_filing

ORGANISATION = {
    "_id": "o1",
    "code": "6810401",
    "type": "sao",
    "full_name": "องค์การบริหารส่วนตำบลสมมติ",
    "province_code": "81",
    "district_code": "8104",
}


ROUND = a_round()
OWED = list(owed_by(ORGANISATION, ROUND, LICENCES.subjects))
OFFICER = Principal("s1", "6810401-1", Role.LAO_OFFICER, "organisation", "o1", "o1")


def a_filing(**changes: Any) -> dict[str, Any]:
    """A recorded filing as it is stored."""
    return a_kept_filing(answers={}, reason=None, content_sha256="ab" * 32, **changes)


def says(thing: Any) -> str:
    """All that a thing says."""
    facts = thing.facts() if isinstance(thing, Event) else thing
    return json.dumps(facts, default=str, ensure_ascii=False)


def submitted(owed: Obligation) -> Any:
    return read_attempt(a_submission(owed, by=OFFICER.to_wire(), filing_id="f1"))


def test_an_organisation_owes_one_obligation_for_each_subject_of_the_kind():
    assert [(owed.id, owed.subject.id) for owed in OWED] == [
        ("licences-2569-1-o1-1", "stalls"),
        ("licences-2569-1-o1-2", "signs"),
    ]


def test_a_slot_that_is_of_no_subject_files_on_all_of_its_organisation():
    filings = [decide(submitted(owed), ROUND, owed) for owed in OWED]

    assert [filing.obligation.revision for filing in filings] == [1, 1]


def test_an_obligation_is_kept_and_read_back_under_the_axis_of_its_kind():
    document = to_document(OWED[1])

    assert document["licence"] == "signs"
    assert from_document(document, LICENCES) == OWED[1]


def test_whatever_is_said_bears_the_words_of_the_kind_and_none_of_ethics():
    owed, events = OWED[0], LICENCES.events
    filing = decide(submitted(owed), ROUND, owed)
    receipt = receipt_facts(filing)
    kept = a_filing(receipt=receipt | {"jws": "a.b.c"})

    said = [
        receipt,
        obligation_to_wire(owed, ROUND, at=EARLY),
        page.facts_of(kept, owed, ROUND, "https://sucharit.example", LICENCES.words),
        pages.of_filing(ROUND.form(LICENCES), kept, owed, LICENCES.words)["about"],
        filled_for(owed, ROUND, {}).told,
        filename_for(owed),
        event_of(filing, "n", events),
        opened_event(ROUND, events),
        *announcements([owed], ROUND, LICENCES),
    ]

    for each in said:
        assert "code_group" not in says(each)
        assert "จริยธรรม" not in says(each)
