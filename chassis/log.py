"""Writes the log of a process: JSON lines on stderr, each with the correlation id."""

from __future__ import annotations

import atexit
import logging
import logging.config
import sys
from collections import deque
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import orjson
import structlog
from eventlet import patcher

from chassis.eventlet_insides import share_logging

FLUSH_SECONDS = 0.1
MOST_LINES = 20_000
_threading = patcher.original("threading")
# The id that ties one request's lines together across HTTP, RPC and events. Every green thread
# has its own context, so a worker sets it at its door.
correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")


def _add_correlation_id(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if correlation_id.get():
        line["correlation_id"] = correlation_id.get()
    return line


def _is_news(line: logging.LogRecord) -> bool:
    # Nameko tells every failed call, refusals too; `chassis.service` tells each call in one line.
    return not str(line.msg).endswith("error handling worker %s: %s")


class _Stderr:
    """Writes lines out together: a system call for each would be a tenth of a busy process's work.

    A thread of the system's own writes what has gathered every FLUSH_SECONDS, whatever the green
    threads are doing; a process that is killed loses no more than that.
    """

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque()
        self._writing = _threading.Lock()
        self._never = _threading.Event()
        self._is_flushed_by_thread = False

    def write(self, line: bytes) -> None:
        """Take a line, to be written soon."""
        if not self._is_flushed_by_thread:
            self._is_flushed_by_thread = True
            _threading.Thread(target=self._flush_for_ever, name="log", daemon=True).start()
            atexit.register(self.flush)
        self._lines.append(line)
        if len(self._lines) >= MOST_LINES:  # nobody reads them: wait, rather than grow
            self.flush()

    def flush(self) -> None:
        """Write what was taken."""
        with self._writing:
            # One by one: another thread may take a line at any moment, and none may be lost.
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if lines:
                sys.stderr.buffer.write(b"".join(lines))
                sys.stderr.buffer.flush()

    def _flush_for_ever(self) -> None:
        # Not a sleep: one fails where the wall clock is played with, as tests of faults do.
        while not self._never.wait(FLUSH_SECONDS):
            self.flush()


_stderr = _Stderr()


class _Lines:
    """Where structlog's lines end; knows its name, as the standard library's loggers do."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def debug(self, line: bytes) -> None:
        """Write a line when others are."""
        _stderr.write(line + b"\n")

    info = debug

    def warning(self, line: bytes) -> None:
        """Write a line, and what came before it, at once."""
        _stderr.write(line + b"\n")
        _stderr.flush()

    error = exception = critical = warning


def configure(service: str, level: str = "INFO") -> None:
    """Send structlog's and the standard library's lines out as JSON, marked with `service`.

    Structlog's go straight out: by way of the standard library a line would cost twice as much.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _add_correlation_id,
        lambda _logger, _method, line: {"service": service, **line},
    ]
    foreign = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(foreign)
    share_logging(handler)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("amqp", "kombu", "pymongo", "nameko"):
        logging.getLogger(chatty).setLevel(max(logging.INFO, root.level))
    logging.getLogger("nameko.containers").addFilter(_is_news)
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_json)],
        logger_factory=_Lines,
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        cache_logger_on_first_use=True,
    )


def _json(line: dict[str, Any], **_: Any) -> bytes:
    return orjson.dumps(line, default=repr, option=orjson.OPT_NON_STR_KEYS)
