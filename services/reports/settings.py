"""What reports reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nameko.extensions import DependencyProvider

from collecting import settings as collecting


@dataclass(frozen=True)
class Settings(collecting.Settings):
    """All that a service that collects reads."""

    prefix = "REPORTS_"


class Configured(DependencyProvider):
    """Hands the service its settings."""

    def __init__(self) -> None:
        self._settings: Settings | None = None

    def setup(self) -> None:
        """Read them once."""
        self._settings = Settings.read()

    def get_dependency(self, worker_ctx: Any) -> Settings | None:
        """Return the settings."""
        return self._settings
