"""Orders on the due dates of a round that was opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from chassis.jobs import Job, Jobs, runs_job
from chassis.rpc import answers
from collecting.extensions import extend
from collecting.stores import Stores
from contracts.collecting.extensions import (
    ExtensionFacts,
    ExtensionProposalFacts,
    WithdrawnExtensionFacts,
)
from contracts.jobs import StartedJobFacts
from contracts.paging import PageFacts, cut, page, read_number
from contracts.principal import Principal, PrincipalFacts, Role

Facts = dict[str, Any]


class ExtensionQuestions:
    """What a collection is asked about extensions, and the work of giving and withdrawing them."""

    store: Stores
    jobs: Jobs
    now: Callable[[], datetime]

    @answers
    def extend_round(
        self,
        by: PrincipalFacts,
        round_id: str,
        proposal: ExtensionProposalFacts,
        key: str | None = None,
    ) -> StartedJobFacts:
        """Start giving part of an open or closed round another due date by order; return the job,
        and whether it is `replayed`, having been asked for before under the key.

        It reaches what the caller supervises; naming what another body does is refused.

        Raises OutOfScope, SupervisedByAnother, RoundNotFound, RoundPurged, RoundNotInState,
        InvalidInput, TooManyExtensions, IdempotencyKeyReused.
        """
        return self._start_order(by, round_id, proposal, key)

    @answers
    def withdraw_extension(
        self,
        by: PrincipalFacts,
        round_id: str,
        no: int,
        order: WithdrawnExtensionFacts,
        key: str | None = None,
    ) -> StartedJobFacts:
        """Start withdrawing an extension by order; return the job, as `extend_round` does. By
        whoever supervises all that it reached.

        Raises OutOfScope, SupervisedByAnother, RoundNotFound, RoundPurged, RoundNotInState,
        ExtensionNotFound, ExtensionAlreadyWithdrawn, TooManyExtensions, IdempotencyKeyReused.
        """
        return self._start_order(by, round_id, {**order, "withdraws": no}, key)

    def _start_order(
        self, by: PrincipalFacts, round_id: str, proposal: Mapping[str, Any], key: str | None
    ) -> StartedJobFacts:
        principal = Principal.from_wire(by)
        principal.require_role(Role.OPERATOR, *self.store.kind.supervisors)
        asked = {**proposal, "round_id": round_id}

        def arguments() -> Facts:
            round_ = self.store.rounds.get(round_id)
            extend.require_possible(self.store, round_, proposal, principal)
            return asked

        return self.jobs.once("extend_round", asked, arguments, requested_by=by, key=key)

    @runs_job("extend_round")
    def move_due_dates(self, job: Job) -> tuple[Facts, list[Facts]]:
        """Number the order, then move what it reaches, district by district.

        Publishes RoundExtendedV1, GroupsExtendedV1, ExtensionWithdrawnV1,
        GroupsExtensionWithdrawnV1, DueDatesMovedV2.
        """
        by, at = Principal.from_wire(cast(PrincipalFacts, job.requested_by)), self.now()
        extension = extend.keep(self.store, job.id, job.arguments, by=by, at=at)
        moved = extend.move_due_dates(
            self.store,
            extension,
            at=at,
            show=lambda done, total: job.show(done=done, total=total),
        )
        return {"round_id": extension.round_id, "no": extension.no, "moved": moved}, []

    @answers
    def list_extensions(
        self, by: PrincipalFacts, round_id: str, limit: int, cursor: str | None
    ) -> PageFacts[ExtensionFacts]:
        """Return the orders on a round's due dates by number, and which of them stand.

        Raises RoundNotFound, RoundPurged, InvalidInput.
        """
        self.store.rounds.get(round_id)
        after = read_number(cursor)
        found = extend.listed(self.store, round_id, after=after, limit=limit + 1)
        return page(*cut(found, limit, lambda last: [str(last["no"])]))
