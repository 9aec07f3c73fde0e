"""What can become of an activation code: it is used, voided by a newer one, or expires."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.accounts.issuance import ActivationCodeSpent, WrongActivationCode


class CodeState(StrEnum):
    """Whether a code opens its slot. Expiry is not a state but a time."""

    ISSUED = "issued"
    USED = "used"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class KeptCode:
    """A code as it is kept: never itself, only its keyed hash."""

    hash: str
    state: CodeState
    expires_at: datetime


_IN_THAI = {"used": "ถูกใช้ไปแล้ว", "voided": "ถูกยกเลิกเพราะมีรหัสใหม่แล้ว", "expired": "หมดอายุแล้ว"}


def find_usable(codes: Sequence[KeptCode], presented: Container[str], *, at: datetime) -> KeptCode:
    """Return the code that was presented, by the hashes it may have, if it opens the slot now.

    Raises WrongActivationCode, ActivationCodeSpent.
    """
    for code in codes:
        if code.hash in presented:
            state = code.state.value
            if code.state is CodeState.ISSUED and code.expires_at <= at:
                state = "expired"
            if state != CodeState.ISSUED:
                raise ActivationCodeSpent(state=state, state_th=_IN_THAI[state])
            return code
    raise WrongActivationCode
