"""Tells outages, which pass, from other failures: waiting mends an outage, and nothing else."""

from __future__ import annotations

from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    PyMongoError,
    WriteConcernError,
)

from chassis.connection import CONNECTION_ERRORS
from chassis.publisher import NotDelivered
from contracts.errors import Kind, ServiceError

# A primary that steps down, starts or stops, or a majority that is slow, is told by these codes.
_PASSING_CODES = frozenset({6, 7, 64, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436})


def is_outage(problem: BaseException) -> bool:
    """Whether the store or the bus could not be reached, so that waiting may mend it."""
    if isinstance(problem, ServiceError):
        return problem.kind is Kind.UNAVAILABLE
    if isinstance(problem, ConnectionFailure | ExecutionTimeout | WriteConcernError | NotDelivered):
        return True
    if isinstance(problem, BulkWriteError) and problem.details["writeConcernErrors"]:
        return True
    if isinstance(problem, PyMongoError):
        return problem.timeout or not _PASSING_CODES.isdisjoint(_codes(problem))
    return isinstance(problem, CONNECTION_ERRORS)


def _codes(problem: PyMongoError) -> set[int | None]:
    """Return what the server complained of: of a bulk, each of its writes may have its own."""
    if isinstance(problem, BulkWriteError):
        return {complaint.get("code") for complaint in problem.details["writeErrors"]}
    return {getattr(problem, "code", None)}
