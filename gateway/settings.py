"""Reads what the gateway takes from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chassis import settings
from gateway.addresses import NOBODY, TrustedProxies


@dataclass(frozen=True)
class Settings(settings.Settings):
    """Its port, the keys for status tickets and for what goes into an intake (the same for all
    gateways), how much it takes at once, and whose word about a client's address is taken.
    """

    prefix = "GATEWAY_"

    port: int
    ticket_key_file: Path
    intake_key_file: Path
    max_in_flight: int = 256
    connections_per_address: int = 512
    trusted_proxies: TrustedProxies = NOBODY
