"""A draft keeps whatever a person can type, and says what still keeps it from being filed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from collecting.drafts.view import require_keepable, shown, with_changes
from collecting.filings.rules.decide import decide
from collecting.obligations.shapes import obligation_to_wire
from collecting.sealing.receipts import receipt_number
from contracts.collecting.drafts import DraftSchema
from contracts.collecting.filings import FilingSchema
from contracts.errors import InvalidInput
from contracts.forms import unprintable
from tests.builders.duties import DUE, MILLISECOND, OPENS
from tests.builders.glyphs import GLYPHS
from tests.builders.licences.answers import some_answers
from tests.builders.licences.kind import FORM_OF_LAST_YEAR, OwedSchema
from tests.unit.collecting.duties import a_round, an_attempt, an_obligation

OWED = an_obligation()
(INSPECTION,) = some_answers()["inspections"]


def a_filing(revision: int, answers: dict[str, Any]) -> dict[str, Any]:
    """A filing as the ledger keeps it."""
    return {
        "_id": f"f{revision}",
        "obligation_id": OWED.id,
        "revision": revision,
        "kind": "original" if revision == 1 else "amendment",
        "answers": answers,
        "form_id": FORM_OF_LAST_YEAR.id,
        "form_version": FORM_OF_LAST_YEAR.version,
        "base_revision": None,
        "reason": None,
        "reason_class": None,
        "notes": {},
        "channel": "form",
        "judged_at": DUE,
        "accepted_at": datetime(2026, 12, 1, tzinfo=UTC),
        "on_time": True,
        "content_sha256": "0" * 64,
        "username": "6810401-1",
        "holder_name": None,
        "organisation_name": OWED.organisation_name,
        "receipt": {"number": receipt_number(f"f{revision}")},
    }


@pytest.mark.parametrize(
    ("answers", "pointer"),
    [
        ({"no_such_field": 1}, "/answers/no_such_field"),
        ({"issued": "many"}, "/answers/issued"),
        ({"registrar_name": 7}, "/answers/registrar_name"),
        ({"assistants": [{"age": 7}]}, "/answers/assistants/0/age"),
        ({"assistants": ["somebody"]}, "/answers/assistants"),
        ({"assistants": [{}] * 101}, "/answers/assistants"),
        ({"assistants": [{}] * 690_000}, "/answers/assistants"),
        ({"problems": "x" * 100_000}, "/answers/problems"),
        ({"registrar_status": "x" * 501}, "/answers/registrar_status"),
        ({"registrar_name": {"$where": [[[[]]]]}}, "/answers/registrar_name"),
    ],
)
def test_what_the_form_cannot_hold_is_refused_where_it_stands(answers, pointer):
    with pytest.raises(InvalidInput) as refused:
        require_keepable(FORM_OF_LAST_YEAR, answers)

    assert refused.value.details["pointer"] == pointer


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"issued": None, "registrar_name": ""},
        {"issued": -5},
        {"reporter_email": "half@"},
        {"registrar_status": "nobody"},
        {"score": 88.256},
        some_answers(),
    ],
)
def test_what_a_person_may_still_correct_is_kept(answers):
    require_keepable(FORM_OF_LAST_YEAR, answers)


def test_a_draft_tells_what_is_missing_apart_from_what_is_wrong():
    answers = some_answers(score=900)
    del answers["registrar_name"]

    draft = shown(OWED, FORM_OF_LAST_YEAR, answers, 4, lacking=GLYPHS.lacking, marks={})

    assert DraftSchema().validate(draft) == {}
    assert draft["missing"] == ["/answers/registrar_name"]
    assert [(fault["pointer"], fault["code"]) for fault in draft["faults"]] == [
        ("/answers/score", "range")
    ]
    assert draft["answers"] is answers
    assert (draft["version"], draft["base_revision"]) == (4, 0)


def test_a_complete_draft_misses_nothing():
    draft = shown(OWED, FORM_OF_LAST_YEAR, some_answers(), 1, lacking=GLYPHS.lacking, marks={})

    assert (draft["missing"], draft["faults"]) == ([], [])


def test_an_empty_draft_misses_every_question_that_must_be_answered():
    draft = shown(OWED, FORM_OF_LAST_YEAR, {}, 0, lacking=GLYPHS.lacking, marks={})

    assert "/answers/registrar_status" in draft["missing"]
    assert draft["faults"] == []


def test_what_paper_cannot_show_is_told_before_filing_and_refuses_nothing():
    answers = some_answers(
        problems="ดี \U0001f9ff\u1200 ✓",
        inspections=[INSPECTION, INSPECTION | {"name": "อบรม \u1200"}],
    )

    draft = shown(OWED, FORM_OF_LAST_YEAR, answers, 1, lacking=GLYPHS.lacking, marks={})

    assert DraftSchema().validate(draft) == {}
    second, first = draft["warnings"]
    assert (first["pointer"], first["code"], first["check"]) == (
        "/answers/problems",
        "unprintable",
        "",
    )
    question = FORM_OF_LAST_YEAR.fields["problems"]["label"]
    for words, language in ((first["message"], "th"), (first["message_en"], "en")):
        assert words.startswith(question[language])
        assert "“\U0001f9ff” (U+1F9FF), “\u1200” (U+1200)" in words
    assert second["pointer"] == "/answers/inspections/1/name"
    assert " 2 " in second["message"]
    assert FORM_OF_LAST_YEAR.objections(answers, notes={}) == []


def test_of_many_characters_that_paper_lacks_ten_are_named_and_of_many_places_a_hundred():
    text = "".join(map(chr, range(0x1200, 0x1220)))

    (one,) = unprintable(FORM_OF_LAST_YEAR, {"problems": text}, GLYPHS.lacking)
    many = unprintable(
        FORM_OF_LAST_YEAR,
        {
            "assistants": [{"name": text, "position": text}] * 10,
            "inspections": [{"name": text}] * 30,
            "outcomes": [{"outcome": text}] * 50,
            "problems": text,
        },
        GLYPHS.lacking,
    )

    assert one.message.count("U+") == 10
    assert "…" in one.message
    assert (len(many), many[-1].code) == (101, "more")


def test_revisions_tell_what_each_changed():
    told = with_changes(
        [
            a_filing(1, some_answers()),
            a_filing(2, some_answers(score=90, problems="ไม่มี")),
            a_filing(3, some_answers(score=90)),
        ]
    )

    assert [filing["changed"] for filing in told] == [
        [],
        ["/answers/problems", "/answers/score"],
        ["/answers/problems"],
    ]
    assert [filing["id"] for filing in told] == ["f1", "f2", "f3"]
    for filing in told:
        assert FilingSchema().validate(filing) == {}


def test_nothing_filed_is_an_empty_list():
    assert with_changes([]) == []


def test_an_obligation_shows_the_whole_days_left():
    def days_left(at: datetime) -> int:
        told = obligation_to_wire(OWED, a_round(), at=at)
        assert OwedSchema().validate(told) == {}
        return told["days_left"]

    assert days_left(DUE) == 0
    assert days_left(DUE.replace(hour=0)) == 0
    assert days_left(DUE.replace(day=18)) == 2
    assert days_left(DUE.replace(day=21)) == -1


def test_an_obligation_is_not_open_before_its_round_opens_for_filing():
    before, at = (
        obligation_to_wire(OWED, a_round(), at=moment) for moment in (OPENS - MILLISECOND, OPENS)
    )

    assert OwedSchema().validate(before) == {}
    assert (before["state"], at["state"]) == ("not_open", "open")


def test_a_filed_obligation_shows_when_and_whether_in_time():
    filed = decide(an_attempt(OWED, filing_id="f1"), a_round(), OWED).obligation

    told = obligation_to_wire(filed, a_round(), at=DUE)

    assert OwedSchema().validate(told) == {}
    assert (told["state"], told["revision"], told["on_time"]) == ("filed", 1, True)
    assert told["first_accepted_at"] == "2026-12-01T09:00:00.000+07:00"
    assert told["last_filing_id"] == "f1"
