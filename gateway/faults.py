"""Says what is wrong with an input, field by field: a JSON pointer, a code, a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from marshmallow import Schema, ValidationError

from contracts.errors import MOST_FAULTS, Wording
from gateway.fast_schema import fast_loader

MORE = "more"
"""The code of a fault that stands for those not listed."""


@dataclass(frozen=True, slots=True)
class InputFault:
    """One thing wrong with an input; `pointer` (RFC 6901) is "" for the whole of it."""

    pointer: str
    code: str
    message: str
    message_th: str
    check: str = ""
    """The check of a form that was broken; a soft one may be filed with a note under this id."""

    def in_language(self, language: str) -> dict[str, str]:
        """Return the fault as a problem document lists it."""
        message = self.message if language == "en" else self.message_th
        listed = {"pointer": self.pointer, "code": self.code, "message": message}
        return {**listed, "check": self.check} if self.check else listed


class FaultyInput(Exception):
    """An input broke the rules at one or more places; answered 422 with each of them, or with the
    first hundred and one that says how many more there are, as a form's verdict has it already.
    """

    def __init__(self, faults: Sequence[InputFault], more: int = 0) -> None:
        super().__init__(faults, more)
        more += len(faults[MOST_FAULTS:])
        last = [one for one in faults[MOST_FAULTS:] if one.code == MORE]
        if more and not last:
            last = [InputFault("", MORE, f"And {more} more.", f"และอีก {more} จุด")]
        self.faults = [*faults[:MOST_FAULTS], *last]


# marshmallow tells codes apart only by its sentences; test_faults.py holds them to its source.
_KNOWN = [
    (re.compile(sentence), code, thai)
    for sentence, code, thai in (
        (r"Missing data for required field\.", "required", "ต้องระบุ"),
        (r"Field may not be null\.", "null", "ต้องไม่เป็นค่าว่าง (null)"),
        (r"Unknown field\.", "unknown_field", "ไม่รู้จักช่องข้อมูลนี้"),
        (r"Given more than once\.", "repeated", "ระบุซ้ำได้เพียงครั้งเดียว"),
        (r"Invalid input type\.", "wrong_type", "ต้องเป็นออบเจ็กต์ JSON"),
        (r"Invalid type\.", "wrong_type", "ต้องเป็นออบเจ็กต์ JSON"),
        (r"Not a valid string\.", "wrong_type", "ต้องเป็นข้อความ"),
        (r"Not a valid integer\.", "wrong_type", "ต้องเป็นจำนวนเต็ม"),
        (r"Not a valid number\.", "wrong_type", "ต้องเป็นตัวเลข"),
        (r"Not a valid boolean\.", "wrong_type", "ต้องเป็นจริงหรือเท็จ (true หรือ false)"),
        (r"Not a valid list\.", "wrong_type", "ต้องเป็นรายการ"),
        (r"Not a valid mapping type\.", "wrong_type", "ต้องเป็นออบเจ็กต์ JSON"),
        (r"Not a valid date\.", "wrong_format", "ต้องเป็นวันที่ เช่น 28/12/2569 หรือ 2026-12-28"),
        (r"Not a valid email address\.", "wrong_format", "ต้องเป็นที่อยู่อีเมล"),
        (r"Not a valid URL\.", "wrong_format", "ต้องเป็น URL"),
        (r"Not a valid UUID\.", "wrong_format", "ต้องเป็น UUID"),
        (r"String does not match expected pattern\.", "wrong_format", "รูปแบบไม่ถูกต้อง"),
        (r"Number too large\.", "out_of_range", "ตัวเลขมากเกินไป"),
        (r"Must be one of: (.*)\.", "not_a_choice", "ต้องเป็นค่าใดค่าหนึ่งใน: {0}"),
        (r"Must be equal to (.*)\.", "not_equal", "ต้องเท่ากับ {0}"),
        (r"Shorter than minimum length (\d+)\.", "too_short", "ต้องยาวอย่างน้อย {0}"),
        (r"Longer than maximum length (\d+)\.", "too_long", "ต้องยาวไม่เกิน {0}"),
        (
            r"Length must be between (\d+) and (\d+)\.",
            "wrong_length",
            "ต้องยาวระหว่าง {0} ถึง {1}",
        ),
        (r"Length must be (\d+)\.", "wrong_length", "ต้องยาว {0}"),
        (
            r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.",
            "out_of_range",
            "ต้องอยู่ระหว่าง {0} ถึง {1}",
        ),
        (r"Must be greater than or equal to (\S+)\.", "out_of_range", "ต้องไม่น้อยกว่า {0}"),
        (r"Must be less than or equal to (\S+)\.", "out_of_range", "ต้องไม่เกิน {0}"),
        (r"Must be greater than (\S+)\.", "out_of_range", "ต้องมากกว่า {0}"),
        (r"Must be less than (\S+)\.", "out_of_range", "ต้องน้อยกว่า {0}"),
        (r"Invalid value\.", "invalid", "ค่าไม่ถูกต้อง"),
    )
]


def child_of(pointer: str, name: str) -> str:
    """Return the pointer to `name` inside what `pointer` points to."""
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"


def missing(pointer: str) -> FaultyInput:
    """Return the refusal of an input that lacks what `pointer` points to."""
    return FaultyInput([fault(pointer, "Missing data for required field.")])


def fault(pointer: str, message: str) -> InputFault:
    """Return the fault a sentence means: a schema's own says it, marshmallow's are in the table."""
    if isinstance(message, Wording):
        return InputFault(pointer, message.code, str(message), message.thai)
    for sentence, code, thai in _KNOWN:
        if found := sentence.fullmatch(message):
            return InputFault(pointer, code, message, thai.format(*found.groups()))
    return InputFault(pointer, "invalid", message, message)


def load(schema: Schema, given: Any, at: str = "") -> Any:
    """Load part of an input, found at the pointer `at`. Raises FaultyInput."""
    fast = fast_loader(schema)
    if fast is not None and (loaded := fast(given)) is not None:
        return loaded
    try:
        return schema.load(given)
    except ValidationError as problem:
        raise faulty(problem.messages, at) from problem


def faulty(messages: Any, at: str = "") -> FaultyInput:
    """Return the refusal that marshmallow's tree of messages means."""
    leaves = _leaves(messages, at)
    faults = [fault(*leaf) for leaf in islice(leaves, MOST_FAULTS)]
    return FaultyInput(faults, more=sum(1 for _ in leaves))


def _leaves(messages: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            inside = pointer if name == "_schema" else child_of(pointer, str(name))
            yield from _leaves(inner, inside)
    elif isinstance(messages, list):
        for inner in messages:
            yield from _leaves(inner, pointer)
    else:
        yield pointer, messages if isinstance(messages, Wording) else str(messages)
