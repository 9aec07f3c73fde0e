"""Waiting mends an outage and nothing else."""

from __future__ import annotations

import amqp
import pytest
from nameko.exceptions import ContainerBeingKilled
from pymongo import errors

from chassis.connection import BrokerSilent
from chassis.outages import is_outage
from chassis.publisher import NotDelivered, Unroutable, WireDown
from contracts.errors import InvalidInput, ServiceUnavailable


def a_bulk(*, write=(), concern=()):
    """A bulk write that failed with these codes, of its writes and of the write concern."""
    details = {
        "writeErrors": [{"code": code, "index": at} for at, code in enumerate(write)],
        "writeConcernErrors": [{"code": code} for code in concern],
    }
    return errors.BulkWriteError(details)


OUTAGES = [
    errors.AutoReconnect("gone"),
    errors.ServerSelectionTimeoutError("nobody there"),
    errors.NetworkTimeout("slow"),
    errors.NotPrimaryError("stepped down"),
    errors.WaitQueueTimeoutError("pool is full"),
    errors.ExecutionTimeout("slow"),
    errors.WTimeoutError("slow majority"),
    errors.OperationFailure("stepped down while it ran", code=11602),
    a_bulk(write=[10107]),
    a_bulk(write=[11000, 11602]),
    a_bulk(concern=[91]),
    a_bulk(write=[11000], concern=[64]),
    a_bulk(concern=[100]),
    errors.WriteConcernError("stepped down before the others had it", code=189),
    NotDelivered("refused"),
    WireDown("gone"),
    Unroutable("nobody there"),
    ServiceUnavailable(service="x"),
    BrokerSilent("frozen"),
    ConnectionResetError("gone"),
    amqp.RecoverableConnectionError("gone"),
]
OTHERS = [
    errors.DuplicateKeyError("twice"),
    errors.OperationFailure("unknown operator", code=2),
    errors.WriteError("not as its document says", code=121),
    errors.InvalidDocument("not BSON"),
    a_bulk(write=[11000]),
    a_bulk(write=[11000, 121]),
    InvalidInput(reason="no"),
    KeyError("a bug"),
    ValueError("a bug"),
    ContainerBeingKilled(),
]


@pytest.mark.parametrize("problem", OUTAGES, ids=repr)
def test_what_time_mends_is_an_outage(problem):
    assert is_outage(problem)


@pytest.mark.parametrize("problem", OTHERS, ids=repr)
def test_what_time_does_not_mend_is_none(problem):
    assert not is_outage(problem)
