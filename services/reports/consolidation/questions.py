"""The reports to ก.ม.จ., of each body and of all: asked for, built, listed and read."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import eventlet

from chassis.jobs import Job, Jobs, runs_job
from chassis.rpc import answers
from chassis.typesetter import Typesetter
from collecting.rounds.rules import Mode, Round
from contracts.errors import InvalidInput, OutOfScope
from contracts.fields import read_time, wire_time
from contracts.jobs import StartedJobFacts
from contracts.paging import PageFacts, cut, page, read_position
from contracts.principal import Principal, PrincipalFacts, Role
from contracts.reports.consolidations import ConsolidationFacts
from services.reports.consolidation import consolidate as consolidating
from services.reports.ethics import ETHICS
from services.reports.problems.rules import OPENED
from services.reports.stores import ReportsStore

Facts = dict[str, Any]
READING = (Role.CENTRAL_HR_BODY, Role.CODE_OWNER, Role.ETHICS_BOARD, Role.OPERATOR)
# Whatever got its time before the moment is in the database by then.
SETTLED_AFTER = timedelta(seconds=5)


class ConsolidationQuestions:
    """What reports is asked about consolidated reports."""

    store: ReportsStore
    jobs: Jobs
    typesetter: Typesetter
    now: Callable[[], datetime]

    @answers
    def start_consolidation(
        self,
        by: PrincipalFacts,
        round_id: str,
        as_of: str | None,
        code_groups: list[str] | None = None,
        key: str | None = None,
    ) -> StartedJobFacts:
        """Start building the report as of a moment, by default the present; return the job, and
        whether it is `replayed`, having been asked for before under the key.

        Each body consolidates the groups that it supervises, the ethics board any or all of them.
        The round need not be closed. The operator may only rehearse it, in a trial. Raises
        OutOfScope, SupervisedByAnother, RoundNotFound, RoundPurged, RoundNotInState, InvalidInput,
        IdempotencyKeyReused.
        """
        round_ = self._round(by, round_id, *ETHICS.supervisors, Role.ETHICS_BOARD)
        groups = _groups(round_, Principal.from_wire(by), code_groups)

        def arguments() -> Facts:
            round_.to(round_.state, *OPENED)
            present = self.now()
            moment = present if as_of is None else _to_the_millisecond(read_time(as_of))
            if not round_.opens_at <= moment <= present:
                reason = "ต้องเป็นเวลาตั้งแต่วันเปิดรอบจนถึงขณะนี้"
                raise InvalidInput(pointer="/as_of", reason=reason)
            return {"round_id": round_id, "as_of": wire_time(moment), "code_groups": groups}

        asked: Facts = {"round_id": round_id, "as_of": as_of}
        if code_groups is not None:
            asked["code_groups"] = groups
        return self.jobs.once("consolidate_round", asked, arguments, requested_by=by, key=key)

    @runs_job("consolidate_round")
    def build_consolidation(self, job: Job) -> tuple[Facts, list[Facts]]:
        """Build the report as JSON, XLSX and PDF and keep it; its id is the hash of its content.

        Raises RoundNotFound, RoundPurged, ServiceUnavailable.
        Publishes ReportConsolidatedV1, GroupsConsolidatedV1.
        """
        round_ = self.store.rounds.get(job.arguments["round_id"])
        as_of = read_time(job.arguments["as_of"])
        eventlet.sleep(max(0.0, (as_of + SETTLED_AFTER - self.now()).total_seconds()))
        made = consolidating.consolidate(
            self.store,
            self.typesetter,
            round_,
            as_of,
            groups=tuple(job.arguments.get("code_groups", ETHICS.subject_ids)),
            at=self.now(),
            by=job.requested_by["username"],
            show=lambda done, total: job.show(done=done, total=total),
        )
        return made, []

    @answers
    def list_consolidations(
        self, by: PrincipalFacts, round_id: str, limit: int, cursor: str | None
    ) -> PageFacts[ConsolidationFacts]:
        """Return a round's consolidated reports, that of the latest moment first.

        Raises OutOfScope, RoundNotFound, RoundPurged, InvalidInput.
        """
        self._round(by, round_id, *READING)
        after = read_position(cursor)
        found = self.store.consolidations.list(round_id, after=after, limit=limit + 1)
        listed = [consolidating.to_wire(document) for document in found]
        return page(*cut(listed, limit, lambda last: (last["as_of"], last["id"])))

    @answers
    def get_consolidation(
        self, by: PrincipalFacts, round_id: str, consolidation_id: str
    ) -> ConsolidationFacts:
        """Return a consolidated report's facts and where its files are.

        Raises OutOfScope, RoundNotFound, RoundPurged, ConsolidationNotFound.
        """
        self._round(by, round_id, *READING)
        found = self.store.consolidations.get(round_id, consolidation_id)
        return consolidating.to_wire(found)

    @answers
    def read_consolidation(
        self, by: PrincipalFacts, round_id: str, consolidation_id: str, file: str, number: int
    ) -> str:
        """Return one chunk of the json, xlsx or pdf file in base64; empty beyond the last.

        Raises OutOfScope, ConsolidationNotFound.
        """
        Principal.from_wire(by).require_role(*READING)
        found = self.store.consolidations.get(round_id, consolidation_id)
        chunk = self.store.files.read_chunk(found["files"][file]["file_id"], number)
        return b64encode(chunk).decode()

    def _round(self, by: PrincipalFacts, round_id: str, *roles: Role) -> Round:
        principal = Principal.from_wire(by)
        principal.require_role(*roles, Role.OPERATOR)
        round_ = self.store.rounds.get(round_id)
        if round_.mode is not Mode.TRIAL:
            principal.require_role(*roles)
        return round_


def _groups(round_: Round, by: Principal, wanted: list[str] | None) -> list[str]:
    """Return the groups to be consolidated, by number. Raises OutOfScope, SupervisedByAnother."""
    every = by.role in (Role.ETHICS_BOARD, Role.OPERATOR)
    own = [one.id for one in ETHICS.subjects if every or one.is_supervised_by(by, round_.opens_at)]
    for group in wanted or ():
        if group not in own:
            ETHICS.subject(group).require_supervised_by(by, round_.opens_at)
    groups = own if wanted is None else [group for group in own if group in wanted]
    if not groups:
        raise OutOfScope(username=by.username)
    return groups


def _to_the_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
