"""Makes a message that arrived a call of a service's method, through nameko's workers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from eventlet.event import Event as Signal
from eventlet.greenpool import GreenPool
from nameko.exceptions import ContainerBeingKilled
from nameko.timer import timer as _timer

OnResult = Callable[[Any, Any], None]
Method = TypeVar("Method", bound=Callable[..., Any])


class Marking(Protocol):  # makes a method an entrypoint, and leaves it as it is
    def __call__(self, *declared: Any, **named: Any) -> Callable[[Method], Method]: ...


timer: Marking = _timer


def give_places(container: Any) -> None:
    """Give a container a worker for each place of each lane of questions, and one for each other
    entrypoint, since those work one call at a time: then none waits for another's.
    """
    declared = [getattr(part, "lane", None) for part in container.entrypoints]
    lanes = {lane.name: lane for lane in declared if lane}
    container.max_workers = declared.count(None) + sum(lane.workers for lane in lanes.values())
    container._worker_pool = GreenPool(container.max_workers)


def call(entrypoint: Any, *arguments: Any, correlation: str = "") -> Any:
    """Run the entrypoint's method in a worker of its container; return its result or raise.

    Raises ConnectionAbortedError, an outage, when the process is ending.
    """
    result, exc_info = run(entrypoint, arguments, {}, correlation=correlation)
    if exc_info is not None:
        raise exc_info[1]
    return result


def run(
    entrypoint: Any,
    arguments: tuple[Any, ...],
    named: dict[str, Any],
    *,
    correlation: str = "",
    on_result: OnResult = lambda result, exc_info: None,
) -> tuple[Any, Any]:
    """Do the same, and return the result or what was raised; `on_result` hears of it first."""
    finished = Signal()

    def finish(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        on_result(result, exc_info)
        finished.send((result, exc_info))
        return result, exc_info

    try:
        entrypoint.container.spawn_worker(
            entrypoint,
            arguments,
            named,
            context_data={"correlation_id": correlation},
            handle_result=finish,
        )
    except ContainerBeingKilled as ending:
        raise ConnectionAbortedError("the process is ending") from ending
    outcome: tuple[Any, Any] = finished.wait()
    return outcome
