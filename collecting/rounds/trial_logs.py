"""The event log of a trial round, a stream of its own that goes with it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from nameko.extensions import DependencyProvider

from chassis import topology
from chassis.connection import DECLARE_TIMEOUT_SECONDS, in_time, open_connection


class TrialLogs(DependencyProvider):
    """Makes and deletes the streams of trial rounds."""

    def get_dependency(self, worker_ctx: Any) -> TrialLogs:
        """Return this provider itself: it keeps nothing."""
        return self

    def _connection(self) -> AbstractContextManager[Any]:
        return open_connection(self.container.config["AMQP_URI"])

    def make(self, round_id: str) -> None:
        """Make the stream, so that the round's first event has somewhere to go."""
        with self._connection() as connection, in_time(DECLARE_TIMEOUT_SECONDS):
            topology.declare_trial_log(connection.channel(), round_id)

    def delete(self, round_id: str) -> None:
        """Delete the stream with every event in it."""
        with self._connection() as connection, in_time(DECLARE_TIMEOUT_SECONDS):
            topology.delete_trial_log(connection.channel(), round_id)
