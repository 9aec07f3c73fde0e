"""What is printed of what people type: never an empty box."""

from pathlib import Path

import pytest

from chassis.glyphs import Glyphs
from chassis.typesetter import FONTS_BEHIND
from tests.builders.glyphs import GLYPHS


@pytest.mark.parametrize(
    "text",
    [
        "ก่อนหน้า ฿ ๏ ๚๛ ๑๒๓",
        "✓ ✔ ✗ → ← ☐ ☑ ☒ ① ⑳ № Ⅱ ※ ★ ■ ● • ½ ° ± – — “”",
        "😀 👍 🙏 ❤",
        "ສະບາຍດີ ປະເທດລາວ",
        "بهاس ملايو ڤ ڠ ݢ ڽ ۏ چ",
        "地方政府 道德 中文",
        "Кириллица Ελληνικά",
        "บรรทัด\nใหม่",
        "กา\u200bแฟ",
    ],
)
def test_what_people_type_is_printed_as_it_is(text):
    assert GLYPHS.printable(text) == text
    assert GLYPHS.lacking(text) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\U0001f9ffb", "a‹U+1F9FF›b"),
        ("\u1200", "‹U+1200›"),
        ("\x07a\x0bb\x0cc\x00\x7f\x85", "abc"),
        ("a\tb\u2003c", "a b\u2003c"),
        ("❤\ufe0f", "❤"),
        ("a\u202eb\u2066c", "abc"),
    ],
)
def test_the_rest_is_told_by_its_number_and_what_is_no_letter_is_left_out(text, shown):
    assert GLYPHS.printable(text).replace("\u2003", " ") == shown.replace("\u2003", " ")


def test_what_is_told_by_its_number_is_named_once_in_the_order_of_the_text():
    assert GLYPHS.lacking("ก\U0001f9ff\u1200 ✓\U0001f9ff\x07") == ["\U0001f9ff", "\u1200"]


def test_every_text_in_facts_is_held_to_it_and_nothing_else_changes():
    facts = {"a": ["\x07x", ("\U0001f9ff",)], "n": 1, "b": True, "none": None}

    assert GLYPHS.printable(facts) == {
        "a": ["x", ["‹U+1F9FF›"]],
        "n": 1,
        "b": True,
        "none": None,
    }


def test_a_font_that_leads_a_character_to_no_glyph_does_not_have_it():
    dejavu = Glyphs([Path(FONTS_BEHIND["DejaVu Sans"])])

    assert dejavu.printable("ڤ") == "ڤ"
    assert dejavu.printable("ۏ\u06cf") == "‹U+06CF›‹U+06CF›"
