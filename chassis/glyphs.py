"""Knows what the fonts can print; any other character is shown by its number, never as a box."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_NO_CHARACTER = 0xFFFF
_KEPT = "\n\u200b\u200c\u200d"  # seen by what they do to their neighbours
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")


class Glyphs(dict[int, str]):
    """What is printed for each character, by the characters of some TrueType fonts together."""

    def __init__(self, fonts: list[Path]) -> None:
        super().__init__()
        self._known = {code for font in fonts for code in _characters(font.read_bytes())}

    def printable(self, told: Any) -> Any:
        """Return facts with every text as it can be printed: control characters left out, and what
        no font has as ‹U+1F9FF›.
        """
        if isinstance(told, str):
            return told.translate(self)
        if isinstance(told, Mapping):
            return {name: self.printable(each) for name, each in told.items()}
        return [self.printable(each) for each in told] if isinstance(told, list | tuple) else told

    def lacking(self, text: str) -> list[str]:
        """Return the characters of a text that are shown by their numbers, each once."""
        return [each for each in dict.fromkeys(text) if self[ord(each)].startswith("‹U+")]

    def __missing__(self, code: int) -> str:
        self[code] = shown = self._shown(chr(code))
        return shown

    def _shown(self, letter: str) -> str:
        category = unicodedata.category(letter)
        if letter in _KEPT:
            return letter
        if letter == "\t":
            return " "
        if category in _UNSEEN or "\ufe00" <= letter <= "\ufe0f":
            return ""
        if ord(letter) in self._known:
            return letter
        return " " if category == "Zs" else f"‹U+{ord(letter):04X}›"


def _characters(font: bytes) -> Iterator[int]:
    """Yield the characters that a font's map leads to a glyph."""
    (tables,) = struct.unpack_from(">H", font, 4)
    heads = (struct.unpack_from(">4s3L", font, 12 + 16 * number) for number in range(tables))
    at = next(offset for tag, _, offset, _ in heads if tag == b"cmap")
    for number in range(struct.unpack_from(">H", font, at + 2)[0]):
        start = at + struct.unpack_from(">L", font, at + 8 + 8 * number)[0]
        (kind,) = struct.unpack_from(">H", font, start)
        if kind == 4:
            yield from _of_segments(font, start)
        elif kind == 12:
            (groups,) = struct.unpack_from(">L", font, start + 12)
            for first, last, _ in struct.iter_unpack(">3L", font[start + 16 :][: 12 * groups]):
                yield from range(first, last + 1)


def _of_segments(font: bytes, start: int) -> Iterator[int]:
    (double,) = struct.unpack_from(">H", font, start + 6)
    ends, _, begins, deltas, offsets = (
        struct.unpack_from(f">{double // 2}H", font, start + 14 + place)
        for place in (0, 2, 2 + double, 2 + 2 * double, 2 + 3 * double)
    )
    rows = start + 16 + 3 * double
    for segment, (first, last) in enumerate(zip(begins, ends, strict=True)):
        at_row = rows + 2 * segment + offsets[segment]
        for code in range(first, last + 1):
            glyph = code + deltas[segment]
            if offsets[segment] and code != _NO_CHARACTER:
                (glyph,) = struct.unpack_from(">H", font, at_row + 2 * (code - first))
            if glyph & _NO_CHARACTER:
                yield code
