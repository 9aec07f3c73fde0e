"""Finds the address a request comes from: the last hop that is no proxy of ours."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

MOST_HOPS = 16  # of X-Forwarded-For, from the right
WIDEST_PREFIX = 8

Address = IPv4Address | IPv6Address


class TrustedProxies:
    """The networks whose word about the address of their own client is taken.

    Only X-Forwarded-For is read: a proxy that writes one header hands the other on as the client
    wrote it.
    """

    def __init__(self, text: str = "") -> None:
        """Read networks, separated by commas. Raises ValueError on what cannot be meant."""
        names = [name.strip() for name in text.split(",")] if text.strip() else []
        self.networks = tuple(_network(name) for name in names)

    def address_of(self, environ: Mapping[str, Any]) -> str:
        """Return the client's address, in its shortest spelling.

        A hop that is no address ends the search: whatever the last trusted proxy did not understand
        is not believed.
        """
        address = read_address(environ["REMOTE_ADDR"])
        if address is None:
            return str(environ["REMOTE_ADDR"])
        hops = environ.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", MOST_HOPS)[-MOST_HOPS:]
        for hop in reversed(hops):
            before = read_address(hop) if self._trusts(address) else None
            if before is None:
                break
            address = before
        return str(address)

    def is_proxy(self, peer: str) -> bool:
        """Whether a socket's peer is one of them."""
        address = read_address(peer)
        return address is not None and self._trusts(address)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


NOBODY = TrustedProxies()


def read_address(hop: str) -> Address | None:
    """Read an address as proxies write it, with a port or without; None when it is none."""
    text = hop.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _network(name: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(name)
    except ValueError as problem:
        raise ValueError(f"names {name!r}, which is no network such as 10.1.2.0/24") from problem
    if network.prefixlen < WIDEST_PREFIX:
        raise ValueError(f"names {name}, which is half the world: name the proxies only")
    return network
