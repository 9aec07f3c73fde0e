"""Who did what, and what was refused.

Every act and every refusal is one entry of a chain of hashes. That an act is begun is durable
before it is done, and it is answered after its entry: one whose process dies in between is entered
as interrupted by another. Many entries at once share one write. The command says where the chain
was tampered with (exit 1), and each day's head: a head written down elsewhere proves with `--head`
that all up to it is still there.
"""

from __future__ import annotations

import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from nameko.extensions import DependencyProvider

from chassis.clock import now
from contracts.errors import ServiceError
from contracts.fields import wire_time
from contracts.reference.calendar import as_bangkok
from services.accounts.audit.rules import (
    Act,
    Outcome,
    organisations_of,
    plain,
)
from services.accounts.audit.store import AuditStore
from services.accounts.slots.rules.slot import Slot

AT_ONCE = 200
MOST_TOLD = 10
# No act takes that long: every operation on the database is bounded by seconds.
LEFT_AFTER = timedelta(minutes=1)

By = Mapping[str, Any] | None
SYSTEM = {"slot_id": "accounts", "username": "accounts"}
"""Who does what a date has brought about, on the order of somebody among the facts."""


@dataclass(frozen=True, slots=True)
class BegunAct:
    """An act on its way: say what became of it, or it is entered as interrupted."""

    trail: AuditTrail
    by: By
    act: Act

    def done(self, facts: Mapping[str, Any]) -> None:
        """Enter it as done, and return when that is durable."""
        self._end("done", facts)

    def refused(self, refusal: ServiceError, facts: Mapping[str, Any]) -> None:
        """Enter it as refused, and return when that is durable."""
        self._end("refused", {**facts, "code": refusal.code})

    def came_to_nothing(self) -> None:
        """Enter nothing: there was nothing to do, or somebody else has done it."""
        self.trail.forget(self.act)

    def _end(self, outcome: Outcome, facts: Mapping[str, Any]) -> None:
        told = plain(facts)
        organisations = organisations_of(self.by, self.act.subject, told)
        self.trail.enter(
            replace(self.act, outcome=outcome, organisation_ids=organisations, facts=told)
        )


class AuditTrail:
    """Appends to the chain; whoever comes first writes for all who wait."""

    def __init__(self, store: AuditStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._now = clock
        self._counted: Counter[tuple[str, str, Slot | None]] = Counter()
        self._waiting: deque[tuple[Act, Future[None]]] = deque()
        self._writing = Lock()

    def record(
        self,
        act: str,
        by: By,
        subject: str,
        outcome: Outcome = "done",
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Enter what leaves nothing else behind, as a refusal; return when that is durable.

        `by` is the wire form of the principal, None before sign-in; `subject` is `slot:<id>`,
        `organisation:<id>`, `issuance:<id>` …; facts hold no secret and nothing personal.
        """
        self.enter(self._act(act, by, subject, outcome, facts or {}))

    def begin(
        self, act: str, by: By, subject: str, facts: Mapping[str, Any] | None = None
    ) -> BegunAct:
        """Make durable that an act is about to be done; it gets its entry whatever happens."""
        begun = self._act(act, by, subject, "interrupted", facts or {})
        self._store.begin(begun, at=self._now())
        return BegunAct(self, by, begun)

    def enter_interrupted(self) -> int:
        """Enter the acts that were begun and left without an entry. Returns how many."""
        entered = 0
        while True:
            at = self._now()
            left = self._store.take_left(begun_before=at - LEFT_AFTER, at=at)
            if left is None:
                return entered
            if self._store.has_entry(left):
                self._store.forget([left])
            else:
                self.enter(left)
                entered += 1

    def count_refused(
        self, act: str, refusal: type[ServiceError], times: int, *, of: Slot | None = None
    ) -> None:
        """Remember refusals that anybody may cause at any rate; `enter_counted` tells how many.

        An entry for each would let a stranger fill the chain.
        """
        if times:
            self._counted[act, refusal.code, of] += times

    def enter_counted(self) -> None:
        """Enter how often was refused what has been counted since the last time.

        The MOST_TOLD slots with the most have an entry each, all others are summed up.
        """
        counted, self._counted = self._counted, Counter()
        summed: Counter[tuple[str, str]] = Counter()
        told = 0
        for (act, code, slot), times in counted.most_common():
            if slot is None or told == MOST_TOLD:
                summed[act, code] += times
                continue
            told += 1
            facts = {"code": code, "times": times, **facts_of(slot)}
            self.record(act, None, subject_of(slot.id), "refused", facts)
        for (act, code), times in summed.items():
            facts = {"code": code, "times": times}
            self.record(act, None, subject_of("unknown"), "refused", facts)

    def forget(self, act: Act) -> None:
        """Expect no entry of an act that was begun."""
        self._store.forget([act])

    def _act(
        self, act: str, by: By, subject: str, outcome: Outcome, facts: Mapping[str, Any]
    ) -> Act:
        told = plain(facts)
        return Act(
            act_id=uuid.uuid4().hex,
            at=wire_time(self._now()),
            act=act,
            by=None if by is None else {name: by[name] for name in ("slot_id", "username")},
            subject=subject,
            outcome=outcome,
            organisation_ids=organisations_of(by, subject, told),
            facts=told,
        )

    def enter(self, entry: Act) -> None:
        """Add an entry to the chain and return when it is durable."""
        written: Future[None] = Future()
        self._waiting.append((entry, written))
        with self._writing:
            if not written.done():
                self._write(until=written)
        written.result()

    @contextmanager
    def watch(
        self, act: str, by: By, subject: str, facts: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Record what becomes of the block: done, or refused with the refusal's code.

        Yields the facts, to which the block may add. What fails otherwise may be done or not, and
        is recorded as interrupted later.
        """
        told = dict(facts or {})
        begun = self.begin(act, by, subject, told)
        try:
            yield told
        except ServiceError as refusal:
            begun.refused(refusal, told)
            raise
        begun.done(told)

    @contextmanager
    def watch_refusals(
        self, act: str, by: By, subject: str, facts: Mapping[str, Any] | None = None
    ) -> Iterator[None]:
        """Record that the block refused; what it does otherwise is a part of another act."""
        try:
            yield
        except ServiceError as refusal:
            self.record(act, by, subject, "refused", {**(facts or {}), "code": refusal.code})
            raise

    def _write(self, until: Future[None]) -> None:
        """Write for all who wait up to this one; each learns what became of it."""
        while not until.done():
            count = min(AT_ONCE, len(self._waiting))
            batch = [self._waiting.popleft() for _ in range(count)]
            at = self._now()
            try:
                day = as_bangkok(at).date().isoformat()
                self._store.append([act for act, _ in batch], at=at, day=day)
                self._store.forget([act for act, _ in batch])
            except BaseException as problem:
                for _, written in batch:
                    written.set_exception(problem)
                if not isinstance(problem, Exception):
                    raise
            else:
                for _, written in batch:
                    written.set_result(None)


class Audit(DependencyProvider):
    """Hands a service its audit trail, kept in the store declared beside it as `store`."""

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._trail: AuditTrail | None = None

    def get_dependency(self, worker_ctx: Any) -> AuditTrail:
        """Return the process's trail."""
        if self._trail is None:
            parts = {part.attr_name: part for part in self.container.dependencies}
            self._trail = AuditTrail(parts["store"].get_dependency(None).audit, self._clock)
        return self._trail


def subject_of(slot_id: str) -> str:
    """Return a slot as the subject of an audit entry."""
    return f"slot:{slot_id}"


def facts_of(slot: Slot) -> dict[str, str]:
    """Return the facts by which a refusal before sign-in is its slot's and its organisation's."""
    own = {"organisation_id": slot.organisation_id} if slot.organisation_id else {}
    return {"username": slot.username, **own}
