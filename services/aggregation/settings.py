"""What aggregation reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass

from chassis import settings


@dataclass(frozen=True)
class Settings(settings.Settings):
    """The database the figures are kept in."""

    prefix = "AGGREGATION_"

    mongo_uri: str
