"""The crowd: every filing as bytes made beforehand, sent over HTTP/1.1 with keep-alive.

Nothing but sending, waiting and noting happens while it runs, on uvloop, so that the crowd is not
what is measured; how much of a core it took is told beside the figures.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

import uvloop

ANSWER_SECONDS = 30.0
MOST_TRIES = 20
MOST_CONNECTIONS = 1_000  # of the 1,024 that a gateway takes; who finds none waits for one
IDLE_SECONDS = 20.0  # less than the gateway keeps an idle connection
LATE_SHARE, LAST_PART = 0.8, 0.1  # 80 % come in the last tenth of the window


@dataclass(slots=True)
class Outcome:
    """What the crowd saw. Times are seconds since the start; latencies count from when a filing
    was due to be sent, so that a server which stalls cannot hide it.
    """

    answered: list[tuple[float, float, int]] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    seconds: float = 0.0

    def latency_ms(self) -> dict[str, float]:
        """Return what the latency of the filings is told by."""
        return latency_ms(latency for _, latency, _ in self.answered)

    def final(self) -> Counter[int]:
        """Return how many filings ended with each status, repeats not counted."""
        return Counter(status for _, _, status in self.answered)


class Crowd:
    """Filers at one address. A filing told 429 or 503 is repeated with its key when it says."""

    def __init__(self, host: str, port: int, show: Callable[[int, int], None]) -> None:
        self._host = host
        self._port = port
        self.show = show
        self._started = 0.0
        self._total = 0
        self._outcome = Outcome()
        self._idle: deque[_Connection] = deque()
        self._places = asyncio.Semaphore(MOST_CONNECTIONS)

    def file_closed(self, filings: Sequence[bytes], clients: int) -> Outcome:
        """Have so many clients file as fast as each is answered."""
        return uvloop.run(self._timed(self._closed(filings, clients), len(filings)))

    def file_open(
        self, filings: Iterable[bytes], arrivals: Sequence[float], filers: int | None = None
    ) -> Outcome:
        """Send each filing at its time, whether or not others have been answered.

        Of so many `filers` who come in turns, though, each waits for the answer to what it filed
        before: nobody amends what may not be there.
        """
        opened = self._open(filings, arrivals, filers or len(arrivals))
        return uvloop.run(self._timed(opened, len(arrivals)))

    async def _timed(self, work: asyncio.Future[None] | object, total: int) -> Outcome:
        self._outcome, self._total, self._started = Outcome(), total, time.perf_counter()
        await work  # type: ignore[misc]
        self._outcome.seconds = time.perf_counter() - self._started
        self.hang_up()
        return self._outcome

    def hang_up(self) -> None:
        """Close the connections that were kept."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    async def _closed(self, filings: Sequence[bytes], clients: int) -> None:
        waiting = iter(filings)

        async def one_client() -> None:
            for filing in waiting:
                await self._file(filing, time.perf_counter())

        await asyncio.gather(*(one_client() for _ in range(clients)))

    async def _open(self, filings: Iterable[bytes], arrivals: Sequence[float], filers: int) -> None:
        latest: deque[asyncio.Task[None]] = deque(maxlen=filers)
        async with asyncio.TaskGroup() as group:
            for filing, arrival in zip(filings, arrivals, strict=True):
                due = self._started + arrival
                if (wait := due - time.perf_counter()) > 0:
                    await asyncio.sleep(wait)
                before = latest[0] if len(latest) == filers else None
                latest.append(group.create_task(self._file_after(before, filing, due)))

    async def _file_after(
        self, before: asyncio.Task[None] | None, filing: bytes, due: float
    ) -> None:
        if before is not None and not before.done():
            await before
            due = max(due, time.perf_counter())
        await self._file(filing, due)

    async def _file(self, filing: bytes, due: float) -> None:
        status = 0
        for _ in range(MOST_TRIES):
            status, retry_after = await self.send(filing)
            if status not in (0, 429, 503):
                break
            await asyncio.sleep(retry_after)
        now = time.perf_counter()
        self._outcome.answered.append((now - self._started, now - due, status))
        if len(self._outcome.answered) % 100 == 0:
            self.show(len(self._outcome.answered), self._total)

    async def send(self, filing: bytes) -> tuple[int, float]:
        """Send a request once; return the status, 0 without one, and the seconds of Retry-After."""
        async with self._places:
            return await self._send(filing)

    async def _send(self, filing: bytes) -> tuple[int, float]:
        connection = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                connection = self._fresh_idle() or await self._connect()
                status, retry_after, stays_open = await connection.ask(filing)
        except (OSError, EOFError, TimeoutError):
            # Whether it was taken in is unknown; its key makes the repeat safe.
            self._outcome.broken += 1
            if connection is not None:
                connection.close()
            return 0, 1.0
        self._outcome.statuses[status] += 1
        if stays_open:
            self._idle.append(connection)
        else:
            connection.close()
        return status, retry_after

    def _fresh_idle(self) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if time.perf_counter() - connection.used_at < IDLE_SECONDS:
                return connection
            connection.close()
        return None

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(_Connection, self._host, self._port))[1]


class _Connection(asyncio.Protocol):
    """One kept-alive connection. No stream: the crowd shares the cores with what it measures."""

    def __init__(self) -> None:
        self.used_at = 0.0
        self._came = b""
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        self._transport = cast(asyncio.Transport, transport)

    async def ask(self, request: bytes) -> tuple[int, float, bool]:
        """Return the status, the seconds of Retry-After, and whether the connection stays open.

        Raises EOFError or OSError when it broke first.
        """
        if self._transport.is_closing():
            raise EOFError
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        head = await self._answer
        self.used_at = time.perf_counter()
        stays_open = _header(head, b"connection") != b"close"
        return int(head[9:12]), float(_header(head, b"retry-after") or 1), stays_open

    def data_received(self, data: bytes) -> None:
        """Give the head of the answer to whoever waits once all of it is here."""
        self._came += data
        head, ended, body = self._came.partition(b"\r\n\r\n")
        head = head.lower()
        if not ended or len(body) < int(_header(head, b"content-length") or 0):
            return
        self._came = b""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(head)

    def connection_lost(self, problem: Exception | None) -> None:
        """Tell whoever waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(problem or EOFError())

    def close(self) -> None:
        self._transport.close()


def _header(head: bytes, name: bytes) -> bytes:
    _, found, rest = head.partition(b"\r\n" + name + b":")
    return rest.partition(b"\r\n")[0].strip() if found else b""


def herd(count: int, rate: float, seed: str) -> list[float]:
    """Return when each filing comes: few over the window, then 80 % in its last tenth.

    `rate` is how many a second come in that last tenth; it sets the length of the window.
    """
    dice = random.Random(seed)  # noqa: S311 (no secret)
    late = round(count * LATE_SHARE)
    window = late / rate / LAST_PART
    turn = window * (1 - LAST_PART)
    early = (dice.uniform(0, turn) for _ in range(count - late))
    return sorted([*early, *(dice.uniform(turn, window) for _ in range(late))])


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which that share of the ordered values lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def latency_ms(seconds: Iterable[float]) -> dict[str, float]:
    """Return what latencies are told by, in milliseconds."""
    ordered = sorted(seconds)
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {name: round(percentile(ordered, share) * 1000, 1) for name, share in shares.items()}


def per_second(outcomes: Iterable[tuple[float, float, int]]) -> list[int]:
    """Return how many filings were answered 201 in each second."""
    counted = Counter(int(at) for at, _, status in outcomes if status == 201)
    return [counted[second] for second in range(max(counted, default=0) + 1)]
