"""Whether a definition holds together, told in full when a release that brings it is started.

Everything a condition, a check or the nil rule names must be there and be able to have the value
it wants, and everything people read must be there in Thai and in English.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from contracts.forms import checks, conditions
from contracts.forms.values import TYPES
from contracts.forms.years import ANY_YEAR
from contracts.reference.years import YearBasis

Definition = Mapping[str, Any]
Fields = Mapping[str, Definition]

PREFILLED_FROM = frozenset(
    {
        "registry.title",
        "holder.name",
        "holder.position",
        "holder.phone",
        "holder.email",
        "last_year",
        "ita",
    }
)
_OF_EVERY_FIELD = frozenset(
    {"id", "type", "label", "help", "unit", "required", "required_if", "visible_if", "prefill"}
)
_OF_CHECK = frozenset({"id", "severity", "at", "each", "when", "require", "message", "year_basis"})
_OF_TERM = frozenset({"value", "sum", "total", "count", "year"})
_NUMBERS = frozenset({"whole_number", "decimal"})
_COMPARED = {**dict.fromkeys(_NUMBERS, "number"), "date": "date"}


class UnsoundForm(ValueError):
    """A definition contradicts itself; the message names every place."""

    def __init__(self, name: str, complaints: Iterable[str]) -> None:
        self.complaints = list(complaints)
        super().__init__(f"the form {name} is unsound: " + "; ".join(self.complaints))


def require_sound(definition: Definition) -> None:
    """Raise UnsoundForm, telling everything that is wrong with a definition."""
    complaints = list(_complaints(definition))
    if complaints:
        raise UnsoundForm(f"{definition.get('id')} v{definition.get('version')}", complaints)


def _complaints(definition: Definition) -> Iterator[str]:
    asked = [field for section in definition["sections"] for field in section["fields"]]
    top = {field["id"]: field for field in asked}
    year = definition.get("fiscal_year_be", ANY_YEAR)
    if year != ANY_YEAR and not isinstance(year, int):
        yield f"{year} is no fiscal year"
    if definition.get("year_basis") not in [*YearBasis]:
        yield "year_basis is calendar or fiscal"
    yield from _repeated("section", [section["id"] for section in definition["sections"]])
    yield from _unworded("title", definition.get("title"))
    for section in definition["sections"]:
        yield from _unworded(f"section {section['id']}", section.get("title"))
    yield from _of_fields(asked, top, "")
    for name in definition["nil"]:
        if name not in top:
            yield f"nil asks {name}, which is no field"
    made = definition.get("checks", ())
    yield from _repeated("check", [check.get("id") for check in made])
    for check in made:
        for complaint in _of_check(check, top):
            yield f"check {check.get('id')}: {complaint}"


def _of_fields(asked: list[Definition], top: Fields, at: str) -> Iterator[str]:
    beside = {field["id"]: field for field in asked}
    yield from _repeated("field", [at + field["id"] for field in asked])
    for field in asked:
        name = at + field["id"]
        for complaint in _of_field(field, beside, top):
            yield f"{name}: {complaint}"
        if "fields" in field:
            yield from _of_fields(field["fields"], top, f"{name}.")


def _of_field(field: Definition, beside: Fields, top: Fields) -> Iterator[str]:
    kind = TYPES.get(field["type"])
    if kind is None:
        yield f"{field['type']} is no type of field"
        return
    if field["id"] in conditions.COMBINED or not field["id"].isidentifier():
        yield "a field may not be called that"
    unknown = sorted(field.keys() - _OF_EVERY_FIELD - kind.settings)
    absent = sorted(kind.settings & {"choices", "fields"} - field.keys())
    if unknown or absent:
        yield f"a field of type {field['type']} lacks {absent} and knows no {unknown}"
    for source in sorted(set(field.get("prefill", ())) - PREFILLED_FROM):
        yield f"nothing is prefilled from {source}"
    yield from _words_of_field(field)
    for condition in ("required_if", "visible_if"):
        for name, wanted in conditions.names_in(field.get(condition)):
            for complaint in _of_condition(name, wanted, beside, top):
                yield f"{condition}: {complaint}"


def _words_of_field(field: Definition) -> Iterator[str]:
    yield from _unworded("label", field.get("label"))
    for name in ("help", "unit"):
        if name in field:
            yield from _unworded(name, field[name])
    choices = field.get("choices", ())
    yield from _repeated("choice", [choice["id"] for choice in choices])
    for choice in choices:
        yield from _unworded(f"choice {choice['id']}", choice)


def _of_condition(name: str, wanted: Any, beside: Fields, top: Fields) -> Iterator[str]:
    field = _named(name, beside, top)
    if field is None:
        yield f"{name} is no field"
    elif isinstance(wanted, Mapping):
        is_range = field["type"] in _NUMBERS and wanted.keys() <= {"min", "max"}
        if not wanted or not (is_range or wanted in ({"answered": True}, {"answered": False})):
            yield f"{name} cannot be {dict(wanted)}"
    else:
        yield from _impossible(name, wanted, field)


def _impossible(name: str, wanted: Any, field: Definition) -> Iterator[str]:
    possible = [choice["id"] for choice in field.get("choices", ())]
    if field["type"] == "yes_no":
        possible = [True, False]
    if not isinstance(wanted, list) or not wanted:
        yield f"{name} needs a list of values"
    elif possible:
        for value in wanted:
            if value not in possible:
                yield f"{name} is never {value}"


def _of_check(check: Definition, top: Fields) -> Iterator[str]:
    absent = sorted(_OF_CHECK - {"each", "when", "year_basis"} - check.keys())
    unknown = sorted(check.keys() - _OF_CHECK)
    if absent or unknown:
        yield f"it lacks {absent} and knows no {unknown}"
        return
    if check["severity"] not in (checks.HARD, checks.SOFT):
        yield f"severity is {checks.HARD} or {checks.SOFT}"
    if check.get("year_basis", YearBasis.FISCAL) not in [*YearBasis]:
        yield "year_basis is calendar or fiscal"
    yield from _unworded("message", check["message"])
    of_list = top.get(check.get("each", ""), {})
    if "each" in check and of_list.get("type") != "list":
        yield f"{check['each']} is no list"
        return
    beside = {field["id"]: field for field in of_list.get("fields", ())} if of_list else top
    yield from _of_requirement(check["require"], beside, top)
    yield from _of_places(check["at"], beside, top)
    for name, wanted in conditions.names_in(check.get("when")):
        yield from _of_condition(name, wanted, beside, top)


def _of_places(at: list[str], beside: Fields, top: Fields) -> Iterator[str]:
    if not at:
        yield "at names no field"
    for name in at:
        if _named(name, beside, top) is None:
            yield f"{name} is no field"


def _of_requirement(require: Definition, beside: Fields, top: Fields) -> Iterator[str]:
    if len(require) != 1:
        yield "require is one comparison"
        return
    ((name, parts),) = require.items()
    if name in ("all", "any"):
        for part in parts:
            yield from _of_requirement(part, beside, top)
    elif name == checks.HOLDS:
        for named, wanted in conditions.names_in(parts):
            yield from _of_condition(named, wanted, beside, top)
    elif name not in checks.COMPARISONS:
        yield f"{name} is no comparison"
    else:
        yield from _of_comparison([_kind_of(part, beside, top) for part in parts])


def _of_comparison(kinds: list[str]) -> Iterator[str]:
    wrong = [kind for kind in kinds if kind not in ("number", "date")]
    yield from wrong
    if not wrong and (len(kinds) != 2 or kinds[0] != kinds[1]):
        yield f"a comparison is of two numbers or of two dates, not of {kinds}"


def _kind_of(term: Any, beside: Fields, top: Fields) -> str:
    """Return "number" or "date", or what is wrong with a term."""
    if isinstance(term, str):
        return _kind_of_field(term, _named(term, beside, top))
    kinds = term.keys() & _OF_TERM
    if len(kinds) != 1 or term.keys() - kinds - {"plus_days"}:
        return f"{dict(term)} is no term"
    (kind,) = kinds
    if kind == "value":
        is_number = isinstance(term["value"], int | float)
        return "number" if is_number else "date"
    if kind == "sum":
        parts = {_kind_of(part, beside, top) for part in term["sum"]}
        return next(iter(parts - {"number"}), "number")
    if kind == "year":
        is_day = term["year"] in ("starts", "ends")
        return "date" if is_day else f"{dict(term)} is no day of the round's year"
    return _kind_over_items(term, kind, top)


def _kind_over_items(term: Definition, kind: str, top: Fields) -> str:
    of_list, _, name = term[kind].partition(".")
    field = top.get(of_list)
    if field is None or field["type"] != "list":
        return f"{of_list} is no list"
    if kind == "count":
        return "number"
    inner = {each["id"]: each for each in field.get("fields", ())}.get(name)
    return _kind_of_field(term[kind], inner)


def _kind_of_field(name: str, field: Definition | None) -> str:
    if field is None:
        return f"{name} is no field"
    return _COMPARED.get(field["type"], f"{name} is neither a number nor a date")


def _named(name: str, beside: Fields, top: Fields) -> Definition | None:
    if name.startswith(conditions.REPORT):
        return top.get(name.removeprefix(conditions.REPORT))
    return beside.get(name)


def _repeated(what: str, names: Collection[Any]) -> Iterator[str]:
    seen = list(names)
    for name in sorted({name for name in seen if seen.count(name) > 1}, key=str):
        yield f"the {what} {name} is there twice"


def _unworded(what: str, words: Any) -> Iterator[str]:
    said = words if isinstance(words, Mapping) else {}
    for language in ("th", "en"):
        if not isinstance(said.get(language), str) or not said[language].strip():
            yield f"{what} has no {language} text"
