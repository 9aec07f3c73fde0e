"""Who is turned away when there is more than can be done? Filings last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chassis.http1 import Load
from chassis.web import OPS_PATHS


@dataclass(frozen=True, slots=True)
class FilingsFirst:
    """Filings may have every place, anything else only the first three quarters.

    So on deadline night those who look are told to come back before any who files is.
    """

    max_in_flight: int

    def __call__(self, environ: Mapping[str, Any], load: Load) -> bool:
        """Whether the request is turned away with what is in hand already."""
        if load.in_flight < self.max_in_flight * 3 // 4:
            return False
        if environ["PATH_INFO"] in OPS_PATHS:
            return False
        return not _is_filing(environ) or load.in_flight >= self.max_in_flight


def _is_filing(environ: Mapping[str, Any]) -> bool:
    return environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/filings")
