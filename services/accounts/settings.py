"""What accounts must be told before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nameko.extensions import DependencyProvider

from chassis import settings


@dataclass(frozen=True)
class Settings(settings.Settings):
    """Read from ACCOUNTS_…; the cost of argon2 is OWASP's minimum."""

    prefix = "ACCOUNTS_"

    mongo_uri: str
    code_key_file: Path
    argon2_memory_kib: int = 19_456
    argon2_passes: int = 2
    argon2_at_once: int = 2
    session_hours: int = 12
    code_days: int = 21


class Configured(DependencyProvider):
    """Hands a service its settings."""

    def __init__(self) -> None:
        self._settings: Settings | None = None

    def setup(self) -> None:
        """Read them once."""
        self._settings = Settings.read()

    def get_dependency(self, worker_ctx: Any) -> Settings | None:
        """Return the settings."""
        return self._settings
