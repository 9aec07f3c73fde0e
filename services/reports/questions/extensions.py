"""Extensions of a round that was opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.jobs import Job, Jobs, runs_job
from chassis.rpc import answers
from contracts.fields import wire_time
from contracts.paging import page, read_cursor, unknown_cursor, write_cursor
from contracts.principal import Principal, Role
from services.reports import extending
from services.reports.store import ReportsStore

Facts = dict[str, Any]


class ExtensionQuestions:
    """What reports is asked about later due dates, and the work of giving them."""

    store: ReportsStore
    jobs: Jobs
    now: Callable[[], datetime]

    @answers
    def extend_round(self, by: Facts, round_id: str, proposal: Facts) -> Facts:
        """Start giving part of an open or closed round a later due date; return the job.

        Raises OutOfScope, RoundNotFound, RoundPurged, RoundNotInState, InvalidInput.
        """
        Principal.from_wire(by).require_role(Role.OPERATOR, Role.CENTRAL_HR_BODY)
        extending.require_possible(self.store, self.store.rounds.get(round_id), proposal)
        given = {"round_id": round_id, "extended_at": wire_time(self.now())}
        return self.jobs.start("extend_round", proposal | given, requested_by=by)

    @runs_job("extend_round")
    def move_due_dates(self, job: Job) -> tuple[Facts, list[Facts]]:
        """Number the extension, then move what it reaches, district by district.

        Publishes RoundExtendedV1, DueDatesMovedV1.
        """
        by = job.requested_by["username"]
        extension = extending.keep(self.store, job.id, job.arguments, by=by)
        moved = extending.move_due_dates(
            self.store,
            extension,
            at=self.now(),
            show=lambda done, total: job.show(done=done, total=total),
        )
        return {"round_id": extension.round_id, "no": extension.no, "moved": moved}, []

    @answers
    def list_extensions(self, by: Facts, round_id: str, limit: int, cursor: str | None) -> Facts:
        """Return the extensions of a round by number.

        Raises RoundNotFound, RoundPurged, InvalidInput.
        """
        self.store.rounds.get(round_id)
        after = _number(cursor) if cursor else 0
        found = self.store.extensions.list(round_id, after=after, limit=limit + 1)
        following = write_cursor(str(found[limit - 1].no)) if len(found) > limit else None
        return page([extending.to_wire(extension) for extension in found[:limit]], following)


def _number(cursor: str) -> int:
    (number,) = read_cursor(cursor, 1)
    if not number.isdecimal():
        raise unknown_cursor()
    return int(number)
