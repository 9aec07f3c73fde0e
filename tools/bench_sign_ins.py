"""Measures whether sign-ins hold up others: `python -m tools.bench_sign_ins`, on what runs.

Sixty sign-ins at once, each hashing a password, while somebody else goes on asking who they are.
Tells the slowest of these unrelated requests beside that without sign-ins. Exit 1 over 200 ms.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from tools.journey.client import Api
from tools.stack import Stack

CROWD = 60
ROUNDS = 3
QUIET_SECONDS = 3.0
MOST_MILLISECONDS = 200.0
WRONG = "not anybody's passphrase"


def crowd(url: str, nth: int) -> None:
    """Sign in sixty times at once, with names nobody has: it hashes as if somebody had."""
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:

        def sign_in(number: int) -> None:
            body = {"username": f"nobody-{nth}-{number}", "password": WRONG}
            told = client.post("/v1/sessions", json=body)
            if told.status_code not in (401, 429, 503):
                raise RuntimeError(told.text)

        with ThreadPoolExecutor(CROWD) as several:
            list(several.map(sign_in, range(CROWD)))


def slowest(ask: Callable[[], object], goes_on: Callable[[], bool]) -> tuple[float, int]:
    """Return the milliseconds of the slowest request, and how many were made."""
    milliseconds, requests = 0.0, 0
    while goes_on():
        since = time.perf_counter()
        ask()
        milliseconds = max(milliseconds, (time.perf_counter() - since) * 1000)
        requests += 1
    return milliseconds, requests


def measure(url: str, ask: Callable[[], object]) -> tuple[float, int]:
    """Return the same during the worst of some crowds, each from a process of its own."""
    measured = []
    for nth in range(ROUNDS):
        # Spawned, and not a thread: else the one who measures would wait for the crowd's turns.
        signing_in = multiprocessing.get_context("spawn").Process(target=crowd, args=(url, nth))
        signing_in.start()
        measured.append(slowest(ask, signing_in.is_alive))
        if signing_in.exitcode:
            raise SystemExit("the sign-ins were not answered as sign-ins are")
    return max(measured)


def main() -> None:
    """Measure and compare."""
    stack = Stack.from_environment()
    url = stack.url
    password = (stack.site.keys / "operator-password").read_text()
    onlooker, _ = Api.at(url).signed_in("operator", password)

    def ask() -> object:
        return onlooker.get("/v1/sessions/current")

    ask()
    until = time.monotonic() + QUIET_SECONDS
    quiet, of_quiet = slowest(ask, lambda: time.monotonic() < until)
    busy, of_busy = measure(url, ask)
    print(f"{busy:8.0f} ms at most during {CROWD} sign-ins ({of_busy:,} requests)")
    print(f"{quiet:8.0f} ms at most without ({of_quiet:,} requests)")
    print(f"{busy / quiet:8.1f} × as slow")
    if busy > MOST_MILLISECONDS:
        sys.exit(f"slower than {MOST_MILLISECONDS:.0f} ms")


if __name__ == "__main__":
    main()
