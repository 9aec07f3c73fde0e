"""Gives the parts of a process one wire to ask and to announce over."""

from __future__ import annotations

from nameko.extensions import SharedExtension

from chassis import critical_threads
from chassis.publisher import Wire


class SharedWire(SharedExtension):
    """The process's wire for asking and announcing."""

    name = "main"

    def __init__(self) -> None:
        self._wire: Wire | None = None

    @property
    def wire(self) -> Wire:
        """The wire; made on first use, connected from `start` on."""
        if self._wire is None:
            container = self.container
            self._wire = Wire(container.config["AMQP_URI"], self.name, container.service_name)
        return self._wire

    def start(self) -> None:
        """Connect in the background."""
        self.wire.start(critical_threads.spawner(self.container))

    def stop(self) -> None:
        """Hang up."""
        self.wire.stop()

    kill = stop

    def check(self) -> None:
        """Raise unless a message sent now has a chance."""
        if not self.wire.is_up:
            raise ConnectionError("not connected to the broker")
