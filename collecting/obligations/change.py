"""Changes an obligation by what is decided on it as it stands, with the event that says so."""

from __future__ import annotations

from collections.abc import Callable

from collecting.kind import Events
from collecting.obligations.acts import event_of
from collecting.obligations.rules.obligation import Obligation
from collecting.obligations.store import Obligations
from contracts.errors import StaleVersion

TRIES = 5


def change(
    obligations: Obligations,
    decide: Callable[[], tuple[Obligation, Obligation]],
    events: Events | None,
) -> Obligation:
    """Keep what is decided, and announce it with one of the events where there are any.

    `decide` reads the obligation and returns it as it was and as it is to be; when it moved
    meanwhile, it decides again. Raises StaleVersion when it has moved each time.
    """
    for _ in range(TRIES):
        before, after = decide()
        announcing = [] if events is None else [event_of(after, events)]
        if obligations.save_act(before, after, announcing=announcing):
            return after
    raise StaleVersion(changed="state")
