"""Characters and groups that keep what people copy by hand, a code or a receipt's number, right.

Weighed 1, 2, 3 … modulo a prime number of characters, every wrong one and every swap of two shows.
"""

from __future__ import annotations

GROUP = 4


def weigh(text: str, alphabet: str, *, first: int = 1) -> int:
    """Return the sum of the places in the alphabet, weighted from `first` on, modulo its length."""
    weighted = (weight * alphabet.index(one) for weight, one in enumerate(text, first))
    return sum(weighted) % len(alphabet)


def in_groups(text: str) -> str:
    """Return a text as it is printed, ABCD-EFGH-JKMN-P."""
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))
