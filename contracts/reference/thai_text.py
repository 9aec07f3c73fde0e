"""Thai text made comparable: what can be seen of it, one spelling per word, dictionary order."""

import re
import unicodedata

# Characters that take no room and leave no mark, wherever they came from: zero-width spaces and
# joiners, marks of direction, variation selectors, fillers, tags.
_WITHOUT_SHAPE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_CONTROLS = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # the others are kinds of white space
_INVISIBLE = re.compile(f"[{_WITHOUT_SHAPE}{_CONTROLS}]")
_SHAPELESS = re.compile(f"[{_WITHOUT_SHAPE}]")
_SEEN = re.compile(rf"[^\s{_WITHOUT_SHAPE}{_CONTROLS}]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(f"[{_CONTROLS}\x1c-\x1f\ufffe\uffff]")
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


def is_blank(text: str) -> bool:
    """Whether there is nothing to see: no text, or only spaces and characters without a shape."""
    return _SEEN.search(text) is None


def without_invisible(text: str) -> str:
    """Return the text without what nobody sees: zero-width and control characters.

    Line ends and tabs stay. For what is looked up or compared, such as names, codes, numbers: an
    emoji may need its joiners, so text that is only shown is left as it is.
    """
    return _INVISIBLE.sub("", text)


def without_controls(text: str) -> str:
    """Return the text as it was meant: line and page breaks of a word processor become line ends,
    its other control characters are left out.
    """
    return _CONTROL.sub("", _LINE_ENDS.sub("\n", text))


def normalise(text: str) -> str:
    """Return the one spelling of what a reader sees; line ends stay, other spaces become one.

    Joins ํ+า to ำ and เ+เ to แ, puts tones after the vowel they stand on, drops repeated marks
    and invisible characters. NFC, never NFKC: that would take ำ apart again.
    """
    text = _SHAPELESS.sub("", text).replace(_AM, "\u0e4d\u0e32")
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
