"""What an event is: one frozen class per version, with CloudEvents attributes around it.

Strict when sent (a missing, undeclared or mistyped fact is an error before anything is stored),
tolerant when read (facts of a later sender are passed over). Released shapes are frozen in
`contracts/released/` and a test holds them.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Self, dataclass_transform

from contracts.fields import read_time, wire_time

TYPE_PREFIX = "th.sucharit."


class MalformedEvent(ValueError):
    """The facts do not have the shape the event's class declares."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Event:
    """Base of every event. A subclass declares `source`, `name`, `version` and its facts.

    Facts are str, int, bool, datetime, a list or dict of JSON, or one of these or None.
    """

    source: ClassVar[str]
    name: ClassVar[str]
    version: ClassVar[int]
    _shape: ClassVar[dict[str, tuple[type, ...]]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        dataclass(frozen=True, kw_only=True)(cls)

    @classmethod
    def key(cls) -> str:
        """The event's published name and routing key, `<source>.<name>.v<version>`."""
        return f"{cls.source}.{cls.name}.v{cls.version}"

    @property
    def trial_round(self) -> str | None:
        """The trial round the event belongs to, or None when it is live.

        Trial events travel beside the live ones; their log is deleted with the round.
        """
        return None

    @property
    def subject(self) -> str:
        """What the event is about: the id in its first declared fact."""
        return str(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]  # a subclass is one

    def facts(self) -> dict[str, Any]:
        """Return the JSON-ready facts. Raises MalformedEvent on a value of the wrong type."""
        facts = {}
        for name, allowed in _shape(type(self)).items():
            value = getattr(self, name)
            if not _fits(value, allowed):
                raise MalformedEvent(f"{self.key()}: {name} is {value!r}")
            facts[name] = wire_time(value) if isinstance(value, datetime) else value
        return facts

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        """Rebuild the event from received facts; unknown ones are passed over.

        Raises MalformedEvent when one is missing or of the wrong type.
        """
        known = {}
        for name, allowed in _shape(cls).items():
            if name not in facts:
                raise MalformedEvent(f"{cls.key()}: {name} is missing")
            known[name] = _read(cls, name, facts[name], allowed)
        return cls(**known)

    @classmethod
    def shape(cls) -> dict[str, str]:
        """Return name → type of every fact, as frozen in `contracts/released/`."""
        return {
            name: " | ".join(sorted(kind.__name__ for kind in allowed))
            for name, allowed in _shape(cls).items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The CloudEvents 1.0 attributes that travel beside an event's facts."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    dataschema: str
    correlation_id: str = ""

    def headers(self) -> dict[str, str]:
        """Return the attributes as AMQP headers of the CloudEvents AMQP binding."""
        return {
            "cloudEvents:specversion": "1.0",
            "cloudEvents:id": self.id,
            "cloudEvents:source": self.source,
            "cloudEvents:type": self.type,
            "cloudEvents:subject": self.subject,
            "cloudEvents:time": wire_time(self.time),
            "cloudEvents:dataschema": self.dataschema,
            "correlation_id": self.correlation_id,
        }

    @classmethod
    def read(cls, headers: Mapping[str, Any]) -> Envelope:
        """Read the attributes back. Raises MalformedEvent when one is missing."""
        try:
            return cls(
                id=headers["cloudEvents:id"],
                source=headers["cloudEvents:source"],
                type=headers["cloudEvents:type"],
                subject=headers["cloudEvents:subject"],
                time=read_time(headers["cloudEvents:time"]),
                dataschema=headers["cloudEvents:dataschema"],
                correlation_id=headers.get("correlation_id", ""),
            )
        except (KeyError, TypeError, ValueError) as problem:
            raise MalformedEvent(f"envelope: {problem!r}") from problem


def seal(event: Event, *, event_id: str, at: datetime, correlation_id: str = "") -> Envelope:
    """Return the envelope for an event that is about to be stored for sending."""
    return Envelope(
        id=event_id,
        source=f"/sucharit/{event.source}",
        type=TYPE_PREFIX + event.key(),
        subject=event.subject,
        time=at,
        dataschema=f"/schemas/{event.source}/{event.name}.v{event.version}.json",
        correlation_id=correlation_id,
    )


def routing_key(event: Event) -> str:
    """Return where the event travels: its key, and for a trial `….trial.<round>` after it."""
    trial = event.trial_round
    return event.key() if trial is None else f"{event.key()}.trial.{trial}"


def _shape(cls: type[Event]) -> dict[str, tuple[type, ...]]:
    shape: dict[str, tuple[type, ...]] | None = cls.__dict__.get("_shape")
    if shape is None:
        hints = typing.get_type_hints(cls)
        shape = {field.name: _types(hints[field.name]) for field in fields(cls)}  # type: ignore[arg-type]  # a subclass is one
        cls._shape = shape
    return shape


def _types(hint: Any) -> tuple[type, ...]:
    if isinstance(hint, types.UnionType):
        return tuple(kind for part in typing.get_args(hint) for kind in _types(part))
    return (typing.get_origin(hint) or hint,)


def _fits(value: Any, allowed: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return bool in allowed
    return isinstance(value, allowed)


def _read(cls: type[Event], name: str, value: Any, allowed: tuple[type, ...]) -> Any:
    if datetime in allowed and isinstance(value, str):
        try:
            return read_time(value)
        except ValueError as problem:
            raise MalformedEvent(f"{cls.key()}: {name} is not a time") from problem
    if not _fits(value, allowed):
        raise MalformedEvent(f"{cls.key()}: {name} is {value!r}")
    return value
