"""Reads the settings of this process from the environment, once, complete or not at all."""

from __future__ import annotations

import os
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, ClassVar, Self


class SettingsIncomplete(SystemExit):
    """A required variable is missing or unreadable; the process must not start."""


@dataclass(frozen=True)
class Settings:
    """Base of a process's settings: field `mongo_uri`, prefix `A_`: variable `A_MONGO_URI`.

    Fields are str, int, float, bool (1/0), Path or any class made from a text, which raises
    ValueError when it cannot be; one without a default is required.
    """

    prefix: ClassVar[str]

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read every field. Raises SettingsIncomplete naming all that is wrong, at once."""
        hints = typing.get_type_hints(cls)
        values, problems = {}, []
        for field in fields(cls):
            variable = cls.prefix + field.name.upper()
            try:
                values[field.name] = _value(field, hints[field.name], environ.get(variable))
            except ValueError as problem:
                problems.append(f"{variable} {problem}")
        if problems:
            raise SettingsIncomplete("cannot start: " + "; ".join(problems))
        return cls(**values)


def _value(field: Field[Any], kind: type, text: str | None) -> Any:
    if text is None:
        if field.default is MISSING:
            raise ValueError("is not set")
        return field.default
    if kind is bool:
        if text not in ("0", "1"):
            raise ValueError("must be 0 or 1")
        return text == "1"
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError as problem:
            raise ValueError(f"must be a number, not {text!r}") from problem
    return kind(text)


class Patience(float):
    """A number from 1 to 100."""

    def __new__(cls, text: str) -> Self:
        """Read it. Raises ValueError."""
        number = super().__new__(cls, text)
        if not 1 <= number <= 100:
            raise ValueError("must be from 1 to 100")
        return number


_USUAL = Patience("1")


@dataclass(frozen=True)
class _Deadlines(Settings):
    prefix = "SUCHARIT_"

    patience: Patience = _USUAL


PATIENCE = _Deadlines.read().patience
"""How many times longer than usual one part waits for another, as on a slow machine."""


@dataclass(frozen=True)
class ProcessSettings(Settings):
    """What every process needs whatever it does."""

    prefix = "SUCHARIT_"

    amqp_uri: str
    ops_port: int
    host: str = "127.0.0.1"
    log_level: str = "INFO"
    max_workers: int = 64
    memory_mib: int = 1024
