import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.reference.thai_text import normalise, sort_key

IN_DICTIONARY_ORDER = [
    "กระบี่",
    "กาง",
    "เกาะ",
    "แก่ง",
    "ไก่",
    "ขาว",
    "ค่าย",
    "โคก",
    "ชลบุรี",
    "เชียงใหม่",
]
WATER = "น\u0e49\u0e33"  # น้ำ as the keyboard standard has it


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("น\u0e49\u0e4d\u0e32", WATER),
        ("น\u0e4d\u0e49\u0e32", WATER),
        ("น\u0e33\u0e49", WATER),
        ("น\u0e49\u0e33\u0e49", WATER),
        ("ท\u0e4d\u0e32", "ท\u0e33"),
        ("ให\u0e49\u0e49", "ให้"),
        ("ท\u0e48\u0e35", "ที่"),
        ("ก\u0e48\u0e38", "กุ่"),
        ("\u0e40\u0e40ก่ง", "แก่ง"),
        ("คลอง\u200bท่อม\ufeff", "คลองท่อม"),
        ("  คลองท่อม\u00a0 ใต้ ", "คลองท่อม ใต้"),
        ("คลอง\tท่อม", "คลอง ท่อม"),
        ("หนึ่ง \r\n สอง", "หนึ่ง\nสอง"),
        ("", ""),
    ],
)
def test_what_looks_the_same_is_spelled_the_same(typed, meant):
    assert normalise(typed) == meant


@pytest.mark.parametrize(
    "text", ["เสือโก้ก", "ก่้า", "ทั่วไป", "ประชาธิปไตย", "นครแม่สอด", "สิทธิ์", "สุไหงโก-ลก"]
)
def test_text_that_is_already_right_is_left_alone(text):
    assert normalise(text) == text


@given(st.text(st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B) | st.sampled_from(" \n")))
def test_normalising_again_changes_nothing_and_the_result_is_nfc(text):
    once = normalise(text)

    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)


def test_names_sort_as_a_thai_dictionary_has_them():
    shuffled = random.Random(7).sample(IN_DICTIONARY_ORDER, k=len(IN_DICTIONARY_ORDER))
    assert sorted(shuffled) != IN_DICTIONARY_ORDER

    assert sorted(shuffled, key=sort_key) == IN_DICTIONARY_ORDER


@pytest.mark.parametrize(
    "ordered",
    [
        ["ปา", "ป่า", "ป้า", "ป๊า", "ป๋า", "ปาก"],  # tones only between words otherwise alike
        ["ฤทธิ์", "ลม", "ฦๅ", "วัว"],
        ["จตุจักร", "จ.ป.ร.", "จอม"],  # punctuation does not count
        ["แป้น", "แป-ระ"],
    ],
)
def test_marks_and_punctuation_decide_last(ordered):
    backwards = ordered[::-1]

    assert sorted(backwards, key=sort_key) == ordered


def test_two_ways_of_typing_one_word_have_one_place():
    assert sort_key("น\u0e4d\u0e49\u0e32") == sort_key(WATER)
