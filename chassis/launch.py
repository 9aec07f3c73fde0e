"""Starts and stops a process: `python -m chassis.launch <package>`, ended by SIGTERM."""

import eventlet

eventlet.monkey_patch()

import gc
import importlib
import signal
import sys
from typing import Any

import structlog
from nameko.containers import ServiceContainer

from chassis import memory
from chassis.log import configure
from chassis.settings import PATIENCE, ProcessSettings
from chassis.worker import give_places

log = structlog.get_logger(__name__)

STOP_SECONDS = 25 * PATIENCE
GARBAGE_OBJECTS = 100_000


def service_class(package: str) -> type[Any]:
    """Return the one class in `<package>.service` whose `name` is the package's last word."""
    module = importlib.import_module(f"{package}.service")
    name = package.rpartition(".")[2]
    (found,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type) and value.__dict__.get("name") == name
    )
    return found


def container_of(service: type[Any], settings: ProcessSettings) -> ServiceContainer:
    """Return the service's nameko container, not yet started."""
    container = ServiceContainer(
        service, config={"AMQP_URI": settings.amqp_uri, "process": settings}
    )
    give_places(container)
    return container


def main(package: str) -> None:
    """Run the service until SIGTERM or SIGINT: then finish what is in hand and exit 0."""
    settings = ProcessSettings.read()
    configure(package.rpartition(".")[2], settings.log_level)
    memory.bound(settings.memory_mib)
    container = container_of(service_class(package), settings)

    def stop(*_: Any) -> None:
        # A signal handler may interrupt anything, so the stopping is done by a green thread.
        eventlet.spawn(_stop, container)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    container.start()
    _collect_less_garbage()
    log.info("started", package=package)
    container.wait()
    log.info("stopped", package=package)


def _collect_less_garbage() -> None:
    """Leave what was loaded out of every collection, and collect when there is something to find:
    nearly all that a request makes goes by itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS, 50, 1_000)


def _stop(container: ServiceContainer) -> None:
    try:
        with eventlet.Timeout(STOP_SECONDS):
            container.stop()
    except (Exception, eventlet.Timeout):
        log.exception("stopped_the_hard_way")
        container.kill()


if __name__ == "__main__":
    main(sys.argv[1])
