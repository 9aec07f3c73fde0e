"""What is due comes about by the service's own timers, with nobody asking."""

from collections.abc import Callable, Iterator
from typing import Any

import eventlet
import mongoengine
import pytest
from nameko.timer import Timer
from pymongo import MongoClient

from chassis import topology
from chassis.clock import now
from chassis.connection import open_connection
from chassis.launch import container_of
from chassis.outbox import Outbox
from chassis.publisher import Wire
from chassis.settings import ProcessSettings
from services.accounts.audit.trail import LEFT_AFTER, AuditTrail
from services.accounts.documents import DATABASE
from services.accounts.service import AccountsService
from services.accounts.stores import AccountsStore
from tests.builders.waiting import HANG_SECONDS
from tests.component.accounts.krabi import import_file
from tests.component.accounts.test_changing import TODAY, id_of, schedule

BEAT_SECONDS = 0.05
WaitUntil = Callable[[Callable[[], Any]], None]


@pytest.fixture
def beside(database: Any, mongo_uri: str) -> Iterator[Any]:
    """The service's database on a connection of the test's own."""
    mongoengine.disconnect(DATABASE)  # the service makes another
    with MongoClient(mongo_uri, tz_aware=True) as client:
        yield client.get_default_database()


@pytest.fixture
def beating(amqp_uri: str, settings: Any, beside: Any) -> Iterator[AccountsStore]:
    """The service running with timers that beat fast, and a store that a test writes to."""
    outbox = Outbox(Wire("amqp://nowhere/", "test"), AccountsService.announces.events)
    store = AccountsStore(beside, outbox)
    import_file(store, beside)
    with open_connection(amqp_uri) as connection:
        topology.declare_events(connection.channel())
    container = container_of(AccountsService, ProcessSettings(amqp_uri=amqp_uri, ops_port=0))
    for part in container.extensions:
        if isinstance(part, Timer):
            part.interval = BEAT_SECONDS
    container.start()
    yield store
    with eventlet.Timeout(HANG_SECONDS):
        container.stop()


def test_a_change_whose_day_has_come_is_carried_out_and_entered(
    beating: AccountsStore, beside: Any, wait_until: WaitUntil
) -> None:
    phela = id_of(beating, "6810409")

    change_id = schedule(beating, phela, "rename", TODAY, name="เพหลาใหม่")

    applied = {"act": "apply_organisation_change", "outcome": "done"}
    wait_until(lambda: beside.audit.count_documents(applied))
    (entry,) = beside.audit.find(applied)
    assert beating.organisations.get(phela).facts.name == "เพหลาใหม่"
    assert (entry["facts"]["change_id"], entry["facts"]["ordered_by"]) == (change_id, "operator")
    assert entry["by"]["username"] == "accounts"


def test_an_act_that_was_left_without_an_entry_gets_it(
    beating: AccountsStore, beside: Any, wait_until: WaitUntil
) -> None:
    AuditTrail(beating.audit, lambda: now() - 2 * LEFT_AFTER).begin("lock_slot", None, "slot:x")

    wait_until(lambda: beside.audit.count_documents({"act": "lock_slot"}))

    (entry,) = beside.audit.find({"act": "lock_slot"})
    assert entry["outcome"] == "interrupted"
