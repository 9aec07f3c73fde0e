"""When a question is asked: conditions on other answers, as data.

A condition maps a field to the values it must have, to a range of numbers, or to whether it is
answered at all; every part of it must hold. `all`, `any` and `not` combine conditions:

    {head_status: [incumbent, acting]}
    {any: [{complaints_received: {min: 1}}, {not: {code_evidence: {answered: true}}}]}

Of a question inside a list, a name means the answer in the same item, and `/name` that of the
report. Of a question with several choices, one of the values must be chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Answers = Mapping[str, Any]
Condition = Mapping[str, Any]
Holds = Callable[[Answers, Answers], bool]
"""Takes the answers beside the question, and those of the whole report."""

NOTHING: tuple[Any, ...] = (None, "", [])
"""What counts as no answer."""
COMBINED = frozenset({"all", "any", "not"})
REPORT = "/"


def compiled(condition: Condition | None) -> Holds | None:
    """Return what says whether a condition holds; None when it always does."""
    if condition is None:
        return None
    parts = [_part(name, wanted) for name, wanted in condition.items()]
    return parts[0] if len(parts) == 1 else _all(parts)


def names_in(condition: Condition | None) -> Iterator[tuple[str, Any]]:
    """Yield every field that a condition speaks of, with what it wants of it."""
    for name, wanted in (condition or {}).items():
        if name == "not":
            yield from names_in(wanted)
        elif name in COMBINED:
            for inner in wanted:
                yield from names_in(inner)
        else:
            yield name, wanted


def _part(name: str, wanted: Any) -> Holds:
    if name == "not":
        inner = _required(wanted)
        return lambda beside, report: not inner(beside, report)
    if name in COMBINED:
        parts = [_required(each) for each in wanted]
        return _all(parts) if name == "all" else _any(parts)
    fits = _like(wanted) if isinstance(wanted, Mapping) else _one_of(wanted)
    if name.startswith(REPORT):
        of_report = name.removeprefix(REPORT)
        return lambda _, report: fits(report.get(of_report))
    return lambda beside, _: fits(beside.get(name))


def _required(condition: Condition) -> Holds:
    holds = compiled(condition)
    if holds is None:
        raise TypeError("a combined condition needs conditions")
    return holds


def _all(parts: list[Holds]) -> Holds:
    return lambda beside, report: all(holds(beside, report) for holds in parts)


def _any(parts: list[Holds]) -> Holds:
    return lambda beside, report: any(holds(beside, report) for holds in parts)


def _one_of(allowed: list[Any]) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        if isinstance(value, list):
            return any(chosen in allowed for chosen in value)
        return value in allowed

    return fits


def _like(bounds: Mapping[str, Any]) -> Callable[[Any], bool]:
    if "answered" in bounds:
        return lambda value: (value not in NOTHING) is bounds["answered"]
    least, most = bounds.get("min", float("-inf")), bounds.get("max", float("inf"))

    def fits(value: Any) -> bool:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and least <= value <= most

    return fits
