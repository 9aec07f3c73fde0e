"""How fast somebody may guess: ever more slowly, and without locking out anybody else."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.accounts.errors import TooManyAttempts

FREE_ATTEMPTS = 5
FIRST_DELAY_SECONDS = 5
LONGEST_DELAY_SECONDS = 300
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Attempts:
    """What one address has tried on one username without success so far."""

    count: int
    closed_until: datetime

    def one_more(self, *, at: datetime) -> Attempts:
        """Return the attempts with one more; it counts until it has succeeded.

        Raises TooManyAttempts.
        """
        if at < self.closed_until:
            wait = math.ceil((self.closed_until - at).total_seconds())
            raise TooManyAttempts(retry_after_seconds=wait)
        count = self.count + 1
        return Attempts(count, at + timedelta(seconds=_delay_seconds(count)))


def attempts_key(deed: str, username: str, address: str) -> str:
    """Return what attempts are counted under; neither username nor address can be read in it."""
    return hashlib.sha256("\0".join((deed, username, address)).encode()).hexdigest()


def _delay_seconds(count: int) -> int:
    if count < FREE_ATTEMPTS:
        return 0
    # The bound on the exponent only keeps the number small.
    return min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS << min(count - FREE_ATTEMPTS, 10))
