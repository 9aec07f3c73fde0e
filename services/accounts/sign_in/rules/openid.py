"""What an OpenID provider says of itself and of a person, believed only where it makes sense.

Levels are those of ETDA's standard ขมธอ. 19-2566: how well it was proved who a person is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeGuard

from contracts.accounts.openid import OpenIdLevelTooLow

MOST_SECONDS = 4.5
LONGEST_NAME = 200

_HOST = r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
_ADDRESS = re.compile(rf"https?://{_HOST}(?:[/?][!\"$-~]{{0,2000}})?")  # no part of a page
_CARD_NUMBER = re.compile(r"[0-9]{13}")
_LEVEL = r"([1-3](?:\.[0-3])?)"
_LEVEL_CLAIMS = {
    "ial": re.compile(rf"(?:ial)? ?{_LEVEL}", re.IGNORECASE),
    "acr": re.compile(rf"(?:.*[^a-z])?ial[^0-9a-z]?{_LEVEL}", re.IGNORECASE),
}


class ProviderFault(Exception):
    """The provider answers something else than it should."""


class Level(str):
    """An identity assurance level: `1.1` to `2.3`, or `3`. They are ordered as texts are."""

    def __new__(cls, text: str) -> Self:
        """Read one. Raises ValueError."""
        if not re.fullmatch(_LEVEL, text):
            raise ValueError("must be an identity assurance level, as 2.3")
        return super().__new__(cls, text)


class ProviderSeconds(float):
    """How long all calls to the provider in one request may take: its asker waits 5 s."""

    def __new__(cls, text: str) -> Self:
        """Read it. Raises ValueError."""
        seconds = super().__new__(cls, text)
        if not 0 < seconds <= MOST_SECONDS:
            raise ValueError(f"must be over 0 and at most {MOST_SECONDS}")
        return seconds


LEAST_LEVEL = Level("2.3")
"""The card was checked with the office that issued it, and the face compared with the card's."""
PROVIDER_SECONDS = ProviderSeconds("4")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider takes people, codes and questions for its keys."""

    authorization: str
    token: str
    keys: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who somebody is, as the provider says: with the number of the identity card itself."""

    card_number: str
    name: str
    level: Level


def read_endpoints(document: Mapping[str, Any], issuer: str) -> Endpoints:
    """Return what a discovery document tells, of which no address is less safe than the issuer.

    Raises ProviderFault.
    """
    if document.get("issuer") != issuer:
        raise ProviderFault(f"another issuer: {document.get('issuer')!r}")
    scheme = "https://" if issuer.startswith("https://") else "http"
    addresses = []
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        address = document.get(name)
        if not (_is_address(address) and address.startswith(scheme)):
            raise ProviderFault(f"no {name} that makes sense")
        addresses.append(address)
    return Endpoints(*addresses)


def read_claims(claims: Mapping[str, Any], *, least: Level) -> Claimed:
    """Return who a token that was verified is about.

    Raises ProviderFault when it does not tell, OpenIdLevelTooLow when that is not sure enough.
    """
    number, name = claims.get("pid"), claims.get("name")
    if not isinstance(number, str) or not _CARD_NUMBER.fullmatch(number):
        raise ProviderFault("no pid that makes sense")
    shown = "".join(filter(str.isprintable, name)).strip() if isinstance(name, str) else ""
    if not 0 < len(shown) <= LONGEST_NAME:
        raise ProviderFault("no name that makes sense")
    level = _level_of(claims)
    if level is None:
        untold = {"level": "a level that is not told", "level_th": "ระดับที่ไม่ได้แจ้งไว้"}
        raise OpenIdLevelTooLow(untold, least=least)
    if level < least:
        raise OpenIdLevelTooLow(level=f"level {level}", level_th=f"ระดับ {level}", least=least)
    return Claimed(number, shown, level)


def _is_address(told: object) -> TypeGuard[str]:
    return isinstance(told, str) and bool(_ADDRESS.fullmatch(told))


def _level_of(claims: Mapping[str, Any]) -> Level | None:
    """Return the level that is told, as `2.3`, `IAL2.3` or in an `acr` that names it."""
    for claim, pattern in _LEVEL_CLAIMS.items():
        told = claims.get(claim)
        found = pattern.fullmatch(str(told)) if isinstance(told, str | int | float) else None
        if found:
            return Level(found[1])
    return None
