"""The contenders that are not ours: their processes, and a database that begins empty."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from chassis.connection import open_connection
from tools.journey.client import Facts
from tools.keys import SIGNING_KEY
from tools.programs import HOST, ROOT
from tools.stack import Stack, StackFailed

ORDINARY, PLAIN = "ordinary nameko", "plain insert"
PORTS = {ORDINARY: 30, PLAIN: 31}  # offsets from the stack's
DATABASES = {ORDINARY: "bench_ordinary", PLAIN: "bench_plain"}
WORKERS = 128  # as many as there are clients
PATIENCE_SECONDS = 30.0
EVENTS = ("ordinary_recorder.events", "report_filed", "bench.report_filed")
# Tried on two cores, filings a second, medians of three runs of 4,000: 2 workers × 8 threads 1,371,
# 2 × 12 1,367, 2 × 16 1,279, 2 × 24 1,099, 2 × 32 1,204, 3 × 8 1,300, 3 × 12 1,399 (but from 1,163
# to 1,472), 3 × 16 1,246, 1 × 32 1,288; once each 2 × 4 850, 4 × 8 1,020, and the class sync, which
# keeps no connection, with 4 and with 8 workers 766 and 761.
GUNICORN = ("--worker-class", "gthread", "--workers", "2", "--threads", "8")


class Foreign:
    """Starts and stops the foreign contenders on a stack's broker and database."""

    def __init__(self, stack: Stack, form: Facts) -> None:
        self._stack = stack
        self._form = stack.site.state / "bench-form.json"
        self._form.write_text(json.dumps(form), encoding="utf-8")

    def port(self, contender: str) -> int:
        """Return where the contender hears HTTP."""
        return self._stack.site.port + PORTS[contender]

    def mongo_uri(self, contender: str) -> str:
        """Return the address of the contender's own database."""
        return self._stack.mongo_uri(DATABASES[contender])

    @contextmanager
    def running(self, contender: str) -> Iterator[dict[str, int]]:
        """Run the contender on an empty database; yield the pids of its programs by name."""
        with MongoClient[dict[str, Any]](self.mongo_uri(contender)) as client:
            client.drop_database(DATABASES[contender])
            client[DATABASES[contender]].create_collection("filings")
        if contender == ORDINARY:
            self._empty_queue_of_events()
        started: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for name, command in self._commands(contender).items():
                started[name] = self._start(name, command)
            self._wait_until_heard(contender, started)
            yield {name: process.pid for name, process in started.items()}
        finally:
            for process in started.values():
                process.terminate()
            for process in started.values():
                process.wait(PATIENCE_SECONDS)

    def stored(self, contender: str) -> int:
        """Return how many filings the contender has in its database."""
        with MongoClient[dict[str, Any]](self.mongo_uri(contender)) as client:
            return client.get_default_database()["filings"].count_documents({})

    def _commands(self, contender: str) -> Mapping[str, tuple[str, ...]]:
        if contender == PLAIN:
            address = ("--bind", f"{HOST}:{self.port(PLAIN)}", "--keep-alive", "75")
            command = (sys.executable, "-m", "gunicorn", *address, *GUNICORN, "--no-control-socket")
            return {"gunicorn": (*command, "tools.bench.plain:application")}
        config = self._stack.site.state / "bench-nameko.yaml"
        told = {
            "AMQP_URI": self._stack.amqp_uri,
            "WEB_SERVER_ADDRESS": f"{HOST}:{self.port(ORDINARY)}",
            "max_workers": WORKERS,
            "LOGGING": {"version": 1, "root": {"level": "WARNING"}},
            **self._environment(ORDINARY),
        }
        config.write_text(json.dumps(told), encoding="utf-8")  # which is YAML, too
        nameko = (str(Path(sys.executable).with_name("nameko")), "run", "--config", str(config))
        return {
            "recorder": (*nameko, "tools.bench.ordinary:Recorder"),
            "portal": (*nameko, "tools.bench.ordinary:Portal"),
        }

    def _environment(self, contender: str) -> dict[str, str]:
        return {
            "BENCH_FORM": str(self._form),
            "BENCH_KEY": str(self._stack.site.keys / SIGNING_KEY),
            "BENCH_MONGO_URI": self.mongo_uri(contender),
        }

    def _start(self, name: str, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
        with self._log(name).open("ab") as log:
            return subprocess.Popen(
                (shutil.which("setpriv") or "setpriv", "--pdeathsig", "TERM", "--", *command),
                env=os.environ | self._environment(PLAIN) | {"PYTHONPATH": str(ROOT)},
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _log(self, name: str) -> Path:
        return self._stack.site.log(f"bench-{name}")

    def _wait_until_heard(
        self, contender: str, started: Mapping[str, subprocess.Popen[bytes]]
    ) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _is_heard(self.port(contender)):
            ended = [name for name, process in started.items() if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                logs = ", ".join(str(self._log(name)) for name in ended or started)
                raise StackFailed(f"{contender} does not come up; see {logs}")
            time.sleep(0.1)

    def _empty_queue_of_events(self) -> None:
        """Keep what is announced in a durable queue, as the queue of any listener would."""
        exchange, key, queue = EVENTS
        with open_connection(self._stack.amqp_uri) as connection:
            channel = connection.channel()
            channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
            channel.queue_delete(queue)
            channel.queue_declare(queue, durable=True, auto_delete=False)
            channel.queue_bind(queue, exchange, key)


def _is_heard(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1.0).close()
    except OSError:
        return False
    return True
