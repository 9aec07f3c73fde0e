"""Officers who file and amend without pause, keep asking when refused, and remember everything.

They come as through a load balancer that knows nothing: each filing goes to the next gateway, and
to the one after it, with the same key, when a gateway is gone or has not answered in its time.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from gateway.filings import filing_id_of
from tests.builders.answers import some_answers
from tests.builders.country import Caller, Country
from tests.builders.waiting import HANG_SECONDS, soon

AGAIN_SECONDS = 0.25
# A filing's longest way: 2 s to know who asks, 4 s for the confirm and the answer, and the body.
# What else an officer asks for (a status, after 202) has 5 s for its answer.
LONGEST_SECONDS = 8.0
# And on a machine that has more to do, so many times what it takes there without a fault.
TIMES_USUAL = 20.0
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # a client of its own would read every root


@dataclass
class Told:
    """What an officer was told of one filing, and when it was first sent and at last answered."""

    status: int
    accepted_at: str
    began: float
    ended: float
    tries: int


@dataclass
class Ledger:
    """What one officer was told, in order."""

    officer: Caller
    obligation_id: str
    slot_id: str
    attempted: set[str] = field(default_factory=set)
    accepted: dict[str, Told] = field(default_factory=dict)
    revision: int = 0


@dataclass
class Tally:
    """What all officers met with together."""

    answers: Counter[int] = field(default_factory=Counter)
    slowest_answer_seconds: float = 0.0
    """Of one request that was answered."""
    slowest_to_answer_seconds: float = 0.0
    """From the first try to any answer, other gateways included."""
    broken_off: int = 0
    """Requests whose connection was refused or broke."""
    given_up: int = 0
    """Requests nobody answered within an officer's patience."""


class Person:
    """One officer at all gateways, with a connection kept to each."""

    def __init__(
        self,
        officer: Caller,
        gateways: Sequence[str],
        first: int,
        tally: Tally,
        patience_seconds: float,
    ) -> None:
        self._clients = [
            httpx.Client(
                base_url=url,
                headers=officer.client.headers,
                timeout=patience_seconds,
                trust_env=False,
                verify=NO_TLS,
            )
            for url in gateways
        ]
        self._next = first
        self._tally = tally
        self.tries = 0

    def leave(self) -> None:
        """Hang up everywhere."""
        for client in self._clients:
            client.close()

    def insist(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """Ask until the answer is something else than "not now"; begin at the next gateway."""
        self._next += 1
        self.tries = 0
        give_up = time.monotonic() + HANG_SECONDS
        while True:
            told = self._answered(method, path, **sent)
            if told.status_code != 503:
                return told
            assert int(told.headers["Retry-After"]) > 0
            assert time.monotonic() < give_up, "refused for too long"
            time.sleep(AGAIN_SECONDS)

    def _answered(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """Ask one gateway after the other until one of them answers anything."""
        first = time.monotonic()
        while True:
            began = time.monotonic()
            self.tries += 1
            try:
                told = self._clients[self._next % len(self._clients)].request(method, path, **sent)
            except httpx.TransportError as silence:
                self._go_over(silence, first)
                continue
            now = time.monotonic()
            tally = self._tally
            tally.answers[told.status_code] += 1
            tally.slowest_answer_seconds = max(tally.slowest_answer_seconds, now - began)
            tally.slowest_to_answer_seconds = max(tally.slowest_to_answer_seconds, now - first)
            return told

    def _go_over(self, silence: httpx.TransportError, first: float) -> None:
        self._next += 1
        if isinstance(silence, httpx.TimeoutException):
            self._tally.given_up += 1
        else:
            self._tally.broken_off += 1
            time.sleep(AGAIN_SECONDS)
        assert time.monotonic() - first < HANG_SECONDS, "no gateway answers"


@dataclass
class Load:
    """Every officer at work on one round, at all the gateways."""

    country: Country
    round_id: str
    gateways: Sequence[str]
    ledgers: list[Ledger] = field(default_factory=list)
    patience_seconds: float = HANG_SECONDS
    """After which an officer goes to the other gateway."""
    tally: Tally = field(default_factory=Tally)
    _usual_seconds: float = 0.0
    _enough: threading.Event = field(default_factory=threading.Event)
    _pool: Any = None
    _running: list[Any] = field(default_factory=list)

    def start(self, officers: Sequence[Caller]) -> Load:
        for officer in officers:
            slot_id = officer.get("/v1/sessions/current")["slot_id"]
            obligation_id = officer.obligation_of(self.round_id)["id"]
            self.ledgers.append(Ledger(officer, obligation_id, slot_id))
        self._pool = ThreadPoolExecutor(len(officers))
        self._running = [
            self._pool.submit(self._keep_filing, ledger, number)
            for number, ledger in enumerate(self.ledgers)
        ]
        return self

    @property
    def accepted(self) -> int:
        return sum(len(ledger.accepted) for ledger in self.ledgers)

    def note_usual(self) -> None:
        """Hold what comes from now on against the slowest answer so far."""
        self._usual_seconds = self.tally.slowest_answer_seconds

    def longest_seconds(self, stated: float = LONGEST_SECONDS) -> float:
        """Return how long an answer may take that is promised within the stated time."""
        return stated + TIMES_USUAL * self._usual_seconds

    def wait_for(self, more: int) -> None:
        """Wait until that many more filings are accepted."""
        self.wait_until(self.accepted + more, lambda: self.accepted)

    def wait_until(self, goal: int, reached: Callable[[], int]) -> None:
        """Wait until so much is reached; raise at once what ends an officer's work."""

        def is_reached() -> bool:
            for one in self._running:
                if one.done():
                    one.result()
            return reached() >= goal

        soon(is_reached)

    def stop(self) -> None:
        """Let everybody finish the filing in hand; raise what ended an officer's work."""
        self._enough.set()
        self._pool.shutdown()
        for running in self._running:
            running.result()

    def _keep_filing(self, ledger: Ledger, number: int) -> None:
        person = Person(ledger.officer, self.gateways, number, self.tally, self.patience_seconds)
        try:
            while not self._enough.is_set():
                self._file_next(ledger, person)
        finally:
            person.leave()

    def _file_next(self, ledger: Ledger, person: Person) -> None:
        key = uuid4().hex
        filing_id = filing_id_of(ledger.slot_id, key)
        ledger.attempted.add(filing_id)
        path = f"/v1/obligations/{ledger.obligation_id}/filings"
        began = time.time()
        told = person.insist(
            "POST", path, json=_submission(ledger.revision), headers={"Idempotency-Key": key}
        )
        ended, tries = time.time(), person.tries
        assert told.status_code in (201, 202), told.text
        filing = told.json()["filing"] if told.status_code == 201 else told.json()
        assert filing.get("id", filing.get("filing_id")) == filing_id
        if told.status_code == 202:
            self._wait_until_recorded(person, filing["status_url"])
        ledger.accepted[filing_id] = Told(
            told.status_code, filing["accepted_at"], began, ended, tries
        )
        ledger.revision += 1

    def _wait_until_recorded(self, person: Person, status_url: str) -> None:
        def is_recorded() -> bool:
            seen = person.insist("GET", status_url)
            assert seen.status_code == 200, seen.text
            return bool(seen.json()["state"] == "recorded")

        soon(is_recorded)


def _submission(revision: int) -> dict[str, Any]:
    submission: dict[str, Any] = {
        "kind": "original",
        "form_version": 1,
        "answers": some_answers(suggestions=f"ฉบับที่ {revision}"),
    }
    if revision:
        submission |= {
            "kind": "amendment",
            "base_revision": revision,
            "reason": "ทดสอบการขัดข้อง",
        }
    return submission
