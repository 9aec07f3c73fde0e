"""The second factor: six digits of a clock both sides share, each good once, or a recovery code."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.accounts.second_factor import WrongSecondFactor
from contracts.principal import Role
from services.accounts.slots.rules.slot import AGENCY_ROLES

STEP_SECONDS = 30
DRIFT_STEPS = 1
RECOVERY_CODES = 10
# In a row. A guess hits once in 300,000, and whoever guesses has the password already.
MOST_WRONG_CODES = 30

# Whoever sees or decides for others. An LAO's slot is signed in to in the field, on any computer.
MAY_HAVE_ONE = tuple(role for role in Role if role is not Role.LAO_OFFICER)
# Whoever sees or decides for the whole country; of them the setting demands one.
DEMANDED_OF = frozenset((Role.OPERATOR, *AGENCY_ROLES))


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What is kept of a slot's second factor: the secret sealed, recovery codes as hashes."""

    sealed_secret: str
    last_step: int
    confirmed_at: datetime | None
    recovery_hashes: tuple[str, ...]
    wrong_codes: int = 0


def is_limited(role: Role, *, is_demanded: bool, has_one: bool) -> bool:
    """Whether a sign-in is good for nothing but setting up the factor its role is demanded."""
    return is_demanded and not has_one and role in DEMANDED_OF


def accepted_step(
    presented: str, code_of: Callable[[int], str], *, last_step: int, at: datetime
) -> int:
    """Return the step whose code was presented: this one or a neighbour, and later than the last.

    Raises WrongSecondFactor.
    """
    present = int(at.timestamp()) // STEP_SECONDS
    accepted = None
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        is_same = hmac.compare_digest(code_of(step).encode(), presented.encode())
        if is_same and step > last_step:
            accepted = step
    if accepted is None:
        raise WrongSecondFactor
    return accepted
