"""Answers whether the process is alive, whether it can serve and what it has counted, as pages."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, Generic, TypeVar

import eventlet
import orjson
import structlog
from eventlet.semaphore import Semaphore
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis.ops_server import Page, Pages
from chassis.settings import PATIENCE
from chassis.work_line import WorkLine

log = structlog.get_logger(__name__)

_line = WorkLine("metrics", threads=1, waiting=1)

CHECK_SECONDS = 2.0 * PATIENCE
KEPT_SECONDS = 1.0

Made = TypeVar("Made")

Check = Callable[[], str | None]
"""Asks one dependency for a sign of life: returns a word about it, raises when there is none."""


class Cached(Generic[Made]):
    """Something made at most once in `seconds`, for all who ask: many cost no more than one."""

    def __init__(self, make: Callable[[], Made], seconds: float = KEPT_SECONDS) -> None:
        self._make = make
        self._seconds = seconds
        self._making = Semaphore()
        self._made: Made | None = None
        self._until = 0.0

    def __call__(self) -> Made:
        """Return what was made within `seconds`, or make it; whoever comes meanwhile waits."""
        with self._making:
            if self._made is None or monotonic() >= self._until:
                self._made = self._make()
                self._until = monotonic() + self._seconds
            return self._made


class Readiness:
    """Whether the process can serve: every named check passes and it is not stopping."""

    def __init__(self, seconds: float = CHECK_SECONDS) -> None:
        self._seconds = seconds
        self._checks: dict[str, Check] = {}
        self._stopping = False
        self._results = Cached(self._ask_all)

    def add(self, name: str, check: Check) -> None:
        """Ask `check` from now on; it must wait in green ways only."""
        self._checks[name] = check

    def stop(self) -> None:
        """Be unready from now on, so that no new work is sent here."""
        self._stopping = True

    def report(self) -> dict[str, Any]:
        """Ask every check at once, none longer than its time, at most once in KEPT_SECONDS.

        `state` is ready, unready or stopping.
        """
        checks = self._results()
        if self._stopping:
            state = "stopping"
        else:
            state = "ready" if all(check["ok"] for check in checks.values()) else "unready"
        return {"state": state, "checks": checks}

    def _ask_all(self) -> dict[str, dict[str, Any]]:
        asked = {name: eventlet.spawn(self._ask, check) for name, check in self._checks.items()}
        return {name: thread.wait() for name, thread in asked.items()}

    def _ask(self, check: Check) -> dict[str, Any]:
        since = monotonic()
        try:
            with eventlet.Timeout(self._seconds):
                detail = check() or f"{(monotonic() - since) * 1000:.0f} ms"
        except eventlet.Timeout:
            return {"ok": False, "detail": f"no answer within {self._seconds:g} s"}
        except ConnectionError as problem:
            return {"ok": False, "detail": str(problem)}
        except Exception:
            log.exception("readiness_check_failed")
            return {"ok": False, "detail": "failed; the log says how"}
        return {"ok": True, "detail": detail}


def alive_page() -> Page:
    """Return that the process turns its loop; nothing about what it depends on."""
    return 200, "application/json", b'{"state":"alive"}'


def ready_page(readiness: Readiness) -> Page:
    """Return 200 when the process can serve, else 503; either way each check's result."""
    report = readiness.report()
    status = 200 if report["state"] == "ready" else 503
    return status, "application/json", orjson.dumps(report)


def metrics_page() -> Page:
    """Return every metric of the process in Prometheus' text form, written beside the loop."""
    return 200, CONTENT_TYPE_LATEST, _line.run(None, generate_latest)


def ops_pages(readiness: Readiness) -> Pages:
    """Return the pages /healthz, /readyz and /metrics.

    The metrics are written at most once in KEPT_SECONDS.
    """
    return {
        "/healthz": alive_page,
        "/readyz": lambda: ready_page(readiness),
        "/metrics": Cached(metrics_page),
    }
