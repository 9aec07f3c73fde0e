"""What an officer is told while a part is away for long, and that it holds afterwards."""

import time
from uuid import uuid4

import pytest

from tests.builders.country import eventually


@pytest.fixture
def round_id(country):
    return country.open_round()


@pytest.fixture
def officer(country, round_id):
    officer = country.officers[0]
    # Before deadline night: the gateway has met the officer and the round.
    assert officer.client.get(f"/v1/obligations?round={round_id}").status_code == 200
    assert (
        country.officers[1].file(country.officers[1].obligation_of(round_id)["id"]).status_code
        == 201
    )
    return officer


@pytest.mark.parametrize("program", ["reports", "mongod"])
def test_a_filing_is_taken_in_while_the_ledger_is_away(stack, officer, round_id, program):
    obligation_id, key = officer.obligation_of(round_id)["id"], uuid4().hex
    stack.stop(program)
    try:
        told = officer.file(obligation_id, key)
        seen = officer.client.get(told.json()["status_url"])
    finally:
        stack.start(program)
    stack.wait_ready()

    assert told.status_code == 202, told.text
    assert (seen.status_code, seen.json()["state"]) == (200, "accepted")
    recorded = eventually(
        lambda: (one := officer.get(told.json()["status_url"]))["state"] == "recorded" and one
    )
    assert recorded["accepted_at"] == told.json()["accepted_at"]
    assert recorded["on_time"] is True
    assert officer.file(obligation_id, key).headers["Idempotency-Replayed"] == "true"


def test_without_the_broker_everybody_is_told_to_come_back_at_once(stack, officer, round_id):
    obligation_id, key = officer.obligation_of(round_id)["id"], uuid4().hex
    stack.stop("rabbitmq")
    try:
        began = time.monotonic()
        told = officer.file(obligation_id, key)
        seconds = time.monotonic() - began
        ready = officer.client.get("/readyz")
    finally:
        stack.start("rabbitmq")
    stack.wait_ready()

    assert (told.status_code, told.json()["code"]) == (503, "service_unavailable")
    assert int(told.headers["Retry-After"]) > 0
    assert seconds < 1.0
    assert (ready.status_code, ready.json()["state"]) == (503, "unready")
    again = officer.file(obligation_id, key)
    assert (again.status_code, again.headers.get("Idempotency-Replayed")) == (201, None)
