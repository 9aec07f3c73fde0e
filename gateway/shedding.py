"""Who is turned away when there is more than can be done? Filings last."""

from __future__ import annotations

from dataclasses import dataclass

from edge.http1 import Head, Load
from gateway.operations import HEALTH


@dataclass(frozen=True, slots=True)
class FilingsFirst:
    """Filings may have every place, anything else only the first three quarters.

    So on deadline night those who look are told to come back before any who files is.
    """

    max_in_flight: int

    def __call__(self, head: Head, load: Load) -> bool:
        """Whether the request is turned away with what is in hand already."""
        if load.in_flight < self.max_in_flight * 3 // 4:
            return False
        if head.raw_path == HEALTH:
            return False
        return not _is_filing(head) or load.in_flight >= self.max_in_flight


def _is_filing(head: Head) -> bool:
    return head.method == "POST" and head.raw_path.endswith("/filings")
