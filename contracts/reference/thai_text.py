"""Thai text made comparable: one spelling per word as seen, and dictionary order."""

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SPACES = re.compile(r"[^\S\n]+")
_AROUND_LINE_END = re.compile(r" ?\n ?")

# Vowels and signs above or below a consonant; tones and the silencing mark stand over those.
_STACKED = "\u0e31\u0e34-\u0e3a\u0e47\u0e4d\u0e4e"
_TONES = "\u0e48-\u0e4c"
_MISTYPINGS = (
    (f"([{_TONES}]+)([{_STACKED}]+)", r"\2\1"),
    (f"\u0e4d([{_TONES}]*)\u0e32", "\\1\u0e33"),
    (f"\u0e33([{_TONES}]+)", "\\1\u0e33"),
    (f"([{_TONES}{_STACKED}])\\1+", r"\1"),
    ("\u0e40\u0e40", "\u0e41"),
)
_MENDED = [(re.compile(mistyped), meant) for mistyped, meant in _MISTYPINGS]
_MISTYPED = re.compile(
    f"[{_TONES}][{_STACKED}]|\u0e4d[{_TONES}]*\u0e32|\u0e33[{_TONES}]"
    f"|([{_TONES}{_STACKED}])\\1|\u0e40\u0e40"
)

_LEADING_VOWEL = re.compile("([\u0e40-\u0e44])([\u0e01-\u0e2e])")
_SECONDARY = re.compile("[\u0e47-\u0e4c ./()-]")
_NOT_TONES = re.compile("[^\u0e47-\u0e4c]")


def normalise(text: str) -> str:
    """Return the one spelling of what a reader sees; line ends stay, other spaces become one.

    Joins ํ+า to ำ and เ+เ to แ, puts tones after the vowel they stand on, drops repeated marks
    and invisible characters. NFC, never NFKC: that would take ำ apart again.
    """
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    while _MISTYPED.search(text):  # mending one mark can bring the next two together
        for mistyped, meant in _MENDED:
            text = mistyped.sub(meant, text)
        text = unicodedata.normalize("NFC", text)
    return _AROUND_LINE_END.sub("\n", _SPACES.sub(" ", text)).strip()


def sort_key(text: str) -> str:
    """Return a string that orders as a Thai dictionary does; it can be stored and indexed.

    A leading vowel counts after its consonant; tones, spaces and punctuation decide only
    between words otherwise alike.
    """
    text = _LEADING_VOWEL.sub(r"\2\1", normalise(text).casefold())
    return _SECONDARY.sub("", text) + "\x01" + _NOT_TONES.sub("0", text)
