"""How does a message that arrived become a call of a service's method? Through nameko's workers."""

from __future__ import annotations

from functools import partial
from typing import Any

from eventlet.event import Event as Signal
from nameko.exceptions import ContainerBeingKilled


def call(entrypoint: Any, *arguments: Any, correlation: str = "") -> Any:
    """Run the entrypoint's method in a worker of its container; return its result or raise.

    Raises ConnectionAbortedError, an outage, when the process is ending.
    """
    finished = Signal()
    try:
        entrypoint.container.spawn_worker(
            entrypoint,
            arguments,
            {},
            context_data={"correlation_id": correlation},
            handle_result=partial(_finish, finished),
        )
    except ContainerBeingKilled as ending:
        raise ConnectionAbortedError("the process is ending") from ending
    result, exc_info = finished.wait()
    if exc_info is not None:
        raise exc_info[1]
    return result


def _finish(finished: Any, _worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
    finished.send((result, exc_info))
    return result, exc_info
