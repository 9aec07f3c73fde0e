"""What a workbook says of itself unseen: which form it is, and whose report in which round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from collecting.workbooks.layout import LAYOUT

MARK = "sucharit-workbook"


@dataclass(frozen=True, slots=True)
class Stamp:
    """The stamp of one workbook; a blank one names no obligation.

    `base_revision` is what the report in force was when it was written, 0 when there was none.
    """

    form_id: str
    form_version: int
    obligation_id: str = ""
    base_revision: int = 0

    def rows(self) -> list[tuple[str, str | int]]:
        """Return the rows of the hidden sheet."""
        return [(MARK, LAYOUT), *asdict(self).items()]


def read_stamp(rows: Mapping[Any, Any]) -> tuple[Stamp, int] | None:
    """Return the stamp and its layout from the hidden sheet's rows; None when it has none."""
    try:
        return (
            Stamp(
                form_id=str(rows["form_id"]),
                form_version=int(rows["form_version"]),
                obligation_id=str(rows.get("obligation_id") or ""),
                base_revision=int(rows["base_revision"]),
            ),
            int(rows[MARK]),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
