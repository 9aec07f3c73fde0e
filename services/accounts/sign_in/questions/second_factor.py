"""The second factor of offices and agencies: setting one up, and removing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from chassis.rpc import answers
from contracts.accounts.second_factor import RecoveryCodesFacts, SecondFactorSecretFacts
from contracts.principal import Principal, PrincipalFacts
from services.accounts.audit.trail import AuditTrail
from services.accounts.sign_in.open_slot import require_password
from services.accounts.sign_in.passwords import GreenPasswordHashes
from services.accounts.sign_in.rules.throttling import Guess
from services.accounts.sign_in.seal import Sealer
from services.accounts.sign_in.second_factor import SecondFactors
from services.accounts.stores import AccountsStore


class SecondFactorQuestions:
    """What accounts is asked about second factors; each is asked by the slot itself."""

    store: AccountsStore
    passwords: GreenPasswordHashes
    sealer: Sealer
    audit: AuditTrail
    now: Callable[[], datetime]

    @answers
    def begin_second_factor(self, by: PrincipalFacts, password: str) -> SecondFactorSecretFacts:
        """Return a new secret, told this once; it counts when a code of it has been given.

        Raises OutOfScope, WrongCredentials, SecondFactorExists, TooManyAttempts, WorkLineFull.
        """
        principal = Principal.from_wire(by)
        with self.audit.watch("begin_second_factor", by, f"slot:{principal.slot_id}"):
            require_password(self.store, self.passwords, principal, password, at=self.now())
            return self._second_factors.begin(principal)

    @answers
    def confirm_second_factor(self, by: PrincipalFacts, code: str) -> RecoveryCodesFacts:
        """Make it count from the next sign-in on; return its recovery codes, told this once.

        Raises NoSecondFactor, WrongSecondFactor, SecondFactorStopped, SecondFactorExists,
        TooManyAttempts.
        """
        principal = Principal.from_wire(by)
        at = self.now()
        with (
            self.audit.watch("confirm_second_factor", by, f"slot:{principal.slot_id}"),
            self._throttled(principal, at),
        ):
            return self._second_factors.confirm(principal, code, at=at)

    @answers
    def remove_second_factor(self, by: PrincipalFacts, password: str, code: str) -> None:
        """Need no second factor from now on; a recovery code serves as well.

        Raises WrongCredentials, NoSecondFactor, WrongSecondFactor, SecondFactorStopped,
        TooManyAttempts, WorkLineFull.
        """
        principal = Principal.from_wire(by)
        at = self.now()
        with (
            self.audit.watch("remove_second_factor", by, f"slot:{principal.slot_id}"),
            self._throttled(principal, at),
        ):
            require_password(self.store, self.passwords, principal, password, at=at)
            self._second_factors.remove(principal.slot_id, code, at=at)

    @property
    def _second_factors(self) -> SecondFactors:
        return SecondFactors(self.store.second_factors, self.sealer)

    @contextmanager
    def _throttled(self, by: Principal, at: datetime) -> Iterator[None]:
        begun = self.store.attempts.begin(Guess("second_factor", by.username), at=at)
        yield
        self.store.attempts.succeeded(begun, at=at)
