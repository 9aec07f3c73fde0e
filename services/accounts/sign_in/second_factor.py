"""Setting up a second factor, and asking for it at sign-in. Time-based codes of RFC 6238."""

from __future__ import annotations

import secrets
from datetime import datetime

import pyotp

from contracts.accounts.second_factor import (
    NoSecondFactor,
    RecoveryCodesFacts,
    SecondFactorExists,
    SecondFactorRequired,
    SecondFactorSecretFacts,
    SecondFactorStopped,
    WrongSecondFactor,
)
from contracts.principal import Principal
from contracts.reading import read_code
from services.accounts.issuance.codes import ALPHABET
from services.accounts.sign_in.rules.second_factor import (
    MAY_HAVE_ONE,
    RECOVERY_CODES,
    SecondFactor,
    accepted_step,
)
from services.accounts.sign_in.seal import Sealer
from services.accounts.sign_in.store.second_factors import SecondFactorStore

ISSUER = "Sucharit"
RECOVERY_LENGTH = 10


class SecondFactors:
    """The second factors of slots."""

    def __init__(self, store: SecondFactorStore, sealer: Sealer) -> None:
        self._store = store
        self._sealer = sealer

    def begin(self, by: Principal) -> SecondFactorSecretFacts:
        """Return a new secret, told this once; it counts when confirmed.

        Raises OutOfScope, SecondFactorExists.
        """
        by.require_role(*MAY_HAVE_ONE)
        secret = pyotp.random_base32()
        if not self._store.begin(by.slot_id, self._sealer.seal(secret, by.slot_id)):
            raise SecondFactorExists
        uri = pyotp.TOTP(secret).provisioning_uri(name=by.username, issuer_name=ISSUER)
        return {"secret": secret, "otpauth_uri": uri}

    def confirm(self, by: Principal, code: str, *, at: datetime) -> RecoveryCodesFacts:
        """Make it count, for a code of it. Returns the recovery codes, told this once.

        Raises NoSecondFactor, WrongSecondFactor, SecondFactorStopped, SecondFactorExists.
        """
        factor = self._store.find(by.slot_id)
        if factor is None:
            raise NoSecondFactor
        if factor.confirmed_at is not None:
            raise SecondFactorExists
        step = self._step(by.slot_id, factor, read_code(code), at)
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        hashes = [self._hash(by.slot_id, code) for code in codes]
        if not self._store.confirm(by.slot_id, factor, step=step, recovery_hashes=hashes, at=at):
            raise SecondFactorExists
        return {"recovery_codes": [f"{code[:5]}-{code[5:]}" for code in codes]}

    def demand(self, slot_id: str, presented: str | None, *, at: datetime) -> None:
        """Use up what was presented; a slot without a confirmed factor needs nothing.

        Raises SecondFactorRequired, WrongSecondFactor, SecondFactorStopped.
        """
        factor = self._store.find(slot_id)
        if factor is None or factor.confirmed_at is None:
            return
        if presented is None:
            raise SecondFactorRequired
        code = read_code(presented)
        if len(code) == RECOVERY_LENGTH:
            is_used_up = self._store.use_recovery(slot_id, self._hash(slot_id, code))
        else:
            is_used_up = self._store.use_step(slot_id, self._step(slot_id, factor, code, at))
        if not is_used_up:
            raise WrongSecondFactor

    def remove(self, slot_id: str, presented: str, *, at: datetime) -> None:
        """Forget the factor, for a code of it.

        Raises NoSecondFactor, WrongSecondFactor, SecondFactorStopped.
        """
        factor = self._store.find(slot_id)
        if factor is None:
            raise NoSecondFactor
        self.demand(slot_id, presented, at=at)
        self._store.remove(slot_id)

    def _step(self, slot_id: str, factor: SecondFactor, code: str, at: datetime) -> int:
        if not self._store.count_code(slot_id):
            raise SecondFactorStopped
        secret = self._sealer.unseal(factor.sealed_secret, slot_id)
        code_of = pyotp.TOTP(secret).generate_otp
        return accepted_step(code, code_of, last_step=factor.last_step, at=at)

    def _hash(self, slot_id: str, code: str) -> str:
        return self._sealer.hash("recovery code", slot_id, code)


def _recovery_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH))
