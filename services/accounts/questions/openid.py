"""Signing in through the government's OpenID provider, and linking a slot to a person there."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from chassis.rpc import answers
from contracts.accounts.errors import OpenIdNotLinked, OpenIdRefused
from contracts.principal import Principal
from services.accounts import metrics, signing_in
from services.accounts.audit import AuditTrail
from services.accounts.openid import OpenIdProvider, Person
from services.accounts.settings import Settings
from services.accounts.store import AccountsStore
from services.accounts.store.openid import Flow

STATE_BYTES = 32
FLOW_MINUTES = 10


class OpenIdQuestions:
    """What accounts is asked about the provider."""

    store: AccountsStore
    openid: Callable[[], OpenIdProvider]
    settings: Settings
    audit: AuditTrail
    now: Callable[[], datetime]

    @answers
    def begin_openid_sign_in(self, username: str, takeover: bool) -> dict[str, Any]:
        """Return where to send the person, and the state their browser must bring back.

        Raises OpenIdNotOffered, OpenIdUnavailable.
        """
        return self._begin(Flow(signing_in.as_kept(username), None, takeover, self.now()))

    @answers
    def begin_openid_link(self, by: dict[str, Any]) -> dict[str, Any]:
        """The same, to link the caller's slot. Raises OpenIdNotOffered, OpenIdUnavailable."""
        principal = Principal.from_wire(by)
        flow = Flow(principal.username, principal.slot_id, False, self.now())
        return self._begin(flow)

    @answers
    def finish_openid(self, state: str, code: str) -> dict[str, Any]:
        """Return the session, or None where a slot was linked.

        Raises OpenIdNotOffered, OpenIdUnavailable, OpenIdRefused, OpenIdNotLinked, SlotLocked,
        SlotInUse. Publishes SessionOpenedV1, SessionClosedV1.
        """
        provider = self.openid()
        flow = self.store.openid.take(_hash(state))
        at = self.now()
        if flow is None or at > flow.begun_at + timedelta(minutes=FLOW_MINUTES):
            raise OpenIdRefused
        found = self.store.sessions.find_slot(flow.username)
        slot_id = "unknown" if found is None else found.kept.slot.id
        act = "sign_in" if flow.slot_id is None else "link_openid"
        by = None if found is None else found.kept.principal.to_wire()
        with self.audit.watch(act, by, f"slot:{slot_id}", {"way": "openid"}):
            person = provider.identify(code, state)
            if flow.slot_id is not None:
                if not self.store.openid.link(flow, asdict(person), at=at):
                    raise OpenIdRefused
                return {"session": None}
            return {"session": self._sign_in(found, person, flow, at)}

    def _begin(self, flow: Flow) -> dict[str, Any]:
        state = secrets.token_urlsafe(STATE_BYTES)
        url = self.openid().authorization_url(state)
        self.store.openid.begin(_hash(state), flow)
        return {"authorization_url": url, "state": state}

    def _sign_in(self, found: Any, person: Person, flow: Flow, at: datetime) -> dict[str, Any]:
        if found is None or not self.store.openid.is_linked(found.kept.slot.id, person.pid_hash):
            metrics.record_sign_in(OpenIdNotLinked.code)
            raise OpenIdNotLinked
        session, ended = signing_in.begin_session(
            self.store,
            found,
            takeover=flow.takeover,
            at=at,
            lifetime=self.settings.session_lifetime,
        )
        metrics.record_sign_in("opened" if ended is None else ended.how)
        return session


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
