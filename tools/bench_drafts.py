"""Measures how long saving a draft takes: `python -m tools.bench_drafts`, on what `make run` left.

Fifty officers type on a trial round that is purged at the end: each saves a whole report after
every change, first as people type, once a second, and then without a pause, which is as fast as
this machine goes. Reading the same drafts, in the same run, is the baseline. Exit 1 when the 95th
percentile of saving, as people type, is over 100 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from contracts.reference.calendar import BANGKOK
from tools.journey import rounds
from tools.journey.answers import invent
from tools.journey.client import Api, Facts, JourneyFailed, in_parallel
from tools.journey.registry import look_around
from tools.journey.screen import Screen
from tools.stack import Stack, StackFailed

CLIENTS = 50
SAVES = 20
TYPING_SECONDS = 1.0
MOST_SECONDS = 0.100
PERCENTS = (50, 95, 99)


@dataclass(slots=True)
class Seen:
    """How long answers took, in seconds, and what they were."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    def at(self, percent: int) -> float:
        """Return the latency that so many percent of the answers stayed below."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


class Typist:
    """One officer with a connection, a draft, and the version it has come to."""

    def __init__(self, address: str, token: str, obligation_id: str, answers: Facts) -> None:
        host, _, port = address.partition(":")
        self._host, self._port = host, int(port)
        self._head = (
            f"/v1/obligations/{obligation_id}/draft HTTP/1.1\r\nHost: {address}\r\n"
            f"Authorization: Bearer {token}\r\nAccept: application/json\r\n"
        )
        self._answers = answers
        self._version = 0

    async def read(self, seen: Seen) -> None:
        """Read the draft."""
        await self._ask(f"GET {self._head}\r\n".encode(), seen)

    async def save(self, seen: Seen) -> None:
        """Change one answer and save all of them."""
        answers = {**self._answers, "problems": f"SYNTHETIC {self._version}"}
        body = json.dumps({"answers": answers}, ensure_ascii=False).encode()
        head = (
            f'PUT {self._head}If-Match: "{self._version}"\r\n'
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        await self._ask(head.encode() + body, seen)
        self._version += 1

    async def connect(self) -> None:
        """Connect, and stay connected."""
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)

    def hang_up(self) -> None:
        """Close the connection."""
        self._writer.close()

    async def _ask(self, request: bytes, seen: Seen) -> None:
        started = time.perf_counter()
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await self._reader.readexactly(int(length))
        seen.latencies.append(time.perf_counter() - started)
        seen.statuses[int(head.split(b" ", 2)[1])] += 1


async def measure(typists: list[Typist]) -> dict[str, Seen]:
    """Return what was seen of each way to use drafts."""
    await asyncio.gather(*(typist.connect() for typist in typists))
    await asyncio.gather(*(typist.save(Seen()) for typist in typists))
    told: dict[str, Seen] = {}
    for name, act, pause in (
        ("read, once a second", Typist.read, TYPING_SECONDS),
        ("save, once a second", Typist.save, TYPING_SECONDS),
        ("read, without a pause", Typist.read, 0.0),
        ("save, without a pause", Typist.save, 0.0),
    ):
        seen = told[name] = Seen()

        async def use(typist: Typist, late: float) -> None:
            await asyncio.sleep(late)
            for _ in range(SAVES):
                due = time.perf_counter() + pause  # noqa: B023 (awaited in this turn)
                await act(typist, seen)  # noqa: B023
                await asyncio.sleep(max(0.0, due - time.perf_counter()))

        started = time.perf_counter()
        spread = [pause * place / len(typists) for place in range(len(typists))]
        await asyncio.gather(*map(use, typists, spread))
        seen.seconds = time.perf_counter() - started
    for typist in typists:
        typist.hang_up()
    return told


def bench(stack: Stack, screen: Screen) -> dict[str, Seen]:
    """Measure on a trial round of one province. Raises JourneyFailed."""
    anyone = Api.at(stack.url)
    with screen.step("Open a trial round for one province") as here:
        operator, _ = anyone.signed_in("operator", _read(stack, "operator-password"))
        country = look_around(operator, here)
        laos, scope = country.province_laos, {"province": country.province}
        draft = rounds.proposal("trial", 1, now=datetime.now(BANGKOK), scope=scope)
        round_ = rounds.open_round(operator, draft, len(laos), here)
    try:
        with screen.step(f"Sign {CLIENTS} officers in"):
            form = rounds.form_asked(operator, datetime.now(BANGKOK))
            slots = [f"{lao['code']}-{group}" for group in (1, 2, 3) for lao in laos]
            password = _read(stack, "demo-password")

            def typist(username: str) -> Typist:
                officer, session = anyone.signed_in(username, password)
                (owed,) = officer.get("/v1/obligations", round=round_["id"])["items"]
                answers = invent(form, owed["id"], on=datetime.now(BANGKOK).date(), everything=True)
                return Typist(urlsplit(stack.url).netloc, session["token"], owed["id"], answers)

            typists = in_parallel(typist, slots[:CLIENTS], lambda *_: None)
        with screen.step(f"Read and save the drafts of {CLIENTS} of {len(slots)} officers"):
            return asyncio.run(measure(typists))
    finally:
        operator.job(operator.post(f"/v1/rounds/{round_['id']}/purge"), lambda *_: None)


def _read(stack: Stack, key: str) -> str:
    kept = stack.site.keys / key
    if not kept.exists():
        raise JourneyFailed(f"{kept} is missing; `make up` and `make run` come first")
    return kept.read_text()


def _print(told: dict[str, Seen], console: Console) -> None:
    shown = Table("milliseconds", *(f"p{percent}" for percent in PERCENTS), "a second", "answers")
    for name, seen in told.items():
        figures = [f"{seen.at(percent) * 1000:.0f}" for percent in PERCENTS]
        answers = ", ".join(f"{count:,} × {status}" for status, count in seen.statuses.items())
        shown.add_row(name, *figures, f"{len(seen.latencies) / seen.seconds:.0f}", answers)
    console.print(shown)


def main() -> int:
    """Measure, print, and return the exit code."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    screen = Screen()
    try:
        told = bench(Stack.from_environment(), screen)
    except (JourneyFailed, StackFailed) as failed:
        print(failed, file=sys.stderr)
        return 1
    _print(told, screen.console)
    saved = told["save, once a second"]
    return 0 if saved.at(95) <= MOST_SECONDS and set(saved.statuses) == {200} else 1


if __name__ == "__main__":
    sys.exit(main())
