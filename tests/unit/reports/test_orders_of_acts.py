"""Whatever is done in whatever order, the ledger is what a plain list of what was done says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import ServiceError
from contracts.fields import wire_time
from contracts.principal import Principal, Role
from services.reports.domain import corrections
from services.reports.domain.filings import decide
from services.reports.domain.obligations import Obligation, State
from tests.builders.answers import nil_answers, some_answers
from tests.unit.reports.duties import CLOSES, DUE, a_round, an_attempt, an_obligation

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
    due_at: datetime = DUE
    extended: bool = False
    correct_until: datetime | None = None
    returned_by: int | None = None
    accepted_by: int | None = None
    drafted: bool = False

    @property
    def content(self) -> Any:
        kind, _, content, _ = self.revisions[-1] if self.revisions else ("withdraw", None, None, "")
        return None if kind == "withdraw" else content

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
        self.returned_by, self.accepted_by = step.office, None
        self.correct_until = until(step, at)

    def may_take_back(self, step: Step, at: datetime) -> bool:
        return self.returned_by is not None and step.office >= self.returned_by

    def do_take_back(self, step: Step, at: datetime) -> None:
        self.returned_by = None
        self.correct_until = min(self.correct_until or at, at)

    def may_accept(self, step: Step, at: datetime) -> bool:
        above = self.accepted_by is not None and self.accepted_by >= step.office
        return self.content is not None and self.returned_by is None and not above

    def do_accept(self, step: Step, at: datetime) -> None:
        self.accepted_by = step.office

    def may_extend(self, step: Step, at: datetime) -> bool:
        return True

    def do_extend(self, step: Step, at: datetime) -> None:
        self.due_at, self.extended = max(self.due_at, until(step, at)), True

    def _add(self, kind: str, at: datetime, content: Any, reason_class: str) -> None:
        self.revisions.append((kind, at, content, reason_class))
        self.returned_by = self.accepted_by = None
        self.drafted = False


def until(step: Step, at: datetime) -> datetime:
    """Until when a return, or the due date that an extension gives."""
    return at + timedelta(days=1 + step.score * 20)


def tried(step: Step, at: datetime, owed: Obligation) -> Obligation:
    """Do it to the obligation as the services do. Raises ServiceError."""
    office = OFFICES[step.office]
    if step.does == "draft":
        return replace(owed, state=State.DRAFT) if owed.state is State.OPEN else owed
    if step.does == "extend":
        due_at = max(owed.due_at, until(step, at))
        on_time = owed.judged_at and owed.judged_at <= due_at
        return replace(owed, due_at=due_at, extension_no=1, on_time=on_time)
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
OFTEN += ["return", "return", "take_back", "accept", "extend"]
steps = st.builds(
    Step,
    does=st.sampled_from(OFTEN),
    days=st.sampled_from([0.0, 0.5, 3.0, 20.0, 45.0]),
    office=st.integers(0, 2),
    score=st.integers(1, 3),
    reason_class=st.sampled_from(["correction", "addition", LATE_CLASS]),
    stale=st.sampled_from([False, False, False, True]),
)


@settings(max_examples=250)
@given(st.lists(steps, min_size=5, max_size=30))
def test_no_filing_becomes_late_but_by_a_class_that_says_so_in_any_order_of_acts(history):
    owed, plain, at = OWED, Plain(), DUE - timedelta(days=2)
    for step in history:
        at += timedelta(days=step.days)
        before = owed
        try:
            owed = tried(step, at, owed)
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
            assert owed.on_time is (plain.judged_at <= plain.due_at)
            assert owed.first_accepted_at == plain.revisions[0][1]
        if before.on_time and not owed.on_time:
            assert (step.does, step.reason_class) == ("amend", LATE_CLASS)
        if before.revision:
            assert owed.first_accepted_at == before.first_accepted_at
        assert owed.revision - before.revision in (0, 1)
    assert [act.no for act in owed.acts] == list(range(1, len(owed.acts) + 1))
