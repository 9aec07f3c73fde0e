"""Asking a service that keeps a collection about its rounds."""

from __future__ import annotations

from chassis.rpc import Call
from contracts.collecting import rounds
from contracts.jobs import StartedJobFacts
from contracts.paging import PageFacts
from contracts.principal import PrincipalFacts


class RoundsClient:
    """Drafting, opening, closing and purging rounds; part of CollectionClient."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def create_round(
        self, by: PrincipalFacts, proposal: rounds.ProposedRoundFacts
    ) -> rounds.RoundFacts:
        """Return the round as drafted, with warnings of dates in the past."""
        return self._call("create_round", by=by, proposal=proposal)

    def list_rounds(
        self, by: PrincipalFacts, *, limit: int, cursor: str | None
    ) -> PageFacts[rounds.RoundFacts]:
        """Return a page of rounds by id."""
        return self._call("list_rounds", by=by, limit=limit, cursor=cursor)

    def get_round(self, by: PrincipalFacts, round_id: str) -> rounds.RoundFacts:
        """Return a round; while it is a draft, with warnings and what opening it would create."""
        return self._call("get_round", by=by, round_id=round_id)

    def change_round(
        self, by: PrincipalFacts, round_id: str, *, made_from: int, changes: rounds.RoundChangeFacts
    ) -> rounds.RoundFacts:
        """Return the draft of a round as changed; `made_from` is the version that was read."""
        return self._call(
            "change_round", by=by, round_id=round_id, made_from=made_from, changes=changes
        )

    def open_round(self, by: PrincipalFacts, round_id: str) -> StartedJobFacts:
        """Return the job that creates the obligations and then opens the round."""
        return self._call("open_round", by=by, round_id=round_id)

    def close_round(self, by: PrincipalFacts, round_id: str) -> StartedJobFacts:
        """Return the job that closes an open round now and marks what was never filed."""
        return self._call("close_round", by=by, round_id=round_id)

    def purge_round(self, by: PrincipalFacts, round_id: str) -> StartedJobFacts:
        """Return the job that deletes a trial round but for a signed statement of it."""
        return self._call("purge_round", by=by, round_id=round_id)

    def get_purge_statement(self, by: PrincipalFacts, round_id: str) -> rounds.PurgeStatementFacts:
        """Return the signed statement that is left of a purged trial."""
        return self._call("get_purge_statement", by=by, round_id=round_id)
