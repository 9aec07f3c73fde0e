"""Decides who is turned away when there is more to do than can be done: filings last."""

from __future__ import annotations

from dataclasses import dataclass

from edge.http1 import Head, Load
from gateway.problems import EdgeProblem
from gateway.router import Router


@dataclass(frozen=True, slots=True)
class FilingsFirst:
    """Routes that are shed last may have every place, those shed first only three quarters of them.

    So on deadline night those who look are told to come back before any who files is.
    """

    max_in_flight: int
    router: Router

    def __call__(self, head: Head, load: Load) -> bool:
        """Whether the request is turned away with what is in hand already."""
        if load.in_flight < self.max_in_flight * 3 // 4:
            return False
        try:
            route, _ = self.router.find(head.method, head.raw_path)
        except EdgeProblem:
            return True
        if route.shed == "last":
            return load.in_flight >= self.max_in_flight
        return route.shed == "first"
