"""More than can be done: filings come at a multiple of what the house takes, and readers beside.

Whoever is told to come back does, when he was told, so that the rate stays what was asked.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count, cycle

from tools.peak.load import Crowd, latency_ms

SECONDS = 20.0
AFTER_SECONDS = 10.0
AFTER_SHARE = 0.5  # of the capacity, once the rush is over
READ_SHARE = 0.1  # as many reads as a tenth of the capacity
WARM_UP_SECONDS = 2.0
CALM_SECONDS = 1.0  # an interval is calm in which all who filed were answered 201 …
CALM_LATENCY = 0.3  # … and in this time
BUSY = (429, 503)


@dataclass(frozen=True, slots=True)
class Told:
    """One request: when it was due, how long it took, what was answered."""

    due: float
    seconds: float
    status: int


@dataclass(slots=True)
class Rush:
    """What became of all requests, times in seconds since the start."""

    filings: list[Told] = field(default_factory=list)
    reads: list[Told] = field(default_factory=list)

    seconds: float = 0.0

    @property
    def accepted(self) -> int:
        """How many filings were accepted."""
        return sum(told.status in (201, 202) for told in self.filings)

    def figures(self, capacity: float) -> dict[str, object]:
        """Return what the rush is judged by."""
        rushed = [told for told in self.filings if told.due < SECONDS]
        done = [told.due + told.seconds for told in rushed if told.status == 201]
        steady = sum(WARM_UP_SECONDS <= at < SECONDS for at in done) / (SECONDS - WARM_UP_SECONDS)
        return {
            "offered_per_second": round(len(rushed) / SECONDS, 1),
            "answers": _answers(rushed),
            "accepted_per_second": round(steady, 1),
            "share_of_peak": round(steady / capacity, 2),
            "accepted_ms": latency_ms(t.seconds for t in rushed if t.status in (201, 202)),
            "refused_ms": latency_ms(t.seconds for t in rushed if t.status in BUSY),
            "reads": _answers([told for told in self.reads if told.due < SECONDS]),
            "recovered_after_seconds": self._recovered(),
            "afterwards": _answers([told for told in self.filings if told.due >= SECONDS]),
        }

    def _recovered(self) -> float | None:
        """Return when the first calm interval after the rush began, None when there was none."""
        rough = [
            told.due
            for told in self.filings
            if told.due >= SECONDS and (told.status != 201 or told.seconds > CALM_LATENCY)
        ]
        since = SECONDS
        for due in [*sorted(rough), SECONDS + AFTER_SECONDS]:
            if due - since >= CALM_SECONDS:
                return round(since - SECONDS, 1)
            since = due
        return None


class _Offering:
    """What is still to be offered, and to whom."""

    def __init__(self, crowd: Crowd, filings: Sequence[bytes]) -> None:
        self.seen = Rush()
        self._crowd = crowd
        self._fresh = iter(filings)
        self._again: list[tuple[float, int, bytes]] = []
        self._order = count()
        self._started = time.perf_counter()

    def now(self) -> float:
        return time.perf_counter() - self._started

    def next_filing(self) -> bytes | None:
        """Return who was told to come back by now, else who has not come yet."""
        if self._again and self._again[0][0] <= self.now():
            return heapq.heappop(self._again)[2]
        return next(self._fresh, None)

    async def file(self, request: bytes, due: float) -> None:
        status, wait = await self._crowd.send(request)
        self.seen.filings.append(Told(due, self.now() - due, status))
        if status in (0, *BUSY):
            heapq.heappush(self._again, (self.now() + wait, next(self._order), request))

    async def read(self, request: bytes, due: float) -> None:
        status, _ = await self._crowd.send(request)
        self.seen.reads.append(Told(due, self.now() - due, status))


async def rush(
    crowd: Crowd, filings: Sequence[bytes], reads: Sequence[bytes], *, capacity: float, times: float
) -> Rush:
    """Offer filings at `times` the capacity, and reads, for SECONDS; then at less for a while."""
    offering, readers = _Offering(crowd, filings), cycle(reads)
    async with asyncio.TaskGroup() as group:
        for due, is_read in _schedule(capacity, times):
            if (wait := due - offering.now()) > 0:
                await asyncio.sleep(wait)
            if is_read:
                group.create_task(offering.read(next(readers), due))
            elif (request := offering.next_filing()) is not None:
                group.create_task(offering.file(request, due))
            crowd.show(int(due * 10), int((SECONDS + AFTER_SECONDS) * 10))
    offering.seen.seconds = offering.now()
    crowd.hang_up()
    return offering.seen


def _schedule(capacity: float, times: float) -> list[tuple[float, bool]]:
    """Return when each request comes, and whether it is a read."""
    last = SECONDS + AFTER_SECONDS
    return sorted(
        [
            *((at, False) for at in _evenly(0.0, SECONDS, capacity * times)),
            *((at, False) for at in _evenly(SECONDS, last, capacity * AFTER_SHARE)),
            *((at, True) for at in _evenly(0.0, last, capacity * READ_SHARE)),
        ]
    )


def _evenly(since: float, until: float, rate: float) -> list[float]:
    return [since + number / rate for number in range(int((until - since) * rate))]


def _answers(told: Sequence[Told]) -> dict[str, int]:
    return {str(status): n for status, n in sorted(Counter(one.status for one in told).items())}
