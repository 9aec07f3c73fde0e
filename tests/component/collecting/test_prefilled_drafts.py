"""A draft as it is asked for and saved: prefilled, confirmed, filed; at the same cost for all."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from collecting.drafts.questions.drafts import DraftQuestions
from collecting.rounds.rules import Mode
from contracts.collecting.drafts import DraftSchema
from contracts.errors import StaleVersion
from tests.builders.duties import EARLY
from tests.builders.glyphs import GLYPHS
from tests.builders.licences.answers import fuller_answers, some_answers
from tests.builders.recording import record
from tests.builders.watching import examined, explained, stages_of
from tests.unit.collecting.duties import a_round, an_attempt, an_obligation, owing, the_officer_of

HOLDER = {"name": "ทดลอง สมมติ", "position": "นิติกร", "phone": "021234567"}
LAST_YEAR = "licences-2568-1"


@pytest.fixture
def drafts(store) -> Any:
    """The questions on drafts, on a store of their own."""
    asked = DraftQuestions()
    asked.store, asked.now = store, lambda: EARLY
    asked.typesetter = SimpleNamespace(glyphs=GLYPHS)
    return asked


@pytest.fixture
def owed(store) -> Any:
    (found,) = owing(store, round_=a_round())
    return found


def by(owed):
    return the_officer_of(owed).to_wire()


def file_last_year(store, owed, **changes) -> None:
    """Have the same organisation file for the same code a year before."""
    round_ = a_round(id=LAST_YEAR, year_be=2568, form_id="licences-2568", **changes)
    store.rounds.add(round_)
    before = an_obligation(owed.organisation_id, round_id=LAST_YEAR, mode=round_.mode)
    store.obligations.add([before])
    record(store.ledger, [an_attempt(before)])


def test_an_untouched_draft_shows_what_is_known_and_from_where(store, drafts, owed):
    file_last_year(store, owed)

    draft = drafts.get_draft(by(owed), owed.id, HOLDER)

    assert DraftSchema().validate(draft) == {}
    assert draft["version"] == 0
    assert draft["answers"]["reporter_name"] == "ทดลอง สมมติ"
    assert draft["prefilled"]["/answers/reporter_name"]["source"] == "holder"
    assert draft["prefilled"]["/answers/registrar_position"]["source"] == "registry"
    assert draft["prefilled"]["/answers/issued"] == {"source": "last_year", "from": LAST_YEAR}
    assert draft["not_prefilled"] == ["survey"]


def test_without_its_holder_the_draft_is_shown_and_says_so(drafts, owed):
    draft = drafts.get_draft(by(owed), owed.id)

    assert "reporter_name" not in draft["answers"]
    assert draft["not_prefilled"] == ["holder", "survey"]


def test_last_years_answers_are_missing_until_they_are_confirmed_or_changed(store, drafts, owed):
    file_last_year(store, owed)
    shown = drafts.get_draft(by(owed), owed.id)
    answers = fuller_answers(**shown["answers"]) | {"issued": 43}

    saved = drafts.save_draft(by(owed), owed.id, 0, answers, ["/answers/registrar_name"])

    kept = drafts.get_draft(by(owed), owed.id)
    assert "/answers/issued" in shown["missing"]
    assert "/answers/registrar_name" in shown["missing"]
    assert "/answers/issued" not in saved["missing"]
    assert "/answers/registrar_name" not in saved["missing"]
    assert "/answers/assistants" in saved["missing"]
    assert (kept["missing"], kept["prefilled"]) == (saved["missing"], saved["prefilled"])

    pointers = list(saved["prefilled"])
    confirmed = drafts.save_draft(by(owed), owed.id, 1, answers, pointers)
    assert confirmed["missing"] == []
    assert drafts.get_draft(by(owed), owed.id)["prefilled"] == {}


def test_the_draft_says_what_is_left_to_confirm_and_the_ledger_takes_what_is_filed(
    store, drafts, owed
):
    file_last_year(store, owed)
    shown = drafts.get_draft(by(owed), owed.id)
    answers = fuller_answers(**shown["answers"])

    (recorded,) = record(store.ledger, [an_attempt(owed, answers=answers)])

    assert "/answers/issued" in shown["missing"]
    assert recorded["revision"] == 1


def test_who_never_looked_at_the_draft_files_as_ever(store, owed):
    file_last_year(store, owed)

    (recorded,) = record(store.ledger, [an_attempt(owed, answers=fuller_answers())])

    assert recorded["revision"] == 1


def test_what_was_filed_is_no_longer_marked(store, drafts, owed):
    drafts.get_draft(by(owed), owed.id, HOLDER)
    record(store.ledger, [an_attempt(owed, answers=fuller_answers())])

    draft = drafts.get_draft(by(owed), owed.id, HOLDER)

    assert (draft["answers"], draft["prefilled"]) == (fuller_answers(), {})


@pytest.mark.parametrize(
    "changes",
    [{"mode": Mode.TRIAL}, {"form_id": "another-form"}, {"fiscal_year_be": 2570}],
    ids=["a trial", "another form", "a later year"],
)
def test_nothing_is_taken_from(store, drafts, owed, changes):
    file_last_year(store, owed)
    store.rounds._rounds.update_one(
        {"_id": LAST_YEAR}, {"$set": {**changes, "mode": changes.get("mode", Mode.LIVE).value}}
    )

    shown = drafts.get_draft(by(owed), owed.id)

    assert "issued" not in shown["answers"]


def test_nothing_is_taken_from_what_was_withdrawn(store, drafts, owed):
    file_last_year(store, owed)
    store.rounds._database["filings"].update_one({}, {"$set": {"kind": "withdrawal"}})

    assert "issued" not in drafts.get_draft(by(owed), owed.id)["answers"]


def test_another_holder_of_the_slot_goes_on_where_the_first_stopped(drafts, owed):
    drafts.save_draft(by(owed), owed.id, 0, {"registrar_name": "พิมพ์ค้าง"})
    successor = replace(the_officer_of(owed), holder_name="คนใหม่ สมมติ").to_wire()

    draft = drafts.get_draft(successor, owed.id, {**HOLDER, "name": "คนใหม่ สมมติ"})

    assert (draft["answers"], draft["version"]) == ({"registrar_name": "พิมพ์ค้าง"}, 1)
    with pytest.raises(StaleVersion):
        drafts.save_draft(successor, owed.id, 0, {"registrar_name": "ทับ"})


def test_a_warning_is_shown_with_the_check_it_comes_from(drafts, owed):
    saved = drafts.save_draft(by(owed), owed.id, 0, fuller_answers(issued=0))

    assert ("none_issued", "/answers/issued") in [
        (warning["check"], warning["pointer"]) for warning in saved["warnings"]
    ]
    assert saved["faults"] == []


def test_a_purge_takes_the_marks_along(store, database, drafts):
    round_ = a_round(mode=Mode.TRIAL)
    (owed,) = owing(store, round_=round_)
    drafts.get_draft(by(owed), owed.id, HOLDER)
    assert database["prefills"].count_documents({}) == 1

    store.rounds.purge(round_)

    assert database["prefills"].count_documents({}) == 0


# -- what it costs --------------------------------------------------------------------------


def commands_of(commands, ask) -> list[dict[str, Any]]:
    with commands.during() as sent:
        ask()
    return sent


def cost_of_a_draft(store, commands, drafts, owed) -> SimpleNamespace:
    """What is asked of the database for a draft in each of its situations."""
    who = by(owed)
    first = commands_of(commands, lambda: drafts.get_draft(who, owed.id, HOLDER))
    begun = commands_of(commands, lambda: drafts.save_draft(who, owed.id, 0, some_answers()))
    saved = commands_of(commands, lambda: drafts.save_draft(who, owed.id, 1, some_answers()))
    read = commands_of(commands, lambda: drafts.get_draft(who, owed.id))
    return SimpleNamespace(first=first, begun=begun, saved=saved, read=read)


def test_a_draft_costs_as_little_among_thousands_of_organisations(
    store, database, commands, drafts
):
    def ask_among(count: int) -> SimpleNamespace:
        for name in ("obligations", "rounds", "filings", "drafts", "prefills"):
            database[name].delete_many({})
        obligations = owing(store, count, a_round())
        file_last_year(store, obligations[-1])
        return cost_of_a_draft(store, commands, drafts, obligations[-1])

    few, many = ask_among(1), ask_among(3_000)

    costs = {name: len(sent) for name, sent in vars(many).items()}
    assert {name: len(sent) for name, sent in vars(few).items()} == costs
    # What is saved is counted towards its quota by one of them.
    assert costs == {"first": 4, "begun": 5, "saved": 3, "read": 1}
    looked = [
        documents
        for sent in vars(many).values()
        for command in sent
        for explanation in explained(database, command)
        for documents in examined(explanation)
    ]
    assert max(looked) <= 1


def test_every_query_of_a_draft_has_its_index(store, database, commands, drafts, owed):
    file_last_year(store, owed)
    sent = [
        each
        for part in vars(cost_of_a_draft(store, commands, drafts, owed)).values()
        for each in part
    ]

    plans = [plan for command in sent for plan in explained(database, command)]

    assert len(plans) >= 10
    assert not any("COLLSCAN" in stages_of(plan) for plan in plans)
