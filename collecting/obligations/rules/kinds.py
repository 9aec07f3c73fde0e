"""Which kinds of filing there are."""

from __future__ import annotations

from enum import StrEnum


class FilingKind(StrEnum):
    """An original opens the ledger, a nil says there is nothing, an amendment changes either, a
    withdrawal takes back what is in force.
    """

    ORIGINAL = "original"
    NIL = "nil"
    AMENDMENT = "amendment"
    WITHDRAWAL = "withdrawal"
