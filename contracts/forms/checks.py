"""Checks across fields, as data: what must be true of several answers together.

    - id: complaints_add_up
      severity: hard                # or soft: it may stand when it is confirmed with a note
      at: [complaints_received]     # where it is told
      require: {equal: [complaints_received, {sum: [complaints_closed, complaints_pending]}]}
      message: {th: …, en: …}

`require` compares two terms with `equal`, `at_most` or `at_least`, names a condition that `holds`,
or joins such with `all` or `any`. A term is a field; `{value: 5}` or `{value: 2025-10-01}`;
`{sum: [terms]}`; `{total: trainings.budget}`, over the items of a list; `{count: trainings}`; or a
day of the round's year, `{year: starts|ends, plus_days: 30}`. With `each: trainings`
the check is made for every item of that list, where `/name` means an answer of the report. `when`
is a condition.

A check says nothing while an answer it needs is not given or has a fault of its own type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from contracts.forms import conditions
from contracts.forms.faults import UNCONFIRMED, Fault
from contracts.forms.values import is_day, is_number
from contracts.reference.years import Year

Answers = Mapping[str, Any]
Definition = Mapping[str, Any]
Term = Callable[[Answers, Answers], Any]
"""Takes the answers beside it and those of the report; None when it cannot be told yet."""
Verdict = Callable[[Answers, Answers], bool | None]

HARD, SOFT = "hard", "soft"
HOLDS = "holds"
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "equal": lambda one, other: bool(one == other),
    "at_most": lambda one, other: bool(one <= other),
    "at_least": lambda one, other: bool(one >= other),
}
_CODES = {HARD: "inconsistent", SOFT: UNCONFIRMED}


class Check:
    """One compiled check."""

    def __init__(self, definition: Definition, year: Year | None) -> None:
        self.id: str = definition["id"]
        self.severity: str = definition["severity"]
        self._each: str | None = definition.get("each")
        self._at: list[str] = definition["at"]
        self._code = _CODES[self.severity]
        self._message: Mapping[str, str] = definition["message"]
        self._applies = conditions.compiled(definition.get("when"))
        self._is_kept = _verdict(definition["require"], year)

    def faults(self, given: Answers) -> Sequence[Fault]:
        """Return a fault for every place where the answers break the check."""
        if self._each is None:
            return tuple(self._broken_at("")) if self._is_broken(given, given) else ()
        items = given.get(self._each)
        return [
            found
            for number, item in enumerate(items if isinstance(items, list) else ())
            if isinstance(item, dict) and self._is_broken(item, given)
            for found in self._broken_at(f"/{self._each}/{number}")
        ]

    def _is_broken(self, beside: Answers, report: Answers) -> bool:
        if self._applies is not None and not self._applies(beside, report):
            return False
        return self._is_kept(beside, report) is False

    def _broken_at(self, item: str) -> Iterator[Fault]:
        for name in self._at:
            place = name if name.startswith(conditions.REPORT) else f"{item}/{name}"
            yield Fault(
                f"/answers{place}", self._code, self._message["th"], self._message["en"], self.id
            )


def names_in(check: Definition) -> Iterator[str]:
    """Yield every field a check speaks of: `name` beside it, `/name` of the report, `list.name`."""
    each = check.get("each")
    if each is not None:
        yield f"/{each}"
    yield from check["at"]
    for name, _ in conditions.names_in(check.get("when")):
        yield name
    yield from _names_in_requirement(check["require"])


def _names_in_requirement(require: Definition) -> Iterator[str]:
    for name, parts in require.items():
        if name == HOLDS:
            yield from (named for named, _ in conditions.names_in(parts))
            continue
        inner = _names_in_term if name in COMPARISONS else _names_in_requirement
        for part in parts:
            yield from inner(part)


def _names_in_term(term: Any) -> Iterator[str]:
    if isinstance(term, str):
        yield term
    elif "sum" in term:
        for each in term["sum"]:
            yield from _names_in_term(each)
    elif "total" in term or "count" in term:
        yield f"/{term.get('total') or term['count']}"


def _verdict(require: Definition, year: Year | None) -> Verdict:
    ((name, parts),) = require.items()
    if name in COMPARISONS:
        compare = COMPARISONS[name]
        left, right = (_term(part, year) for part in parts)

        def compared(beside: Answers, report: Answers) -> bool | None:
            one, other = left(beside, report), right(beside, report)
            if one is None or other is None or isinstance(one, str) != isinstance(other, str):
                return None
            return compare(one, other)

        return compared
    if name == HOLDS:
        return conditions.compiled(parts) or (lambda _, __: True)
    verdicts = [_verdict(part, year) for part in parts]
    return _joined(verdicts, settled_by=name == "any")


def _joined(verdicts: list[Verdict], *, settled_by: bool) -> Verdict:
    """Return the verdict of several: one of them that says `settled_by` settles it."""

    def joined(beside: Answers, report: Answers) -> bool | None:
        said = [verdict(beside, report) for verdict in verdicts]
        if settled_by in said:
            return settled_by
        return None if None in said else not settled_by

    return joined


def _term(term: Any, year: Year | None) -> Term:
    if isinstance(term, str):
        return _answer(term)
    if "value" in term:
        constant = _comparable(term["value"])
        return lambda _, __: constant
    if "sum" in term:
        parts = [_term(part, year) for part in term["sum"]]
        return lambda beside, report: _sum([part(beside, report) for part in parts])
    if "total" in term:
        return _total(*term["total"].split("."))
    if "count" in term:
        return lambda _, report: len(_items(report, term["count"]))
    day = _day_of_year(term, year)
    return lambda _, __: day


def _answer(name: str) -> Term:
    if name.startswith(conditions.REPORT):
        of_report = name.removeprefix(conditions.REPORT)
        return lambda _, report: _comparable(report.get(of_report))
    return lambda beside, _: _comparable(beside.get(name))


def _total(of_list: str, name: str) -> Term:
    def total(_: Answers, report: Answers) -> Any:
        numbers = [_comparable(item.get(name)) for item in _items(report, of_list)]
        return _sum([number for number in numbers if number is not None])

    return total


def _items(report: Answers, name: str) -> list[Any]:
    items = report.get(name)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _sum(parts: list[Any]) -> Any:
    total = 0
    for part in parts:
        if part is None or isinstance(part, str):
            return None
        total += part
    return total


def _comparable(value: Any) -> Any:
    """Return a number exactly as it is written, a day as ISO text, or None for anything else."""
    if value is None:
        return None
    if isinstance(value, float):
        return Decimal(str(value)) if is_number(value) else None
    if isinstance(value, date):
        return value.isoformat()
    is_told = is_day(value) if isinstance(value, str) else is_number(value)
    return value if is_told else None


def _day_of_year(term: Definition, year: Year | None) -> str | None:
    """Return a day of the year; None of a form that is in no round yet."""
    if year is None:
        return None
    day = year.starts if term["year"] == "starts" else year.ends
    return (day + timedelta(days=term.get("plus_days", 0))).isoformat()
