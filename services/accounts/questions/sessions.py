"""Signing in, signing out, and activation by which a slot gets its password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chassis.rpc import answers
from contracts.errors import ServiceError
from contracts.fields import wire_time
from services.accounts import metrics, signing_in
from services.accounts.codes import ActivationCodes
from services.accounts.passwords import GreenPasswordHashes
from services.accounts.settings import Settings
from services.accounts.shapes import show_principal
from services.accounts.store import AccountsStore
from services.accounts.store.sessions import TakenOver


class SessionQuestions:
    """What accounts is asked about sign-ins."""

    store: AccountsStore
    passwords: GreenPasswordHashes
    codes: ActivationCodes
    settings: Settings
    now: Callable[[], datetime]

    @answers
    def open_session(
        self, username: str, password: str, takeover: bool, address: str
    ) -> dict[str, Any]:
        """Sign a slot in and return its token, told this once; of two at once only one wins.

        A takeover ends the session that is open. Raises WrongCredentials, SlotInUse,
        TooManyAttempts. Publishes SessionOpenedV1, SessionClosedV1.
        """
        try:
            session, ending = signing_in.open_session(
                self.store,
                self.passwords,
                username=username,
                password=password,
                takeover=takeover,
                address=address,
                at=self.now(),
                life=timedelta(hours=self.settings.session_hours),
            )
        except ServiceError as refusal:
            metrics.record_sign_in(refusal.code)
            raise
        metrics.record_sign_in("opened" if ending is None else ending)
        return session

    @answers
    def find_sessions(self, token_hashes: list[str]) -> dict[str, dict[str, Any]]:
        """Return whose each token is, by the SHA-256 of the token in hexadecimal digits.

        A token that opens nothing is left out; one whose session was taken over says so.
        """
        found = self.store.sessions.list_by_token(token_hashes, at=self.now())
        answer: dict[str, dict[str, Any]] = {}
        for token_hash, session in found.items():
            if isinstance(session, TakenOver):
                since = wire_time(session.since)
                answer[token_hash] = {"ended": "taken_over", "since": since}
            else:
                answer[token_hash] = {
                    "session_id": session[1].id,
                    "expires_at": wire_time(session[1].expires_at),
                    "principal": session[0].principal.to_wire(),
                }
        return answer

    @answers
    def close_session(self, session_id: str, slot_id: str) -> None:
        """Sign out; nothing happens when the session has ended already.

        Publishes SessionClosedV1.
        """
        self.store.sessions.close(session_id, slot_id, at=self.now())

    @answers
    def describe_session(self, by: dict[str, Any]) -> dict[str, Any]:
        """Return who the caller is. Raises SessionEnded when the slot is no more."""
        principal = self.store.slots.get(by["slot_id"]).principal
        organisation = self.store.organisations.find(principal.organisation_id)
        return show_principal(principal, organisation)

    @answers
    def activate_slot(
        self,
        username: str,
        activation_code: str,
        password: str,
        holder: dict[str, str],
        address: str,
    ) -> dict[str, Any]:
        """Give a slot a password and a holder for its code, which dies; a live session ends.

        Raises WrongActivationCode, ActivationCodeSpent, WeakPassword, TooManyAttempts.
        Publishes SlotActivatedV1, SessionClosedV1.
        """
        try:
            activated = signing_in.activate_slot(
                self.store,
                self.passwords,
                self.codes,
                username=username,
                activation_code=activation_code,
                password=password,
                holder=holder,
                address=address,
                at=self.now(),
            )
        except ServiceError as refusal:
            metrics.record_activation(refusal.code)
            raise
        metrics.record_activation("activated")
        return activated
