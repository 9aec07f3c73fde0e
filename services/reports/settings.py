"""What reports reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chassis import settings


@dataclass(frozen=True)
class Settings(settings.Settings):
    """The database, and the key receipts are signed with."""

    prefix = "REPORTS_"

    mongo_uri: str
    signing_key_file: Path
