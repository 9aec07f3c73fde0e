"""Thai text made comparable: one spelling per word as seen, and dictionary order."""

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SPACES = re.compile(r"[^\S\n]+")
_AROUND_LINE_END = re.compile(r" ?\n ?")

# Vowels and signs above or below a consonant; tones and the silencing mark stand over those.
_STACKED = "\u0e31\u0e34-\u0e3a\u0e47\u0e4d\u0e4e"
_TONES = "\u0e48-\u0e4c"
_MARKS = re.compile(f"[{_STACKED}{_TONES}]{{2,}}")
_AM = "\u0e33"
_AM_APART = re.compile(f"\u0e4d([{_TONES}]*)\u0e32([{_TONES}]*)")

_LEADING_VOWEL = re.compile("([\u0e40-\u0e44])([\u0e01-\u0e2e])")
_SECONDARY = re.compile("[\u0e47-\u0e4c ./()-]")
_NOT_TONES = re.compile("[^\u0e47-\u0e4c]")


def normalise(text: str) -> str:
    """Return the one spelling of what a reader sees; line ends stay, other spaces become one.

    Joins ํ+า to ำ and เ+เ to แ, puts tones after the vowel they stand on, drops repeated marks
    and invisible characters. NFC, never NFKC: that would take ำ apart again.
    """
    text = _INVISIBLE.sub("", text).replace(_AM, "\u0e4d\u0e32")
    text = _AM_APART.sub(_joined, _MARKS.sub(_stacked, text)).replace("\u0e40\u0e40", "\u0e41")
    text = _AROUND_LINE_END.sub("\n", _SPACES.sub(" ", text)).strip()
    return unicodedata.normalize("NFC", text)


def sort_key(text: str) -> str:
    """Return a string that orders as a Thai dictionary does; it can be stored and indexed.

    A leading vowel counts after its consonant; tones, spaces and punctuation decide only
    between words otherwise alike.
    """
    text = _LEADING_VOWEL.sub(r"\2\1", normalise(text).casefold())
    return _SECONDARY.sub("", text) + "\x01" + _NOT_TONES.sub("0", text)


def _stacked(marks: re.Match[str]) -> str:
    """Return the marks on one consonant, each once, tones last."""
    return "".join(sorted(dict.fromkeys(marks[0]), key=lambda mark: "\u0e48" <= mark <= "\u0e4c"))


def _joined(apart: re.Match[str]) -> str:
    """Return ำ with its tones before it, wherever they were typed."""
    return "".join(dict.fromkeys(apart[1] + apart[2])) + _AM
