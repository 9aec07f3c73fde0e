"""A compiled form, and the one verdict on answers that every face of it uses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from contracts.forms import checks, conditions
from contracts.forms.faults import Fault, fault, listed, step
from contracts.forms.values import Wrong, judge_of, most_items, reading
from contracts.reference.years import Year, YearBasis

MOST_UNKNOWN = 20
"""Of the names in one object that the form does not have, those that are told one by one."""

Definition = Mapping[str, Any]
Answers = Mapping[str, Any]


class Form:
    """A compiled definition. Immutable; safe to share between green threads."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.id: str = definition["id"]
        self.version: int = definition["version"]
        self.fields: dict[str, Definition] = {
            field["id"]: field for section in definition["sections"] for field in section["fields"]
        }
        nil = {name: self.fields[name] for name in self.fields if name in set(definition["nil"])}
        self._read = reading(self.fields)
        self._with_files = [field for field in self.fields.values() if _has_files(field)]
        self._checks = {check["id"] for check in definition.get("checks", ())}
        self._verdict = _Verdict(definition, self.fields)
        self._nil_verdict = _Verdict(definition, nil)

    def read(self, answers: Answers) -> Answers:
        """Return the answers in the one spelling that is judged, kept and shown.

        Days are ISO, telephone numbers have no hyphens, 42.0 is 42, what cannot be seen is "".
        What is not certain stays as it is, for the verdict to tell.
        """
        return self._read(answers)

    def every_fault(self, answers: Answers, *, nil: bool = False) -> Iterator[Fault]:
        """Yield everything that keeps the answers from being filed."""
        return self._of(nil).faults(_given(read := self._read(answers)), read)

    def faults(self, answers: Answers, *, nil: bool = False) -> list[Fault]:
        """Return what keeps the answers from being filed, up to a hundred, and how many more."""
        return listed(self.every_fault(answers, nil=nil))

    def warnings(self, answers: Answers, *, nil: bool = False) -> list[Fault]:
        """Return what looks wrong and may be filed all the same, when it is confirmed by a note."""
        return listed(self._of(nil).warnings(_given(self._read(answers))))

    def objections(
        self, answers: Answers, *, notes: Mapping[str, str], nil: bool = False
    ) -> list[Fault]:
        """Return whatever refuses a filing: faults, unconfirmed warnings, notes on no check."""
        return self.take(answers, notes=notes, nil=nil)[1]

    def take(
        self, answers: Answers, *, notes: Mapping[str, str], nil: bool = False
    ) -> tuple[Answers, list[Fault]]:
        """Return the answers in their one spelling, and whatever refuses a filing of them."""
        read = self._read(answers)
        return read, listed(self._objections(read, notes, self._of(nil)))

    def every_objection(
        self, answers: Answers, *, notes: Mapping[str, str], nil: bool = False
    ) -> Iterator[Fault]:
        """Yield whatever refuses a filing."""
        return self._objections(self._read(answers), notes, self._of(nil))

    def _objections(
        self, answers: Answers, notes: Mapping[str, str], verdict: _Verdict
    ) -> Iterator[Fault]:
        given = _given(answers)
        yield from verdict.faults(given, answers)
        yield from (each for each in verdict.warnings(given) if each.check not in notes)
        for name in sorted(notes.keys() - self._checks):
            yield fault(f"/notes/{step(name)}", "unknown")

    def missing(self, answers: Answers) -> list[str]:
        """Return the pointers of what still has to be filled in."""
        return [each.pointer for each in self.every_fault(answers) if each.code == "required"]

    def evidence(self, answers: Answers) -> list[str]:
        """Return the ids of the evidence that the answers name, in the order of the form."""
        return list(_evidence(self._with_files, answers))

    def _of(self, nil: bool) -> _Verdict:
        return self._nil_verdict if nil else self._verdict


class _Verdict:
    """What is said of the answers to some of a form's questions."""

    def __init__(self, definition: Definition, asked: Mapping[str, Definition]) -> None:
        self._judge = _Judge(list(asked.values()))
        year = None
        if "year_be" in definition:
            year = Year(definition["year_be"], YearBasis(definition["year_basis"]))
        compiled = [
            checks.Check(check, year)
            for check in definition.get("checks", ())
            if _tops(check) <= asked.keys()
        ]
        self._hard = [check for check in compiled if check.severity == checks.HARD]
        self._soft = [check for check in compiled if check.severity == checks.SOFT]

    def faults(self, given: Answers, answers: Answers) -> Iterator[Fault]:
        yield from self._judge.faults(answers, given, given, "/answers")
        for check in self._hard:
            yield from check.faults(given)

    def warnings(self, given: Answers) -> Iterator[Fault]:
        for check in self._soft:
            yield from check.faults(given)


class _Question(NamedTuple):
    """One field, compiled."""

    id: str
    words: tuple[str, str]
    is_required: bool
    required_if: conditions.Holds | None
    visible_if: conditions.Holds | None
    wrongs: Callable[[Any], Sequence[Wrong]]
    items: _Judge | None
    most_items: int


class _Judge:
    """Judges answers question by question, in the order of the form."""

    def __init__(self, asked: list[Definition]) -> None:
        self._known = frozenset(field["id"] for field in asked)
        self._questions = [
            _Question(
                field["id"],
                (field.get("label", {}).get("th", ""), field.get("label", {}).get("en", "")),
                field.get("required", False),
                conditions.compiled(field.get("required_if")),
                conditions.compiled(field.get("visible_if")),
                judge_of(field),
                _Judge(field["fields"]) if "fields" in field else None,
                most_items(field),
            )
            for field in asked
        ]

    def faults(self, answers: Answers, given: Answers, report: Answers, at: str) -> Iterator[Fault]:
        """Yield the faults of answers, of which `given` are those that say something."""
        if not answers.keys() <= self._known:
            yield from _unknown(answers.keys() - self._known, at)
        for question in self._questions:
            name, words, is_required, required_if, visible_if, wrongs, items, _ = question
            is_asked = visible_if is None or visible_if(given, report)
            if name not in given:
                if is_asked and (required_if(given, report) if required_if else is_required):
                    yield fault(f"{at}/{name}", "required", question=words)
                continue
            if not is_asked:
                yield fault(f"{at}/{name}", "not_asked", question=words)
            for wrong in wrongs(given[name]):
                yield fault(f"{at}/{name}", wrong.code, wrong.wording, words, **wrong.facts)
            if items is not None:
                yield from _item_faults(question, items, given[name], report, at)


def _unknown(names: Collection[str], at: str) -> Iterator[Fault]:
    if len(names) > MOST_UNKNOWN:
        yield fault(at, "unknown_many", count=len(names))
        return
    for name in sorted(names):
        yield fault(f"{at}/{step(name)}", "unknown")


def _item_faults(
    question: _Question, judge: _Judge, items: Any, report: Answers, at: str
) -> Iterator[Fault]:
    """Yield the faults of the items of a list, unless there are too many of them."""
    if not isinstance(items, list) or len(items) > question.most_items:
        return
    for number, item in enumerate(items):
        if isinstance(item, dict):
            for found in judge.faults(item, _given(item), report, f"{at}/{question.id}/{number}"):
                thai, english = (f"{words} {number + 1}" for words in question.words)
                yield replace(
                    found,
                    question_th=f"{thai} {found.question_th}".strip(),
                    question=f"{english} {found.question}".strip(),
                )


def _given(answers: Answers) -> dict[str, Any]:
    return {
        name: value for name, value in answers.items() if value or value not in conditions.NOTHING
    }


def _tops(check: Definition) -> set[str]:
    """Return the questions of the report that a check speaks of."""
    each = check.get("each")
    return {
        name.removeprefix(conditions.REPORT).partition(".")[0]
        for name in checks.names_in(check)
        if each is None or name.startswith(conditions.REPORT)
    }


def _has_files(field: Definition) -> bool:
    return field["type"] == "evidence" or any(map(_has_files, field.get("fields", ())))


def _evidence(asked: Collection[Definition], answers: Answers) -> Iterator[str]:
    for field in asked:
        value = answers.get(field["id"])
        if not isinstance(value, list):
            continue
        if field["type"] == "evidence":
            yield from (each for each in value if isinstance(each, str))
        elif "fields" in field:
            for item in value:
                if isinstance(item, dict):
                    yield from _evidence(field["fields"], item)
