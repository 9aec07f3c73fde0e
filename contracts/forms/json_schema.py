"""A form's answers as JSON Schema 2020-12, for those who make answers with tools of their own.

What the verdict takes, the schema takes. The other way round it tells kinds, sizes, choices, names
and what is always asked; `x-required-if`, `x-visible-if` and `x-checks` hold the conditions as the
definition writes them, and only the verdict judges those and the spelling of texts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from contracts.forms.conditions import NOTHING
from contracts.forms.values import TEXT_MAX, WHOLE_NUMBER_MAX, most_items

Definition = Mapping[str, Any]
Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(definition: Definition, address: str) -> Schema:
    """Return the schema of the answers to a form, and in `$defs` that of a nil report."""
    asked = [field for section in definition["sections"] for field in section["fields"]]
    nil = [field for field in asked if field["id"] in definition["nil"]]
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": definition["title"]["th"],
        "description": definition["title"]["en"],
        **_answers(asked),
        "x-checks": list(definition.get("checks", ())),
        "$defs": {"nil": _answers(nil)},
    }


def _answers(asked: Collection[Definition]) -> Schema:
    return {
        "type": "object",
        "properties": {field["id"]: _question(field) for field in asked},
        "required": [field["id"] for field in asked if _is_always_required(field)],
        "additionalProperties": False,
    }


def _question(field: Definition) -> Schema:
    shape = _SHAPES[field["type"]](field)
    if _is_always_required(field):
        shape |= _LEAST.get(shape["type"], {})
    else:  # what says nothing is no answer
        shape = {"anyOf": [shape, {"enum": list(NOTHING)}]}
    return {**_words(field), **shape}


def _words(field: Definition) -> Schema:
    words = {"title": field["label"]["th"], "x-title-en": field["label"]["en"]}
    if "help" in field:
        words |= {"description": field["help"]["th"], "x-description-en": field["help"]["en"]}
    for name in ("required_if", "visible_if", "decimals"):
        if name in field:
            words["x-" + name.replace("_", "-")] = field[name]
    return words


def _is_always_required(field: Definition) -> bool:
    return bool(field.get("required")) and not {"required_if", "visible_if"} & field.keys()


def _text(field: Definition) -> Schema:
    return {"type": "string", "maxLength": field.get("max_length", TEXT_MAX)}


def _number(kind: str) -> Callable[[Definition], Schema]:
    return lambda field: {
        "type": kind,
        "minimum": field.get("min", 0),
        "maximum": field.get("max", WHOLE_NUMBER_MAX),
    }


def _choice(field: Definition) -> Schema:
    return {"type": "string", "enum": [choice["id"] for choice in field["choices"]]}


def _choices(field: Definition) -> Schema:
    return {"type": "array", "items": _choice(field), "maxItems": most_items(field)}


def _list(field: Definition) -> Schema:
    return {
        "type": "array",
        "items": _answers(field["fields"]),
        "maxItems": most_items(field),
    }


def _evidence(field: Definition) -> Schema:
    return {
        "type": "array",
        "items": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
        "maxItems": most_items(field),
    }


_LEAST: dict[str, Schema] = {"string": {"minLength": 1, "pattern": r"\S"}, "array": {"minItems": 1}}
_SHAPES: dict[str, Callable[[Definition], Schema]] = {
    "text": _text,
    "whole_number": _number("integer"),
    "decimal": _number("number"),
    "yes_no": lambda _: {"type": "boolean"},
    "choice": _choice,
    "choices": _choices,
    "list": _list,
    "evidence": _evidence,
    "date": lambda field: {**_text(field), "format": "date"},
    "phone": _text,
    "email": _text,
    "url": _text,
}
