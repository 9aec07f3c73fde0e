"""What is asked for again under its Idempotency-Key is what was asked for first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chassis.jobs import Jobs
from collecting.extensions.questions import ExtensionQuestions
from collecting.rounds.rules import RoundState
from contracts.errors import IdempotencyKeyReused
from contracts.principal import PrincipalFacts
from tests.builders.duties import LATE, OPERATOR
from tests.component.collecting.test_extensions import a_proposal, extend
from tests.unit.collecting.duties import a_round, owing

BY = OPERATOR.to_wire()
ROUND = a_round().id


class Desk(ExtensionQuestions):
    """The questions on a store, without the bus between."""

    def __init__(self, store: Any, database: Any) -> None:
        self.store = store
        self.jobs = Jobs(database, "licences")
        self.now = lambda: LATE


@pytest.fixture
def desk(store, database) -> Desk:
    owing(store, 2)
    return Desk(store, database)


def order() -> dict[str, Any]:
    proposal = a_proposal()
    del proposal["round_id"]
    return proposal


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


def require_one_job_for_a_key(
    database: Any, ask: Callable[..., Any], otherwise: str, by: PrincipalFacts
) -> None:
    """Ask with a key, again, with other words, from another slot, and without a key."""
    first, again = ask(by, key="k"), ask(by, key="k")
    with pytest.raises(IdempotencyKeyReused):
        ask(by, otherwise, key="k")
    other_slot = ask(by | {"slot_id": "s2"}, key="k")
    keyless = [ask(by)["id"] for _ in range(2)]

    assert (first.pop("replayed"), again.pop("replayed")) == (False, True)
    assert first == again
    ids = {first["id"], other_slot["id"], *keyless}
    assert len(ids) == database["jobs"].count_documents({}) == 4


@pytest.mark.parametrize("asking", [extending, withdrawing])
def test_a_job_asked_for_again_is_the_same_and_with_other_words_is_refused(desk, database, asking):
    require_one_job_for_a_key(database, asking(desk), "อื่น", BY)


def test_a_repeat_is_answered_although_it_could_not_be_asked_for_any_more(desk, store):
    ask = withdrawing(desk)
    first = ask(BY, key="k")
    desk.move_due_dates(desk.jobs.claim(["extend_round"]))
    store.rounds.save(store.rounds.get(ROUND).to(RoundState.CLOSED, RoundState.OPEN))

    assert ask(BY, key="k")["id"] == first["id"]
