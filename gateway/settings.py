"""What the gateway reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chassis import settings
from gateway.addresses import NOBODY, TrustedProxies


@dataclass(frozen=True)
class Settings(settings.Settings):
    """Its port, the key that status tickets are signed with (the same for all gateways), and whose
    word about a client's address is taken.
    """

    prefix = "GATEWAY_"

    port: int
    ticket_key_file: Path
    max_in_flight: int = 256
    trusted_proxies: TrustedProxies = NOBODY
