"""Whatever is done in whatever order, the ledger is what a plain list of what was done says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collecting.extensions.rules import Extension, due_after, to_withdraw
from collecting.filings.rules.decide import decide
from collecting.obligations.rules import corrections
from collecting.obligations.rules.obligation import Obligation, State
from contracts.errors import ServiceError
from contracts.fields import wire_time
from contracts.principal import Principal, Role
from tests.builders.duties import CLOSES, DUE
from tests.builders.licences.answers import nil_answers, some_answers
from tests.length import examples
from tests.unit.collecting.duties import a_round, an_attempt, an_obligation, an_order

CORRECTIONS_END = CLOSES + timedelta(days=10)
LATE_CLASS = "replacement"
ROUND = a_round(corrections_close_at=CORRECTIONS_END, late_if_amended_as=(LATE_CLASS,))
OWED = an_obligation()
OFFICES = [
    Principal("s-1", "d8104", Role.DISTRICT_OFFICER, "district", "8104"),
    Principal("s-2", "p81", Role.PROVINCE_OFFICER, "province", "81"),
    Principal("s-3", "central", Role.CENTRAL_HR_BODY, "country", ""),
]


@dataclass(frozen=True)
class Step:
    """Something that somebody tries; `at` comes from how long after the last one."""

    does: str
    days: float
    office: int
    score: int
    reason_class: str
    stale: bool


@dataclass
class Plain:
    """What has been done, and what follows from it by the rules as people say them."""

    revisions: list[tuple[str, datetime, Any, str]] = field(default_factory=list)
    extensions: list[datetime] = field(default_factory=list)
    due_dates: list[tuple[datetime, datetime]] = field(default_factory=list)
    extended: bool = False
    correct_until: datetime | None = None
    returned_by: int | None = None
    accepted_by: int | None = None
    accepted_before: int | None = None
    drafted: bool = False

    @property
    def content(self) -> Any:
        kind, _, content, _ = self.revisions[-1] if self.revisions else ("withdraw", None, None, "")
        return None if kind == "withdraw" else content

    @property
    def due_at(self) -> datetime:
        return max([DUE, *self.extensions[-1:]])

    @property
    def is_on_time(self) -> bool:
        """By the due date that stands now, or by the one that stood when it was filed."""
        return self.judged_at <= max(self.due_at, self.due_when(self.judged_at))

    def due_when(self, moment: datetime) -> datetime:
        """The due date that stood at a moment."""
        return [DUE, *(due_at for since, due_at in self.due_dates if since <= moment)][-1]

    @property
    def files_until(self) -> datetime:
        return max(CLOSES, self.due_at) if self.extended else CLOSES

    @property
    def judged_at(self) -> datetime | None:
        restarts = [at for kind, at, _, of in self.revisions if (kind, of) == ("amend", LATE_CLASS)]
        return (restarts or [at for _, at, _, _ in self.revisions[:1]] or [None])[-1]

    @property
    def state(self) -> State:
        if self.content is None:
            return State.DRAFT if self.drafted else State.OPEN
        if self.returned_by is not None:
            return State.RETURNED
        kinds = {"file": State.FILED, "nil": State.CONFIRMED_NIL, "amend": State.AMENDED}
        return kinds[self.revisions[-1][0]]

    def try_(self, step: Step, at: datetime) -> bool:
        """Do it, if it may be done."""
        if not getattr(self, f"may_{step.does}")(step, at):
            return False
        getattr(self, f"do_{step.does}")(step, at)
        return True

    def may_draft(self, step: Step, at: datetime) -> bool:
        return True

    def do_draft(self, step: Step, at: datetime) -> None:
        self.drafted = True

    def may_file(self, step: Step, at: datetime) -> bool:
        return self.content is None and at <= self.files_until

    def do_file(self, step: Step, at: datetime) -> None:
        self._add("file", at, step.score, "")

    def may_nil(self, step: Step, at: datetime) -> bool:
        return self.may_file(step, at)

    def do_nil(self, step: Step, at: datetime) -> None:
        self._add("nil", at, "nil", "")

    def may_amend(self, step: Step, at: datetime) -> bool:
        ends = [CORRECTIONS_END, self.files_until, self.correct_until or CORRECTIONS_END]
        differs = self.content is not None and step.score != self.content
        return differs and not step.stale and at <= max(ends)

    def do_amend(self, step: Step, at: datetime) -> None:
        self._add("amend", at, step.score, step.reason_class)

    def may_withdraw(self, step: Step, at: datetime) -> bool:
        return self.content is not None and not step.stale and at <= self.files_until

    def do_withdraw(self, step: Step, at: datetime) -> None:
        self._add("withdraw", at, None, "")

    def may_return(self, step: Step, at: datetime) -> bool:
        waits = self.returned_by is not None
        above = self.accepted_by is not None and self.accepted_by > step.office
        return self.content is not None and not waits and not above

    def do_return(self, step: Step, at: datetime) -> None:
        self.returned_by, self.accepted_before = step.office, self.accepted_by
        self.accepted_by = None
        self.correct_until = until(step, at)

    def may_take_back(self, step: Step, at: datetime) -> bool:
        return self.returned_by is not None and step.office >= self.returned_by

    def do_take_back(self, step: Step, at: datetime) -> None:
        self.returned_by, self.accepted_by = None, self.accepted_before
        self.correct_until = min(self.correct_until or at, at)

    def may_accept(self, step: Step, at: datetime) -> bool:
        above = self.accepted_by is not None and self.accepted_by >= step.office
        return self.content is not None and self.returned_by is None and not above

    def do_accept(self, step: Step, at: datetime) -> None:
        self.accepted_by = step.office

    def may_extend(self, step: Step, at: datetime) -> bool:
        return True

    def do_extend(self, step: Step, at: datetime) -> None:
        self.extensions.append(until(step, at))
        self._moved(at)

    def may_unextend(self, step: Step, at: datetime) -> bool:
        return bool(self.extensions)

    def do_unextend(self, step: Step, at: datetime) -> None:
        self.extensions.pop()
        self._moved(at)

    def _moved(self, at: datetime) -> None:
        self.due_dates.append((at, self.due_at))
        self.extended = True

    def _add(self, kind: str, at: datetime, content: Any, reason_class: str) -> None:
        self.revisions.append((kind, at, content, reason_class))
        self.returned_by = self.accepted_by = None
        self.drafted = False


def until(step: Step, at: datetime) -> datetime:
    """Until when a return, or the due date that an extension gives."""
    return at + timedelta(days=1 + step.score * 20)


def tried(step: Step, at: datetime, owed: Obligation, orders: list[Extension]) -> Obligation:
    """Do it to the obligation as the services do. Raises ServiceError."""
    office = OFFICES[step.office]
    if step.does == "draft":
        return replace(owed, state=State.DRAFT) if owed.state is State.OPEN else owed
    if step.does in ("extend", "unextend"):
        facts = {"lao_due_at": until(step, at), "withdraws": None}
        if step.does == "unextend":
            ended = {order.withdraws for order in orders}
            given = [each.no for each in orders if each.withdraws is None and each.no not in ended]
            facts = {"lao_due_at": None, "withdraws": to_withdraw(orders, max(given, default=0)).no}
        orders.append(an_order(no=len(orders) + 1, extended_at=at, **facts))
        due = due_after(orders, DUE, "")
        on_time = owed.judged_at and due.is_met_at(owed.judged_at)
        moved = replace(owed, due_at=due.at, extension_no=due.extension_no, stood=due.stood)
        return replace(moved, on_time=on_time)
    if step.does == "return":
        return corrections.returned(
            owed, ROUND, by=office, reason="-", correct_until=until(step, at), seen=None, at=at
        )
    if step.does == "take_back":
        return corrections.taken_back(owed, ROUND, by=office, at=at)
    if step.does == "accept":
        return corrections.accepted(owed, ROUND, by=office, note="", seen=None, at=at)
    return decide(attempted(step, at, owed), ROUND, owed).obligation


def attempted(step: Step, at: datetime, owed: Obligation) -> Any:
    kinds = {"file": "original", "nil": "nil", "amend": "amendment", "withdraw": "withdrawal"}
    answers = {"nil": nil_answers(), "withdraw": {}}.get(step.does, some_answers(score=step.score))
    return an_attempt(
        owed,
        kind=kinds[step.does],
        answers=answers,
        base_revision=owed.revision + step.stale,
        reason="-",
        reason_class=step.reason_class,
        accepted_at=wire_time(at),
    )


OFTEN = ["draft", "file", "file", "nil", "amend", "amend", "amend", "withdraw"]
OFTEN += ["return", "return", "take_back", "accept", "extend", "extend", "unextend"]
steps = st.builds(
    Step,
    does=st.sampled_from(OFTEN),
    days=st.sampled_from([0.0, 0.5, 3.0, 20.0, 45.0]),
    office=st.integers(0, 2),
    score=st.integers(1, 3),
    reason_class=st.sampled_from(["correction", "addition", LATE_CLASS]),
    stale=st.sampled_from([False, False, False, True]),
)


@settings(max_examples=examples(250))
@given(st.lists(steps, min_size=5, max_size=30))
def test_no_filing_becomes_late_but_by_a_class_that_says_so_in_any_order_of_acts(history):
    owed, plain, at, orders = OWED, Plain(), DUE - timedelta(days=2), []
    for step in history:
        at += timedelta(days=step.days)
        before = owed
        try:
            owed = tried(step, at, owed, orders)
            done = True
        except ServiceError:
            done = False

        assert done is plain.try_(step, at), step
        in_force = plain.content is not None
        assert owed.is_in_force is in_force
        assert owed.revision == len(plain.revisions)
        assert owed.state is plain.state
        assert owed.judged_at == plain.judged_at
        assert owed.is_accepted is (plain.accepted_by is not None)
        assert owed.due_at == plain.due_at
        if owed.revision:
            assert owed.on_time is plain.is_on_time
            assert owed.first_accepted_at == plain.revisions[0][1]
        if before.on_time and not owed.on_time:
            was_late = owed.judged_at > plain.due_when(owed.judged_at)
            restarted = (step.does, step.reason_class) == ("amend", LATE_CLASS)
            assert restarted or (step.does in ("extend", "unextend") and was_late)
        if before.revision:
            assert owed.first_accepted_at == before.first_accepted_at
        assert owed.revision - before.revision in (0, 1)
    assert [act.no for act in owed.acts] == list(range(1, len(owed.acts) + 1))
