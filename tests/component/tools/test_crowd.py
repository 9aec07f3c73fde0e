"""The crowd at a real HTTP server."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.builders.waiting import HANG_SECONDS
from tools.programs import ROOT


class Desk(ThreadingHTTPServer):
    """Answers 201; /slow only after /quick was asked for twice."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Clerk)
        self.seen: list[str] = []
        self.both_quick = threading.Event()


class _Clerk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Desk

    def do_GET(self) -> None:
        seen = self.server.seen
        seen.append(f"{self.path} asks")
        if seen.count("/quick asks") == 2:
            self.server.both_quick.set()
        if self.path == "/slow":
            assert self.server.both_quick.wait(HANG_SECONDS)
        seen.append(f"{self.path} is answered")
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    server = Desk()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


# In a process of its own, as it always is: the tests' own is full of green threads.
CROWD = """
import json, sys
from tools.peak.load import Crowd
from tests.builders.waiting import HANG_SECONDS
paths, host, port = json.loads(sys.argv[1]), sys.argv[2], int(sys.argv[3])
turns = [f"GET {path} HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n".encode() for path in paths]
outcome = Crowd(host, port, lambda done, total: None).file_open(turns, [0.0] * 4, filers=2)
print(json.dumps(outcome.final()))
"""


def test_a_filer_waits_for_its_own_answer_and_for_nobody_elses(desk: Desk) -> None:
    host, port = desk.server_address
    paths = json.dumps(["/slow", "/quick"] * 2)

    crowd = [sys.executable, "-c", CROWD, paths, str(host), str(port)]
    told = subprocess.run(crowd, cwd=ROOT, capture_output=True, check=True, timeout=HANG_SECONDS)

    assert json.loads(told.stdout) == {"201": 4}
    slow = [entry for entry in desk.seen if entry.startswith("/slow")]
    assert slow == ["/slow asks", "/slow is answered"] * 2
    assert desk.seen.index("/slow is answered") > desk.seen.index("/quick is answered")
