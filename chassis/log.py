"""How does a process tell what it did? JSON lines on stderr, each with the correlation id."""

from __future__ import annotations

import logging
import logging.config
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

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


def configure(service: str, level: str = "INFO") -> None:
    """Send structlog's and the standard library's lines out as JSON, marked with `service`."""
    shared = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _add_correlation_id,
    ]
    renderer = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            lambda _logger, _method, line: {"service": service, **line},
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(renderer)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("amqp", "kombu", "pymongo", "nameko"):
        logging.getLogger(chatty).setLevel(max(logging.INFO, root.level))
    logging.getLogger("nameko.containers").addFilter(_is_news)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
