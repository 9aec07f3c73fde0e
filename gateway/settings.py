"""What the gateway reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chassis import settings


@dataclass(frozen=True)
class Settings(settings.Settings):
    """Its port, and the key that status tickets are signed with (the same for all gateways)."""

    prefix = "GATEWAY_"

    port: int
    ticket_key_file: Path
    max_in_flight: int = 256
