"""Somebody who only looks, as a process of their own: `python -m tests.faults.bystander PORT`.

Reads a token from stdin, then asks a few small questions in turn until stdin ends, and says of each
when it was asked and answered (of the clock all processes here share), and how. It imports nothing
of ours, so that whoever is busy in the test does not hold it up.
"""

from __future__ import annotations

import http.client
import select
import sys
import time

ADDRESS = "127.0.0.2"
PATHS = ("/v1/sessions/current", "/v1/obligations?limit=1", "/v1/rounds?limit=1", "/healthz")
PAUSE_SECONDS = 0.01
GIVES_UP_SECONDS = 30.0


def main() -> None:
    """Ask until nobody listens."""
    port = int(sys.argv[1])
    headers = {"Authorization": f"Bearer {sys.stdin.readline().strip()}"}
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=GIVES_UP_SECONDS, source_address=(ADDRESS, 0)
    )
    number = 0
    while not select.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
        path = PATHS[number % len(PATHS)]
        number += 1
        began = time.monotonic()
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            connection.close()
            status = 0
        sys.stdout.write(f"{began} {time.monotonic()} {status} {path}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
