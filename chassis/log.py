"""How does a process tell what it did? JSON lines on stderr, each with the correlation id."""

from __future__ import annotations

import logging
import logging.config
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import orjson
import structlog

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


class _Lines(structlog.BytesLogger):
    """Writes lines to stderr; knows its name, as the standard library's loggers do."""

    def __init__(self, name: str = "") -> None:
        super().__init__(sys.stderr.buffer)
        self.name = name


def configure(service: str, level: str = "INFO") -> None:
    """Send structlog's and the standard library's lines out as JSON, marked with `service`.

    Structlog's go straight out: by way of the standard library a line would cost twice as much.
    """
    shared = [
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
