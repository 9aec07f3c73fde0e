"""Signing in through the government's OpenID provider, and linking a slot to a person there."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta

from chassis.questions import Lane
from chassis.rpc import answers
from contracts.accounts.openid import (
    BegunOpenIdFacts,
    NoOpenIdLink,
    OpenIdAlreadyLinked,
    OpenIdLinkFacts,
    OpenIdNotLinked,
    OpenIdOutcomeFacts,
    OpenIdRefused,
)
from contracts.accounts.sign_in import SessionFacts, WrongCredentials
from contracts.fields import wire_time
from contracts.principal import Principal, PrincipalFacts
from contracts.reading import read_username
from services.accounts import metrics
from services.accounts.audit.trail import subject_of
from services.accounts.sign_in import open_slot
from services.accounts.sign_in.openid import OpenIdProvider
from services.accounts.sign_in.passwords import GreenPasswordHashes
from services.accounts.sign_in.questions.opening import Opening, counted
from services.accounts.sign_in.rules.throttling import Guess
from services.accounts.sign_in.seal import Sealer
from services.accounts.sign_in.second_factor import SecondFactors
from services.accounts.sign_in.store.attempts import Begun
from services.accounts.sign_in.store.openid import Flow

STATE_BYTES = 32
FLOW_MINUTES = 10
DEED = "openid_sign_in"

# A slow provider keeps these busy and no others. Nobody waits for one: what begins late would end
# when nobody is there any more, and leave a session behind that nobody holds.
PROVIDER = Lane("openid", workers=12, waiting=0)


class OpenIdQuestions(Opening):
    """What accounts is asked about the provider."""

    passwords: GreenPasswordHashes
    sealer: Sealer
    openid: Callable[[], OpenIdProvider]
    now: Callable[[], datetime]

    @answers(lane=PROVIDER)
    def begin_openid_sign_in(self, username: str, takeover: bool, address: str) -> BegunOpenIdFacts:
        """Return where to send the person, and the state their browser must bring back.

        Raises OpenIdNotOffered, OpenIdUnavailable, TooManyAttempts.
        """
        provider, at = self.openid(), self.now()
        with counted(metrics.record_sign_in), self._refusals_recorded("sign_in", username):
            guess = Guess(DEED, read_username(username), address)
            begun = self.store.attempts.begin(guess, at=at)
            told = _way_there(provider)
        flow = Flow(guess.username, None, takeover, at, address=address, spent=[*begun.spent])
        self.store.openid.begin(_hash(told["state"]), flow)
        return told

    @answers(lane=PROVIDER)
    def begin_openid_link(
        self, by: PrincipalFacts, password: str, otp: str | None = None
    ) -> BegunOpenIdFacts:
        """The same, to link the caller's slot, for its password and a code if it needs one.

        Raises OpenIdNotOffered, OpenIdUnavailable, OpenIdAlreadyLinked, WrongCredentials,
        SecondFactorRequired, WrongSecondFactor, SecondFactorStopped, TooManyAttempts, WorkLineFull.
        """
        principal, at = Principal.from_wire(by), self.now()
        with self.audit.watch("begin_openid_link", by, subject_of(principal.slot_id)):
            if self.store.openid.find(principal.slot_id) is not None:
                raise OpenIdAlreadyLinked
            told = _way_there(self.openid())  # before a code is used up in vain
            proved = open_slot.require_password(
                self.store, self.passwords, principal, password, at=at
            )
            factors = SecondFactors(self.store.second_factors, self.sealer)
            factors.demand(principal.slot_id, otp, at=at)
            flow = Flow(principal.username, principal.slot_id, False, at, proved=proved)
            self.store.openid.begin(_hash(told["state"]), flow)
            return told

    @answers(lane=PROVIDER)
    def finish_openid(self, state: str, code: str) -> OpenIdOutcomeFacts:
        """Return the session, or None where a slot was linked.

        Raises OpenIdNotOffered, OpenIdUnavailable, OpenIdRefused, OpenIdLevelTooLow,
        OpenIdNotLinked, SlotLocked, SlotInUse. Publishes SessionOpenedV1, SessionClosedV1.
        """
        provider = self.openid()
        flow = self.store.openid.take(_hash(state))
        if flow is None or self.now() > flow.begun_at + timedelta(minutes=FLOW_MINUTES):
            self.audit.count_refused("finish_openid", OpenIdRefused, 1)
            raise OpenIdRefused
        if flow.slot_id is None:
            return {"session": self._sign_in(provider, flow, code, state)}
        by = {"slot_id": flow.slot_id, "username": flow.username}
        with self.audit.watch("link_openid", by, subject_of(flow.slot_id)) as facts:
            person = provider.identify(code, state)
            facts["level"] = person.ial
            if not self.store.openid.link(flow, asdict(person), at=self.now()):
                raise OpenIdRefused
        return {"session": None}

    @answers
    def get_openid_link(self, by: PrincipalFacts) -> OpenIdLinkFacts:
        """Return who may sign in to the caller's slot this way. Raises NoOpenIdLink."""
        link = self.store.openid.find(by["slot_id"])
        if link is None:
            raise NoOpenIdLink
        return {"name": link.name, "level": link.level, "linked_at": wire_time(link.linked_at)}

    @answers
    def remove_openid_link(self, by: PrincipalFacts, password: str) -> None:
        """Let nobody sign in to the caller's slot this way any more.

        Raises NoOpenIdLink, WrongCredentials, TooManyAttempts, WorkLineFull.
        """
        principal, at = Principal.from_wire(by), self.now()
        with self.audit.watch("unlink_openid", by, subject_of(principal.slot_id)):
            open_slot.require_password(self.store, self.passwords, principal, password, at=at)
            if not self.store.openid.unlink(principal.slot_id):
                raise NoOpenIdLink

    def _sign_in(self, provider: OpenIdProvider, flow: Flow, code: str, state: str) -> SessionFacts:
        with counted(metrics.record_sign_in), self._refusals_recorded("sign_in", flow.username):
            person = provider.identify(code, state)
            found = self.store.sessions.find_linked(flow.username, person.pid_hash)
            if found is None:
                raise OpenIdNotLinked
        at = self.now()
        guess = Guess(DEED, flow.username, flow.address)
        spent = {key: pace for key, pace in guess.paces.items() if key in flow.spent}
        self.store.attempts.succeeded(Begun(guess, spent), at=at)
        try:
            return self._open(found, takeover=flow.takeover, at=at, way="openid", level=person.ial)
        except WrongCredentials as changed:  # the link has ended at this moment
            raise OpenIdNotLinked from changed


def _way_there(provider: OpenIdProvider) -> BegunOpenIdFacts:
    """Return where to send the person, and the state to come back with."""
    state = secrets.token_urlsafe(STATE_BYTES)
    return {"authorization_url": provider.authorization_url(state), "state": state}


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
