"""What is asked for again under its Idempotency-Key is what was asked for first."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.jobs import Jobs
from contracts.errors import IdempotencyKeyReused, InvalidInput
from contracts.fields import wire_time
from contracts.principal import Principal, Role
from services.reports.consolidation.questions import ConsolidationQuestions
from services.reports.problems.questions import ProblemQuestions
from tests.builders.duties import EARLY, LATE, MILLISECOND, OPENS
from tests.component.collecting.test_asked_twice import require_one_job_for_a_key
from tests.component.reports.test_problems import keep
from tests.unit.reports.duties import owing

ROUND = "ethics-2569-1"
CENTRAL = Principal("s1", "central", Role.CENTRAL_HR_BODY, "country", "").to_wire()


class Desk(ConsolidationQuestions, ProblemQuestions):
    """The questions on a store, without the bus between."""

    def __init__(self, store: Any, database: Any) -> None:
        self.store = store
        self.jobs = Jobs(database, "reports")
        self.now = lambda: LATE


@pytest.fixture
def desk(store, database) -> Desk:
    owing(store, 2)
    return Desk(store, database)


def consolidating(desk):
    return lambda by, as_of=None, **key: desk.start_consolidation(by, ROUND, as_of, **key)


def test_a_consolidation_asked_for_again_is_the_same_and_of_another_moment_is_refused(
    desk, database
):
    require_one_job_for_a_key(database, consolidating(desk), wire_time(EARLY), CENTRAL)


@pytest.mark.parametrize(
    ("as_of", "is_taken"),
    [
        (OPENS - MILLISECOND, False),
        (OPENS, True),
        (LATE, True),
        (LATE + MILLISECOND, False),
    ],
)
def test_a_consolidation_is_of_a_moment_since_the_round_opened_and_of_none_to_come(
    desk, as_of, is_taken
):
    ask = consolidating(desk)

    if is_taken:
        assert ask(CENTRAL, wire_time(as_of))["state"] == "queued"
        return
    with pytest.raises(InvalidInput) as refused:
        ask(CENTRAL, wire_time(as_of))
    assert refused.value.details["pointer"] == "/as_of"


def test_an_answer_to_a_problem_sent_again_is_kept_once(desk, store, database):
    report, _ = keep(store)

    def ask(text="ตอบ", slot_id="s1", key: str | None = "k"):
        return desk.answer_problem(CENTRAL | {"slot_id": slot_id}, report.id, text, True, key)

    first, again = ask(), ask()
    with pytest.raises(IdempotencyKeyReused):
        ask("อีกคำตอบ")
    others = [ask(slot_id="s2"), ask(key=None), ask(key=None)]

    assert (first["repeated"], again["repeated"]) == (False, True)
    assert first["report"] == again["report"]
    assert [told["repeated"] for told in others] == [False] * 3
    (document,) = database["problem_reports"].find()
    assert len(document["answers"]) == 4
    assert len(document["outbox"]) == 1 + 4
