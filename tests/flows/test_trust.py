"""Whoever is on the broker is not whoever they say they are."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from chassis import topology
from chassis.connection import open_connection
from contracts.fields import wire_time
from contracts.reports import INTAKE_QUEUE
from tests.builders.answers import some_answers
from tests.builders.broker import depth
from tests.builders.waiting import soon

pytestmark = pytest.mark.needs("reports")


def test_a_filing_that_no_gateway_sealed_is_parked_and_nothing_is_recorded(country, lao, stack):
    victim, bystander = lao()[0], lao()[0]
    round_id = country.open_round()
    obligation = victim.obligation_of(round_id)
    forged = {
        "kind": "original",
        "form_version": 1,
        "answers": some_answers(),
        "notes": {},
        "base_revision": None,
        "reason": None,
        "filing_id": "f" * 32,
        "obligation_id": obligation["id"],
        "accepted_at": wire_time(datetime.now(UTC) - timedelta(hours=1)),
        "by": {"slot_id": victim.username, "username": victim.username, "role": "lao"},
    }

    with open_connection(stack.amqp_uri) as connection:
        channel = connection.channel()
        channel.basic_publish(topology.amqp.Message(orjson.dumps(forged)), routing_key=INTAKE_QUEUE)
        soon(lambda: depth(channel, topology.parked(INTAKE_QUEUE)) == 1)
        filed = bystander.file(bystander.obligation_of(round_id)["id"])
        channel.queue_purge(topology.parked(INTAKE_QUEUE))

    assert filed.status_code == 201
    assert victim.obligation_of(round_id)["state"] == "open"
    assert victim.get(f"/v1/obligations/{obligation['id']}/filings")["items"] == []
