"""What officers are told while a part is away for long, and that it holds afterwards."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders.answers import some_answers
from tests.builders.country import PASSWORD, Caller
from tests.builders.waiting import soon
from tests.faults.checks import check_queues
from tests.faults.load import LONGEST_SECONDS, TIMES_USUAL
from tests.length import DATABASE_AWAY_SECONDS
from tools.programs import SERVICES

SECONDS_FOR_A_ROUND = 60  # in which every officer files once
AT_ONCE_SECONDS = 1.0
OFFICERS = 24
(OPS,) = (service.ops for service in SERVICES if service.name == "gateway")


@dataclass
class Filing:
    """One original filing, at the gateway its officer goes to."""

    at: Caller
    round_id: str
    obligation_id: str
    key: str
    told: Any = None
    seconds: float = 0.0
    usual_seconds: float = 0.0
    """What the first filings of its round took, when nothing was amiss."""

    def file(self) -> httpx.Response:
        began = time.monotonic()
        told = self.at.client.post(
            f"/v1/obligations/{self.obligation_id}/filings",
            json={"kind": "original", "form_version": 1, "answers": some_answers()},
            headers={"Idempotency-Key": self.key},
        )
        self.seconds = time.monotonic() - began
        return told

    def insist(self) -> httpx.Response:
        """File until the answer is something else than "not now"."""
        return soon(lambda: (told := self.file()).status_code != 503 and told)

    def recorded(self) -> dict[str, Any] | None:
        seen = self.at.client.get(self.told.json()["status_url"])
        assert seen.status_code == 200, seen.text
        return seen.json() if seen.json()["state"] == "recorded" else None


@pytest.fixture
def officers(country, stack, second_gateway):
    """Every officer, half of them at the second gateway; that one knows them too."""
    there = []
    for number, officer in enumerate(country.officers):
        if number % 2:
            elsewhere = Caller(second_gateway.url, officer.username, PASSWORD)
            elsewhere.client.headers.update(officer.client.headers)
            there.append(elsewhere)
        else:
            there.append(officer)
    return there


def filings_of(officers, round_id):
    """One filing for each officer of the round, whose form both gateways have met."""
    filings = [
        Filing(officer, round_id, officer.obligation_of(round_id)["id"], uuid4().hex)
        for officer in officers
    ]
    for first_at_a_gateway in filings[:2]:
        assert first_at_a_gateway.file().status_code == 201
    for filing in filings[2:]:
        filing.usual_seconds = max(filing.seconds for filing in filings[:2])
    return filings[2:]


@pytest.fixture
def filings(country, officers):
    """As many as the database will be away for."""
    rounds = ceil(DATABASE_AWAY_SECONDS / SECONDS_FOR_A_ROUND)
    return [filing for _ in range(rounds) for filing in filings_of(officers, country.open_round())]


@pytest.mark.timeout(int(DATABASE_AWAY_SECONDS) + 240)
def test_filings_are_taken_in_as_long_as_the_database_is_away(stack, country, filings, write_down):
    officers_meet = threading.Event()
    stack.stop("mongod")
    began = time.monotonic()
    try:
        for number, filing in enumerate(filings):
            due = began + number * DATABASE_AWAY_SECONDS / len(filings)
            officers_meet.wait(max(0.0, due - time.monotonic()))  # their pace: nobody sets it
            filing.told = filing.file()
            assert filing.told.status_code == 202, filing.told.text
        away = time.monotonic() - began
        seen = filings[0].at.client.get(filings[0].told.json()["status_url"])
    finally:
        stack.start("mongod")
    stack.wait_ready()
    back = time.monotonic()

    assert (seen.status_code, seen.json()["state"]) == (200, "accepted")
    for filing in filings:
        recorded = soon(filing.recorded)
        assert recorded["accepted_at"] == filing.told.json()["accepted_at"]
        assert recorded["on_time"] is True
    caught_up = time.monotonic() - back
    for round_id in {filing.round_id for filing in filings}:
        soon(lambda round_id=round_id: all_filed(country, round_id))
    assert filings[0].file().headers["Idempotency-Replayed"] == "true"
    check_queues(stack)
    slowest = max(filing.seconds for filing in filings)
    write_down(
        accepted=len(filings),
        answers={202: len(filings)},
        slowest_answer_seconds=round(slowest, 2),
        seconds=round(away, 1),
        recorded_after_seconds=round(caught_up, 1),
    )
    assert slowest < LONGEST_SECONDS + TIMES_USUAL * filings[0].usual_seconds


def all_filed(country, round_id):
    total = country.figures(round_id)
    return total["filed"] == total["on_time"] == len(country.officers)


def test_a_filing_is_taken_in_while_the_ledger_is_away(stack, country, officers):
    (filing,) = filings_of(officers[:3], country.open_round())
    stack.stop("reports")
    try:
        filing.told = filing.file()
        seen = filing.at.client.get(filing.told.json()["status_url"])
    finally:
        stack.start("reports")
    stack.wait_ready()

    assert filing.told.status_code == 202, filing.told.text
    assert (seen.status_code, seen.json()["state"]) == (200, "accepted")
    recorded = soon(filing.recorded)
    assert recorded["accepted_at"] == filing.told.json()["accepted_at"]
    assert recorded["on_time"] is True
    assert filing.file().headers["Idempotency-Replayed"] == "true"


def test_a_filing_in_an_outage_on_what_is_not_owed_ends_as_refused_for_who_tried(
    stack, country, officers
):
    theirs = officers[0]
    organisation = theirs.get("/v1/sessions/current")["organisation"]["id"]
    narrow = country.open_round(scope={"organisation": organisation})
    outside = next(each for each in officers if each.username[:7] != theirs.username[:7])
    wide = country.open_round()
    not_owed = outside.obligation_of(wide)["id"].replace(wide, narrow)
    assert outside.file(not_owed).status_code == 404  # and its gateway has met the form
    stack.stop("reports")
    try:
        told = outside.file(not_owed)
    finally:
        stack.start("reports")
    stack.wait_ready()

    assert told.status_code == 202, told.text
    status_url = told.json()["status_url"]
    seen = soon(lambda: rejected(outside, status_url))
    assert seen["problem"]["code"] == "obligation_not_found"
    assert theirs.client.get(status_url).status_code == 404


def rejected(caller, status_url):
    seen = caller.get(status_url)
    return seen if seen["state"] == "rejected" else None


def test_without_the_broker_everybody_is_told_to_come_back_at_once(
    stack, country, officers, write_down
):
    filings = filings_of(officers[: OFFICERS + 2], country.open_round())
    stack.stop("rabbitmq")
    try:
        refused = together(Filing.file, filings)
        slowest = max(filing.seconds for filing in filings)
        ready = httpx.get(f"http://127.0.0.1:{stack.site.port + OPS}/readyz", trust_env=False)
    finally:
        stack.start("rabbitmq")
    stack.wait_ready()

    for told in refused:
        assert (told.status_code, told.json()["code"]) == (503, "service_unavailable")
        assert int(told.headers["Retry-After"]) > 0
    assert slowest < AT_ONCE_SECONDS + TIMES_USUAL * filings[0].usual_seconds
    assert (ready.status_code, ready.json()["state"]) == (503, "unready")
    again = together(Filing.insist, filings)
    assert {told.status_code for told in again} == {201}
    for filing in filings:
        path = f"/v1/obligations/{filing.obligation_id}/filings"
        assert [one["revision"] for one in filing.at.get(path)["items"]] == [1]
    write_down(
        accepted=len(again),
        answers={201: len(again), 503: len(refused)},
        slowest_answer_seconds=round(slowest, 2),
    )


def together(file, filings):
    """File all of them at the same time; return what each was told."""
    with ThreadPoolExecutor(len(filings)) as pool:
        return list(pool.map(file, filings))
