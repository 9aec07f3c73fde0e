"""What reports reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass

from collecting import settings as collecting


@dataclass(frozen=True)
class Settings(collecting.Settings):
    """All that a service that collects reads."""

    prefix = "REPORTS_"
