"""Officers who file and amend without pause, keep asking when refused, and remember everything."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from gateway.filings import filing_id_of
from tests.builders.answers import some_answers
from tests.builders.country import Caller, Country, eventually

AGAIN_SECONDS = 0.25
GIVE_UP_SECONDS = 90.0


@dataclass
class Ledger:
    """What one officer was told, in order."""

    officer: Caller
    obligation_id: str
    slot_id: str
    attempted: set[str] = field(default_factory=set)
    accepted: dict[str, str] = field(default_factory=dict)  # filing id → accepted_at
    revision: int = 0


@dataclass
class Load:
    """Every officer at work on one round."""

    country: Country
    round_id: str
    ledgers: list[Ledger] = field(default_factory=list)
    slowest_seconds: float = 0.0
    answers: dict[int, int] = field(default_factory=dict)
    _enough: threading.Event = field(default_factory=threading.Event)
    _pool: Any = None
    _running: list[Any] = field(default_factory=list)

    def start(self, officers: list[Caller]) -> Load:
        for officer in officers:
            slot_id = officer.get("/v1/sessions/current")["slot_id"]
            obligation_id = officer.obligation_of(self.round_id)["id"]
            self.ledgers.append(Ledger(officer, obligation_id, slot_id))
        self._pool = ThreadPoolExecutor(len(officers))
        self._running = [self._pool.submit(self._keep_filing, one) for one in self.ledgers]
        return self

    @property
    def accepted(self) -> int:
        return sum(len(ledger.accepted) for ledger in self.ledgers)

    def wait_for(self, more: int, seconds: float = 60.0) -> None:
        """Wait until that many more filings are accepted."""
        goal = self.accepted + more
        eventually(lambda: self.accepted >= goal, seconds)

    def stop(self) -> Load:
        self._enough.set()
        for running in self._running:
            running.result()
        self._pool.shutdown()
        return self

    def _keep_filing(self, ledger: Ledger) -> None:
        while not self._enough.is_set():
            self._file_next(ledger)

    def _file_next(self, ledger: Ledger) -> None:
        key = uuid4().hex
        ledger.attempted.add(filing_id_of(ledger.slot_id, key))
        changes: dict[str, Any] = {"answers": some_answers(complaints_received=ledger.revision)}
        if ledger.revision:
            changes |= {
                "kind": "amendment",
                "base_revision": ledger.revision,
                "reason": "ทดสอบการขัดข้อง",
            }
        told = self._insist(lambda: ledger.officer.file(ledger.obligation_id, key, **changes))
        if told.status_code == 202:
            taken_in = told.json()
            self._insist(lambda: self._recorded(ledger, taken_in["status_url"]))
            filing_id, accepted_at = taken_in["filing_id"], taken_in["accepted_at"]
        else:
            assert told.status_code == 201, told.text
            filing = told.json()["filing"]
            filing_id, accepted_at = filing["id"], filing["accepted_at"]
        ledger.accepted[filing_id] = accepted_at
        ledger.revision += 1

    def _recorded(self, ledger: Ledger, status_url: str) -> httpx.Response | None:
        told = ledger.officer.client.get(status_url)
        if told.status_code != 200:
            return told
        return told if told.json()["state"] == "recorded" else None

    def _insist(self, call: Any) -> httpx.Response:
        """Repeat a call until it is answered with something else than "not now"."""
        give_up = time.monotonic() + GIVE_UP_SECONDS
        while True:
            began = time.monotonic()
            told = call()
            self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - began)
            if told is not None:
                self.answers[told.status_code] = self.answers.get(told.status_code, 0) + 1
                if told.status_code != 503:
                    return told
                assert int(told.headers["Retry-After"]) > 0
            assert time.monotonic() < give_up, "refused for too long"
            self._enough.wait(AGAIN_SECONDS) or time.sleep(AGAIN_SECONDS)


def check(load: Load) -> None:
    """Accepted ⊆ recorded ⊆ attempted, each once and in order, every accepted time unchanged."""
    for ledger in load.ledgers:
        path = f"/v1/obligations/{ledger.obligation_id}/filings"
        recorded = ledger.officer.get(path)["items"]
        assert {one["id"]: one["accepted_at"] for one in recorded} == ledger.accepted
        assert {one["id"] for one in recorded} <= ledger.attempted
        assert [one["revision"] for one in recorded] == list(range(1, ledger.revision + 1))
        assert ledger.officer.obligation_of(load.round_id)["revision"] == ledger.revision


def check_figures(load: Load) -> None:
    """Aggregation says what the ledger says, and nothing is left on the way."""
    filed = sum(ledger.revision > 0 for ledger in load.ledgers)
    amended = sum(ledger.revision > 1 for ledger in load.ledgers)

    def agree() -> bool:
        total = load.country.figures(load.round_id)
        return (total["filed"], total["on_time"], total["amended"]) == (filed, filed, amended)

    eventually(agree, 30.0)
