"""What is asked for again under its Idempotency-Key is what was asked for first."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.jobs import Jobs
from collecting.extensions.questions import ExtensionQuestions
from collecting.rounds.rules import RoundState
from contracts.errors import IdempotencyKeyReused
from contracts.fields import wire_time
from contracts.principal import Principal, Role
from services.reports.consolidation.questions import ConsolidationQuestions
from services.reports.problems.questions import ProblemQuestions
from tests.component.collecting.recording import owing
from tests.component.collecting.test_extensions import a_proposal, extend
from tests.component.reports.test_problems import keep
from tests.unit.collecting.duties import EARLY, LATE

CENTRAL = Principal("s1", "central", Role.CENTRAL_HR_BODY, "country", "").to_wire()
ROUND = "ethics-2569-1"


class Desk(ConsolidationQuestions, ExtensionQuestions, ProblemQuestions):
    """The questions on a store, without the bus between."""

    def __init__(self, store: Any, database: Any) -> None:
        self.store = store
        self.jobs = Jobs(database, "reports")
        self.now = lambda: LATE


@pytest.fixture
def desk(store, database) -> Desk:
    owing(store, 2)
    return Desk(store, database)


def order() -> dict[str, Any]:
    proposal = a_proposal()
    del proposal["round_id"]
    return proposal


def consolidating(desk):
    return lambda by, as_of=None, **key: desk.start_consolidation(by, ROUND, as_of, **key)


def extending(desk):
    return lambda by, reason="อุทกภัย", **key: desk.extend_round(
        by, ROUND, order() | {"reason": reason}, **key
    )


def withdrawing(desk):
    extend(desk.store)
    order = {"order_no": "2", "reason": "ยกเลิก"}
    return lambda by, reason="ยกเลิก", **key: desk.withdraw_extension(
        by, ROUND, 1, order | {"reason": reason}, **key
    )


@pytest.mark.parametrize(
    ("asking", "otherwise"),
    [(consolidating, wire_time(EARLY)), (extending, "อื่น"), (withdrawing, "อื่น")],
)
def test_a_job_asked_for_again_is_the_same_and_with_other_words_is_refused(
    desk, database, asking, otherwise
):
    ask = asking(desk)

    first, again = ask(CENTRAL, key="k"), ask(CENTRAL, key="k")
    with pytest.raises(IdempotencyKeyReused):
        ask(CENTRAL, otherwise, key="k")
    other_slot = ask(CENTRAL | {"slot_id": "s2"}, key="k")
    keyless = [ask(CENTRAL)["id"] for _ in range(2)]

    assert (first.pop("replayed"), again.pop("replayed")) == (False, True)
    assert first == again
    ids = {first["id"], other_slot["id"], *keyless}
    assert len(ids) == database["jobs"].count_documents({}) == 4


def test_a_repeat_is_answered_although_it_could_not_be_asked_for_any_more(desk, store):
    ask = withdrawing(desk)
    first = ask(CENTRAL, key="k")
    desk.move_due_dates(desk.jobs.claim(["extend_round"]))
    store.rounds.save(store.rounds.get(ROUND).to(RoundState.CLOSED, RoundState.OPEN))

    assert ask(CENTRAL, key="k")["id"] == first["id"]


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
