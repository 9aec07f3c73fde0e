"""What a draft shows before anything is typed, and from where each of it was taken.

A field of a definition says from which sources it may be prefilled. A source is a function of the
field; what it gives is shown only if it could be filed as it is. Results of ITA are kept by no
service yet: their source is absent, and the draft says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from collecting.obligations.rules.obligation import Obligation
from contracts.forms import Form
from contracts.forms.faults import step
from contracts.reference.lao_types import LaoType

Facts = dict[str, Any]
Field = Mapping[str, Any]
_AT = "/answers/"


class Source(NamedTuple):
    """Where answers are taken from: its kind, what exactly it is, and what it gives a field."""

    kind: str
    told_as: str
    value: Callable[[Field, str], Any]


class Prefill(NamedTuple):
    """What is shown before anything is typed; `marks` tells the source of each answer by field."""

    answers: Facts
    marks: dict[str, Facts]
    absent: list[str]


def prefilled(form: Form, sources: Iterable[Source]) -> Prefill:
    """Return the answers that the sources give, of those that could be filed.

    `absent` are the sources that were not there, or gave what could not be filed.
    """
    by_kind = {source.kind: source for source in sources}
    answers: Facts = {}
    marks: dict[str, Facts] = {}
    absent: set[str] = set()
    for name, field in form.fields.items():
        for wanted in field.get("prefill", ()):
            kind, _, fact = wanted.partition(".")
            source = by_kind.get(kind)
            if source is None:
                absent.add(kind)
                continue
            value = source.value(field, fact)
            if value not in (None, "", []):
                answers[name] = value
                marks[name] = {"source": kind, "from": source.told_as, "value": value}
                break
    answers = dict(form.read(answers))
    absent |= {marks[name]["source"] for name in _drop_faulty(form, answers)}
    for name, answer in answers.items():
        marks[name]["value"] = answer
    return Prefill(answers, {name: marks[name] for name in answers}, sorted(absent))


def from_registry(obligation: Obligation) -> Source:
    """What follows from the type of the organisation: its positions are called by it."""
    kind = obligation.organisation_type

    def title(field: Field, _: str) -> str | None:
        titles = field.get("titles", {}).get(kind)
        return titles[0] if titles else None

    return Source("registry", LaoType(kind).label, title)


def from_holder(username: str, holder: Mapping[str, Any]) -> Source:
    """The name, position, phone and e-mail of whoever holds the slot now."""
    return Source("holder", username, lambda _, fact: holder.get(fact))


def from_last_year(then: Form, filing: Mapping[str, Any]) -> Source:
    """What was filed last year, of the fields that are there still and of the same type."""

    def answer(field: Field, _: str) -> Any:
        before = then.fields.get(field["id"])
        value = filing["answers"].get(field["id"])
        if before is None or before["type"] != field["type"]:
            return None
        return _same_items(field, before, value) if "fields" in field else value

    return Source("last_year", filing["round_id"], answer)


NOTHING_LAST_YEAR = Source("last_year", "", lambda _field, _fact: None)
"""Nothing was filed last year, which is known; nobody has to be told."""


def unconfirmed(marks: Mapping[str, Facts], answers: Mapping[str, Any]) -> dict[str, Facts]:
    """Return the marks of answers that stand as they were prefilled; a changed one is the
    filer's own.
    """
    return {name: mark for name, mark in marks.items() if answers.get(name) == mark["value"]}


def needs_confirming(marks: Mapping[str, Facts]) -> list[str]:
    """Return the pointers of what was true last year and may not be so now."""
    return [pointer_of(name) for name, mark in marks.items() if mark["source"] == "last_year"]


def pointer_of(name: str) -> str:
    """Return where a field's answer stands."""
    return _AT + step(name)


def _same_items(field: Field, before: Field, items: Any) -> Any:
    types = {inner["id"]: inner["type"] for inner in before.get("fields", ())}
    kept = [each["id"] for each in field["fields"] if types.get(each["id"]) == each["type"]]
    return [{name: item[name] for name in kept if name in item} for item in items or ()]


def _drop_faulty(form: Form, answers: Facts) -> set[str]:
    """Leave out what could not be filed as it is; that may turn questions off, so look again.

    Return the names of those that are wrong in themselves.
    """
    wrong: set[str] = set()
    while True:
        places = {
            fault.pointer.removeprefix(_AT).partition("/")[0]: fault.code
            for fault in form.every_fault(answers)
        }
        found = places.keys() & answers.keys()
        if not found:
            return wrong
        wrong |= {name for name in found if places[name] != "not_asked"}
        for name in found:
            del answers[name]
