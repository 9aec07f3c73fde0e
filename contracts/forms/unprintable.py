"""Characters in answers that the printed page cannot show, told before filing.

Only told: such a filing is never refused and needs no note, for the record keeps the character and
the page names it by its number. So this is no part of `Form.warnings`, and filing pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from contracts.forms.faults import Fault, fault, listed
from contracts.forms.form import Form

CHARACTERS_NAMED = 10

Lacking = Callable[[str], Collection[str]]
"""Says which characters of a text cannot be printed, each once."""


def unprintable(form: Form, answers: Mapping[str, Any], lacking: Lacking) -> list[Fault]:
    """Return where answers have characters that are `lacking` on paper, and which, by number."""
    return listed(_found(form.fields, form.read(answers), lacking, "/answers", ("", "")))


def _found(
    fields: Mapping[str, Any],
    answers: Mapping[str, Any],
    lacking: Lacking,
    at: str,
    inside: tuple[str, str],
) -> Iterator[Fault]:
    for name, field in fields.items():
        value, label = answers.get(name), field["label"]
        words = f"{inside[0]} {label['th']}".strip(), f"{inside[1]} {label['en']}".strip()
        if isinstance(value, str) and (found := lacking(value)):
            yield fault(
                f"{at}/{name}", "unprintable", question=words, characters=_named(list(found))
            )
        if "fields" in field and isinstance(value, list):
            inner = {each["id"]: each for each in field["fields"]}
            for number, item in enumerate(value):
                if isinstance(item, Mapping):
                    of_item = f"{words[0]} {number + 1}", f"{words[1]} {number + 1}"
                    yield from _found(inner, item, lacking, f"{at}/{name}/{number}", of_item)


def _named(characters: list[str]) -> str:
    shown = [f"“{each}” (U+{ord(each):04X})" for each in characters[:CHARACTERS_NAMED]]
    return ", ".join(shown) + (" …" if len(characters) > CHARACTERS_NAMED else "")
