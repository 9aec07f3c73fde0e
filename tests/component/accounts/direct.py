"""The service without a bus: its questions as methods, on a real store and a clock by hand."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chassis.clock import now
from chassis.jobs import Jobs
from contracts.principal import Principal
from services.accounts.audit.trail import AuditTrail
from services.accounts.issuance import issue as issuing
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.service import AccountsService
from services.accounts.settings import Settings
from services.accounts.sign_in.passwords import GreenPasswordHashes
from services.accounts.sign_in.seal import Sealer
from services.accounts.stores import AccountsStore
from tests.component.accounts.krabi import HOLDER, OPERATOR, PASSWORD


@dataclass
class HandClock:
    """Goes when it is told to."""

    at: datetime = field(default_factory=now)

    def __call__(self) -> datetime:
        return self.at

    def go(self, **span: float) -> None:
        self.at += timedelta(**span)


class Desk:
    """Asks the service as its users do."""

    def __init__(
        self,
        database: Any,
        store: AccountsStore,
        codes: ActivationCodes,
        passwords: GreenPasswordHashes,
        settings: Settings,
    ) -> None:
        self.clock = HandClock()
        self.jobs = Jobs(database, "accounts")
        self.service = AccountsService()
        for name, part in {
            "store": store,
            "jobs": self.jobs,
            "settings": settings,
            "passwords": passwords,
            "codes": codes,
            "audit": AuditTrail(store.audit, self.clock),
            "sealer": Sealer(bytes(32)),
            "now": self.clock,
        }.items():
            setattr(self.service, name, part)
        self._addresses = 0

    def slot(self, username: str, by: Principal = OPERATOR) -> dict[str, Any]:
        """Return a slot as lists show it to the caller."""
        slots = self.service.list_slots(by.to_wire(), limit=200)["items"]
        return next(slot for slot in slots if slot["username"] == username)

    def issue(self, *, reissue: bool = False, **scope: str) -> str:
        """Issue codes and return the issuance's id."""
        self.service.create_issuance(OPERATOR.to_wire(), scope=scope, reissue=reissue)
        job = self.jobs.claim([issuing.KIND])
        assert job is not None
        result, errors = self.service.issue_codes(job)
        job.finish(result, errors)
        return str(result["issuance_id"])

    def read(self, by: Principal, issuance_id: str) -> dict[str, str]:
        """Return the codes of an office's slips by username."""
        slips = self.service.read_slips(by.to_wire(), issuance_id)["items"]
        return {slip["username"]: slip["activation_code"] for slip in slips}

    def activate(self, username: str, code: str, **changes: Any) -> dict[str, Any]:
        return self.service.activate_slot(
            **{
                "username": username,
                "activation_code": code,
                "password": PASSWORD,
                "holder": HOLDER,
                "address": self._address(),
            }
            | changes
        )

    def sign_in(self, username: str, password: str = PASSWORD, *, takeover: bool = False) -> str:
        """Return the token."""
        session = self.service.open_session(
            username=username, password=password, takeover=takeover, address=self._address()
        )
        return str(session["token"])

    def find(self, token: str) -> dict[str, Any] | None:
        """Return what a gateway is told of a token."""
        token_hash = hashlib.sha256(token.encode()).hexdigest()
        return self.service.find_sessions([token_hash]).get(token_hash)

    def principal(self, token: str) -> Principal:
        """Return who is signed in with a token."""
        found = self.find(token)
        assert found is not None
        return Principal.from_wire(found["principal"])

    def _address(self) -> str:
        """Return an address nobody has guessed from."""
        self._addresses += 1
        return f"203.0.113.{self._addresses}"
