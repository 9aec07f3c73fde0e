"""Paces what anybody may ask without signing in, by the address it comes from."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from edge.server import place_of

ADDRESSES_KEPT = 20_000


class Pace:
    """Lets each address ask `at_once` times in a row, and then once in `seconds`.

    Of IPv6 a network of 64 bits counts as one address. Each gateway process counts for itself.
    """

    def __init__(
        self, *, at_once: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._most_ahead = (at_once - 1) * seconds
        self._clock = clock
        self._used_up_to: OrderedDict[str, float] = OrderedDict()

    def wait(self, address: str) -> int:
        """Count a request; return 0, or when it comes too soon the whole seconds to wait."""
        now, place = self._clock(), place_of(address)
        used_up_to = max(now, self._used_up_to.pop(place, now))
        too_soon = used_up_to - now - self._most_ahead
        self._used_up_to[place] = used_up_to if too_soon > 0 else used_up_to + self._seconds
        if len(self._used_up_to) > ADDRESSES_KEPT:
            self._used_up_to.popitem(last=False)
        return max(0, math.ceil(too_soon))
