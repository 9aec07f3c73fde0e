"""What costs a client little costs nobody else much: one cheap request after the other, beside a
bystander whose slowest answer is held against its own when nothing else went on.
"""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders.odd_requests import archive
from tests.builders.processes import resident_mib
from tests.builders.waiting import soon
from tests.faults.load import NO_TLS
from tests.length import IN_FULL
from tools.programs import ROOT

TIMES_IDLE = 20.0
LEAST_IDLE_SECONDS = 0.025  # 20 times that is the aim on an idle machine
IDLE_SECONDS = 5.0 if IN_FULL else 0.5
ABUSE_SECONDS = 15.0 if IN_FULL else 1.0
STANDS_STILL_SECONDS = 2.0
TRIES = 3  # a machine may be busy with something else once, or twice
PATIENCE_SECONDS = 60.0
MEMORY_MIB = 400.0
ABUSER_ADDRESS = "127.0.0.3"
ABUSER, BYSTANDER, OTHER = "6810501-1", "6810502-1", "6810503-1"
HALF_SENT = 1_100


@dataclass(frozen=True)
class Looked:
    """One answer to the bystander."""

    began: float
    ended: float
    status: int
    path: str


class Bystander:
    """Looks all the while; `between` says what it met with in a time."""

    def __init__(self, told: Path) -> None:
        self._told = told

    def between(self, began: float, ended: float) -> list[Looked]:
        """Return every look that was under way in that time, once all of them are over."""
        looked = soon(lambda: self._looked_after(ended))
        return [one for one in looked if one.ended >= began and one.began <= ended]

    def _looked_after(self, ended: float) -> list[Looked]:
        lines = self._told.read_text().splitlines(keepends=True)
        words = [line.split() for line in lines if line.endswith("\n")]
        looked = [Looked(float(a), float(b), int(status), path) for a, b, status, path in words]
        return looked if looked and looked[-1].began > ended else []


@pytest.fixture(scope="module")
def bystander(stack, country, tmp_path_factory) -> Iterator[Bystander]:
    """An officer of another organisation, in a process and at an address of their own."""
    told = tmp_path_factory.mktemp("bystander") / "looked"
    command = (sys.executable, "-m", "tests.faults.bystander", str(stack.site.port))
    token = country.callers[BYSTANDER].client.headers["Authorization"].partition(" ")[2]
    with (
        told.open("w") as file,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=file, cwd=ROOT) as process,
    ):
        process.stdin.write(f"{token}\n".encode())
        process.stdin.flush()
        yield Bystander(told)
        process.stdin.close()


@dataclass(frozen=True)
class World:
    """What abusers need to know."""

    url: str
    token: str
    round_id: str
    obligation_id: str
    filing_id: str

    def client(self, *, signed_in: bool = True) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"} if signed_in else {}
        transport = httpx.HTTPTransport(local_address=ABUSER_ADDRESS, verify=NO_TLS)
        return httpx.Client(
            base_url=self.url, headers=headers, transport=transport, timeout=PATIENCE_SECONDS
        )


@pytest.fixture(scope="module")
def world(stack, country) -> World:
    round_id = country.open_round(mode="trial")
    officer = country.callers[ABUSER]
    obligation_id = officer.obligation_of(round_id)["id"]
    filed = officer.file(obligation_id)
    assert filed.status_code == 201, filed.text
    token = officer.client.headers["Authorization"].partition(" ")[2]
    return World(stack.url, token, round_id, obligation_id, filed.json()["filing"]["id"])


Send = Callable[[httpx.Client, World], httpx.Response]


@dataclass(frozen=True)
class Abuse:
    """One cheap request, and how many clients repeat it at once."""

    send: Send
    at_once: int = 4
    signed_in: bool = True


def _file(answers: Any) -> Send:
    facts = {"kind": "original", "form_version": 1, "answers": answers}
    body = json.dumps(facts, separators=(",", ":")).encode()

    def send(client: httpx.Client, world: World) -> httpx.Response:
        return client.post(
            f"/v1/obligations/{world.obligation_id}/filings",
            content=body,
            headers={"Content-Type": "application/json", "Idempotency-Key": uuid4().hex},
        )

    return send


def _save_draft(answers: Any) -> Send:
    body = json.dumps({"answers": answers}).encode()

    def send(client: httpx.Client, world: World) -> httpx.Response:
        path = f"/v1/obligations/{world.obligation_id}/draft"
        version = client.get(path).headers.get("ETag", '"0"')
        headers = {"Content-Type": "application/json", "If-Match": version}
        return client.put(path, content=body, headers=headers)

    return send


def _post_json(path: str, body: bytes) -> Send:
    headers = {"Content-Type": "application/json"}
    return lambda client, _: client.post(path, content=body, headers=headers)


def _get(path: str, **headers: str) -> Send:
    return lambda client, world: client.get(path.format(**vars(world)), headers=headers)


def _upload(path: str, name: str, data: Callable[[], bytes]) -> Send:
    made: list[bytes] = []

    def send(client: httpx.Client, world: World) -> httpx.Response:
        if not made:
            made.append(data())
        headers = {"Idempotency-Key": uuid4().hex}
        files = {"file": (name, made[0])}
        return client.post(path.format(**vars(world)), files=files, headers=headers)

    return send


def _sign_in(client: httpx.Client, _: World) -> httpx.Response:
    credentials = {"username": uuid4().hex[:12], "password": "not the password"}
    return client.post("/v1/sessions", json=credentials)


_LONG_LIST = {"trainings": [{}] * 690_000}
_DEEP = json.loads("[" * 900 + "]" * 900)
_COOKIE = 'a="' + '\\"' * 3_000 + '"'
_UNKNOWN = json.dumps({f"n{number}": 1 for number in range(150_000)}).encode()
_WORKBOOKS = "/v1/rounds/{round_id}/workbooks?check=true"
ABUSES = {
    "a filing of a long list": Abuse(_file(_LONG_LIST), 2),
    "a filing of one deep answer": Abuse(_file({"problems": _DEEP}), 2),
    "a draft of a long list": Abuse(_save_draft({"trainings": [{}] * 100_000}), 2),
    "metrics": Abuse(_get("/metrics"), 10, signed_in=False),
    "the description": Abuse(_get("/openapi.json"), 10, signed_in=False),
    "pages": Abuse(_get("/verify"), 10, signed_in=False),
    "a cookie of escapes": Abuse(_get("/v1/oidc/callback?state=x", Cookie=_COOKIE), 4, False),
    "names nobody has": Abuse(_sign_in, 60, signed_in=False),
    "a public body of 2 MB": Abuse(_post_json("/v1/sessions", _UNKNOWN), 4, signed_in=False),
    "a receipt of 2 MB": Abuse(_post_json("/v1/receipts/verify", _UNKNOWN), 4, signed_in=False),
    "prints": Abuse(_get("/v1/filings/{filing_id}/document.pdf"), 30),
    "templates": Abuse(_get("/v1/obligations/{obligation_id}/template.xlsx"), 10),
    "evidence to scan": Abuse(_upload("/v1/evidence", "a.pdf", lambda: b"%PDF-1.4\n" * 300_000), 8),
    "forged cursors": Abuse(_get("/v1/obligations?cursor=WyI5OTk5OTk5OTk5OTkiXQ"), 10),
    **{
        f"an archive: {kind}": Abuse(
            _upload(_WORKBOOKS, "a.xlsx", lambda kind=kind: archive(kind)), 2
        )
        for kind in ("bomb", "lying bzip2", "lying lzma", "endless directory")
    },
}


def _repeat(abuse: Abuse, world: World, until: float) -> Counter[int]:
    """Repeat a request until then, at least once; return how many were answered, by status."""
    answers: Counter[int] = Counter()
    with world.client(signed_in=abuse.signed_in) as client:
        while not answers or time.monotonic() < until:
            told = abuse.send(client, world)
            assert told.status_code < 500 or told.status_code == 503, told.text
            if told.status_code in (429, 503):
                time.sleep(0.05)
            answers[told.status_code] += 1
    return answers


@contextmanager
def half_sent(world: World) -> Iterator[None]:
    """Many connections on which a request has begun and does not go on."""
    port = httpx.URL(world.url).port
    socks = []
    try:
        for _ in range(HALF_SENT):
            sock = socket.create_connection(
                ("127.0.0.1", port), PATIENCE_SECONDS, source_address=(ABUSER_ADDRESS, 0)
            )
            socks.append(sock)
            sock.sendall(b"GET / HTTP/1.1\r\nHos")
        yield
    finally:
        for sock in socks:
            sock.close()


def _slowest_to_idle(bystander: Bystander, abuse: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return the bystander's slowest answer during the abuse and how slow it may be."""
    began = time.monotonic()
    time.sleep(IDLE_SECONDS)
    idle = sorted(one.ended - one.began for one in bystander.between(began, time.monotonic()))
    usual = max(LEAST_IDLE_SECONDS, idle[math.ceil(len(idle) * 0.99) - 1])
    began = time.monotonic()
    done = abuse()
    met = bystander.between(began, time.monotonic())
    assert {one.status for one in met} == {200}, [one for one in met if one.status != 200]
    return max(one.ended - one.began for one in met), usual, done


def _hold(bystander: Bystander, write_down: Callable[..., None], abuse: Callable[[], Any]) -> None:
    for _ in range(TRIES):
        slowest, usual, answers = _slowest_to_idle(bystander, abuse)
        write_down(slowest=round(slowest, 3), idle=round(usual, 3), answers=answers)
        if slowest < TIMES_IDLE * usual:
            return
    raise AssertionError(f"{slowest:.2f} s, {slowest / usual:.0f} times {usual * 1000:.0f} ms")


@pytest.mark.parametrize("abuse", ABUSES.values(), ids=ABUSES)
def test_a_cheap_request_holds_up_nobody_else(world, bystander, write_down, stack, abuse):
    before = resident_mib(stack.pid("reports")), resident_mib(stack.pid("gateway"))

    def all_at_once() -> Counter[int]:
        until = time.monotonic() + ABUSE_SECONDS
        with ThreadPoolExecutor(abuse.at_once) as abusers:
            running = [abusers.submit(_repeat, abuse, world, until) for _ in range(abuse.at_once)]
            return sum((one.result() for one in running), Counter())

    _hold(bystander, write_down, all_at_once)

    after = resident_mib(stack.pid("reports")), resident_mib(stack.pid("gateway"))
    assert all(now - then < MEMORY_MIB for now, then in zip(after, before, strict=True))


def test_heads_that_are_half_sent_hold_up_nobody_else(world, bystander, write_down):
    def abuse() -> None:
        with half_sent(world):
            time.sleep(ABUSE_SECONDS)

    _hold(bystander, write_down, abuse)


def test_who_signs_in_rightly_gets_in_while_others_guess(world, country, bystander):
    """From another address, for a name that exists."""
    officer = country.callers[OTHER]
    until = time.monotonic() + ABUSE_SECONDS
    with ThreadPoolExecutor(60) as guessers:
        running = [
            guessers.submit(_repeat, ABUSES["names nobody has"], world, until) for _ in range(60)
        ]
        told = [officer.sign_in().client.get("/v1/sessions/current") for _ in range(4)]
        assert sum(one.result().total() for one in running) >= 60
    assert {one.status_code for one in told} == {200}


def test_who_prints_gets_a_page_while_another_prints_without_end(world, country):
    officer = country.callers[OTHER]
    filed = officer.file(officer.obligation_of(world.round_id)["id"]).json()["filing"]
    until = time.monotonic() + ABUSE_SECONDS
    with ThreadPoolExecutor(30) as printers:
        running = [printers.submit(_repeat, ABUSES["prints"], world, until) for _ in range(30)]
        told = [officer.client.get(f"/v1/filings/{filed['id']}/receipt.pdf") for _ in range(4)]
        assert sum(one.result().total() for one in running) >= 30
    assert {one.status_code for one in told} == {200}


def test_a_gateway_that_stands_still_is_seen(stack, bystander):
    """Or the others of this file would say nothing."""

    def stand_still() -> None:
        os.kill(stack.pid("gateway"), signal.SIGSTOP)
        time.sleep(STANDS_STILL_SECONDS)
        os.kill(stack.pid("gateway"), signal.SIGCONT)

    slowest, _, _ = _slowest_to_idle(bystander, stand_still)
    assert slowest > STANDS_STILL_SECONDS * 0.9
