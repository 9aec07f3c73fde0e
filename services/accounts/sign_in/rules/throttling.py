"""How fast somebody may guess: ever more slowly, and who has a right to try is never locked out.

A guess counts for who guesses (one name from one address), for the name, for the address and for
the network around it; so neither one password on many names nor many addresses on one name goes
on without end. Where a name has been opened from an address before, only the first count holds
there, with short delays: nobody elsewhere can keep its holder out.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from contracts.accounts.sign_in import TooManyAttempts

FREE_ATTEMPTS = 5
FIRST_DELAY_SECONDS = 5
LONGEST_DELAY_SECONDS = 300
LONGEST_KNOWN_DELAY_SECONDS = 30
FORGOTTEN_AFTER = timedelta(hours=1)
KNOWN_FOR = timedelta(days=90)

NEVER = datetime.min.replace(tzinfo=UTC)
_NETWORK_BITS = {4: 24, 6: 48}
_HOST_BITS = {4: 32, 6: 64}  # a subscriber is given a /64 and may take any address in it


@dataclass(frozen=True, slots=True)
class Pace:
    """`burst` guesses at once, and from then on one more each time `every` has passed."""

    burst: int
    every: timedelta

    def require_open(self, full_at: datetime, *, at: datetime) -> None:
        """Refuse a guess when all are used up; `full_at` is when none will be any more.

        Raises TooManyAttempts.
        """
        if full_at > self.latest(at):
            raise TooManyAttempts(retry_after_seconds=_seconds(full_at - self.latest(at)))

    def latest(self, at: datetime) -> datetime:
        """Return how late `full_at` may be for one more guess."""
        return at + (self.burst - 1) * self.every


OF_NAME = Pace(burst=20, every=timedelta(seconds=10))
OF_ADDRESS = Pace(burst=60, every=timedelta(seconds=10))
OF_NETWORK = Pace(burst=240, every=timedelta(seconds=2.5))


@dataclass(frozen=True, slots=True)
class Attempts:
    """What one address has tried on one username since it last succeeded.

    Until `known_until` it counts as an address that has.
    """

    count: int = 0
    tried_at: datetime = NEVER
    known_until: datetime = NEVER

    @property
    def forgotten_at(self) -> datetime:
        """From when on it is as if nothing had been tried."""
        return max(self.tried_at + FORGOTTEN_AFTER, self.known_until)

    def is_known(self, *, at: datetime) -> bool:
        """Whether this address has opened this name lately."""
        return at < self.known_until

    def one_more(self, *, at: datetime) -> Attempts:
        """Return the attempts with one more; it counts until it has succeeded.

        Raises TooManyAttempts.
        """
        if at >= self.tried_at + FORGOTTEN_AFTER:
            return replace(self, count=1, tried_at=at)
        longest = LONGEST_KNOWN_DELAY_SECONDS if self.is_known(at=at) else LONGEST_DELAY_SECONDS
        closed_until = self.tried_at + timedelta(seconds=_delay_seconds(self.count, longest))
        if at < closed_until:
            raise TooManyAttempts(retry_after_seconds=_seconds(closed_until - at))
        return replace(self, count=self.count + 1, tried_at=at)


@dataclass(frozen=True, slots=True)
class Guess:
    """What is tried: to do `action` under a name from an address.

    Without an address it is somebody signed in, whom only the name's own count slows down.
    """

    action: str
    username: str
    address: str | None = None

    @property
    def pair_key(self) -> str:
        """What attempts of this address on this name are counted under."""
        return _key(self.action, self.username, _host(self.address) if self.address else "")

    @property
    def paces(self) -> Mapping[str, Pace]:
        """The paces of its name, its address and its network, by what they are counted under.

        Address and network count whatever is tried from there.
        """
        if self.address is None:
            return {}
        return {
            _key("name", self.action, self.username): OF_NAME,
            _key("address", _host(self.address)): OF_ADDRESS,
            _key("network", _network(self.address)): OF_NETWORK,
        }


def _key(*parts: str) -> str:
    """Return what something is counted under; neither name nor address can be read in it."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _host(address: str) -> str:
    return _block(address, _HOST_BITS)


def _network(address: str) -> str:
    return _block(address, _NETWORK_BITS)


def _block(address: str, bits: Mapping[int, int]) -> str:
    """Return the block of so many bits an address is in; what is no address stands for itself."""
    read = _read(address)
    if read is None:
        return address
    return str(ip_network((read, bits[read.version]), strict=False))


def _read(address: str) -> IPv4Address | IPv6Address | None:
    try:
        read = ip_address(address)
    except ValueError:
        return None
    mapped = read.ipv4_mapped if isinstance(read, IPv6Address) else None
    return mapped or read


def _delay_seconds(count: int, longest: int) -> int:
    if count < FREE_ATTEMPTS:
        return 0
    # The bound on the exponent only keeps the number small.
    return min(longest, FIRST_DELAY_SECONDS << min(count - FREE_ATTEMPTS, 10))


def _seconds(span: timedelta) -> int:
    return math.ceil(span.total_seconds())
