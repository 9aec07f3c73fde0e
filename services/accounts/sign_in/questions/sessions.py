"""Signing in, signing out, and activation by which a slot gets its password."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chassis.questions import Lane
from chassis.rpc import answers
from contracts.accounts.issuance import ActivationFacts, HolderRequestFacts
from contracts.accounts.sign_in import (
    EndedSessionFacts,
    LiveSessionFacts,
    SessionEnded,
    SessionEndedElsewhere,
    SessionFacts,
    SignedInPrincipalFacts,
    WrongCredentials,
)
from contracts.errors import ServiceError
from contracts.fields import wire_time
from contracts.principal import Principal, PrincipalFacts
from services.accounts import metrics
from services.accounts.audit.trail import AuditTrail, facts_of, subject_of
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.settings import Settings
from services.accounts.sign_in import open_slot
from services.accounts.sign_in.passwords import GreenPasswordHashes, require_strong
from services.accounts.sign_in.questions.opening import Opening, counted
from services.accounts.sign_in.rules.second_factor import is_limited
from services.accounts.sign_in.seal import Sealer
from services.accounts.sign_in.second_factor import SecondFactors
from services.accounts.sign_in.store.sessions import Expired, TakenOver
from services.accounts.slots.shapes import show_principal
from services.accounts.slots.store.slots import KeptSlot
from services.accounts.stores import AccountsStore

# Every request of everybody waits for these, so they have workers that hashing cannot occupy.
SESSION_LOOKUPS = Lane("session_lookups", workers=16, waiting=256)


class SessionQuestions(Opening):
    """What accounts is asked about sign-ins."""

    store: AccountsStore
    passwords: GreenPasswordHashes
    codes: ActivationCodes
    sealer: Sealer
    settings: Settings
    audit: AuditTrail
    now: Callable[[], datetime]

    @answers
    def open_session(
        self,
        username: str,
        password: str,
        takeover: bool,
        address: str,
        otp: str | None = None,
    ) -> SessionFacts:
        """Sign a slot in and return its token, told this once; of two at once only one wins.

        A takeover ends the session that is open. Raises WrongCredentials, SlotInUse,
        SlotLocked, SecondFactorRequired, WrongSecondFactor, SecondFactorStopped,
        TooManyAttempts, WorkLineFull.
        Publishes SessionOpenedV1, SessionClosedV1, AuditDayClosedV1 as the first act of a day.
        """
        at = self.now()
        with (
            counted(metrics.record_sign_in),
            self._refusals_recorded("sign_in", username),
        ):
            found = open_slot.prove_password(
                self.store,
                self.passwords,
                SecondFactors(self.store.second_factors, self.sealer),
                username=username,
                password=password,
                otp=otp,
                takeover=takeover,
                address=address,
                at=at,
            )
        return self._open(found, takeover=takeover, at=at)

    @answers(lane=SESSION_LOOKUPS)
    def find_sessions(
        self, token_hashes: list[str]
    ) -> dict[str, LiveSessionFacts | EndedSessionFacts]:
        """Return whose each token is, by the SHA-256 of the token in hexadecimal digits.

        A token that opens nothing is left out; one whose session was taken over says so. A session
        is limited while its slot lacks the second factor that its role is demanded. The first use
        of an ended session is a refusal on record, those of no session are counted.
        """
        at = self.now()
        found = self.store.sessions.list_by_token(token_hashes, at=at)
        self._note_use(found, at)
        self.audit.count_refused("use_session", SessionEnded, len(set(token_hashes) - found.keys()))
        answer: dict[str, LiveSessionFacts | EndedSessionFacts] = {}
        for token_hash, session in found.items():
            if isinstance(session, TakenOver):
                self._record_used(session.kept, token_hash, SessionEndedElsewhere)
                since = wire_time(session.since)
                answer[token_hash] = {"ended": "taken_over", "since": since}
            elif isinstance(session, Expired):
                self._record_used(session.kept, token_hash, SessionEnded)
            else:
                kept, live = session
                answer[token_hash] = {
                    "session_id": live.id,
                    "expires_at": wire_time(live.expires_at),
                    "principal": kept.principal.to_wire(),
                    "limited": is_limited(
                        kept.slot.role,
                        is_demanded=self.settings.second_factor_demanded,
                        has_one=kept.has_second_factor,
                    ),
                }
        return answer

    @answers
    def close_session(self, session_id: str, slot_id: str) -> None:
        """Sign out; nothing happens when the session has ended already.

        Raises SessionEnded when the slot is no more. Publishes SessionClosedV1.
        """
        who = self.store.slots.get(slot_id).principal.to_wire()
        begun = self.audit.begin("sign_out", who, subject_of(slot_id))
        if self.store.sessions.close(session_id, slot_id, at=self.now()):
            begun.done({})
        else:
            begun.came_to_nothing()

    @answers
    def describe_session(self, by: PrincipalFacts) -> SignedInPrincipalFacts:
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
        holder: HolderRequestFacts,
        address: str,
    ) -> ActivationFacts:
        """Give a slot a password and a holder for its code, which dies; a live session ends.

        A bare LAO code of 7 digits stands for the slot of that LAO the activation code is of.
        Raises WrongActivationCode, ActivationCodeSpent, SlotLocked, WeakPassword,
        TooManyAttempts, WorkLineFull.
        Publishes SlotActivatedV1, HolderChangedV1, SessionClosedV1.
        """
        at = self.now()
        with (
            counted(metrics.record_activation),
            self._refusals_recorded("activate", username),
        ):
            claim = open_slot.prove_code(
                self.store,
                self.passwords,
                self.codes,
                username=username,
                activation_code=activation_code,
                password=password,
                address=address,
                at=at,
            )
        slot = claim.found.slot
        who = slot.principal(None).to_wire()
        with (
            counted(metrics.record_activation),
            self.audit.watch("activate", who, subject_of(slot.id)),
        ):
            activated = open_slot.activate(self.store, self.codes, claim, holder, at=at)
        metrics.record_activation("activated")
        return activated

    @answers
    def change_password(
        self,
        by: PrincipalFacts,
        session_id: str,
        current_password: str,
        new_password: str,
    ) -> None:
        """Replace the caller's password; any other session of the slot ends, and its ThaID link.

        Raises WrongCredentials, WeakPassword, TooManyAttempts, WorkLineFull.
        Publishes SessionClosedV1.
        """
        principal = Principal.from_wire(by)
        with self.audit.watch("change_password", by, subject_of(principal.slot_id)):
            at = self.now()
            require_strong(new_password, principal.username, pointer="/new_password")
            kept = open_slot.require_password(
                self.store, self.passwords, principal, current_password, at=at
            )
            made = self.passwords.make(new_password)
            if not self.store.sessions.change_password(
                principal.slot_id, kept, made, session_id=session_id, at=at
            ):
                raise WrongCredentials

    def _note_use(self, found: Mapping[str, Any], at: datetime) -> None:
        """Note that sessions are used, each every five minutes at most."""
        idle = self.settings.session_lifetime.idle
        used = {
            each[0].slot.id: each[1].id
            for each in found.values()
            if isinstance(each, tuple) and each[1].is_worth_noting(at=at, idle=idle)
        }
        if used:
            self.store.sessions.note_use(used, idle_at=at + idle)

    def _record_used(self, kept: KeptSlot, token_hash: str, refusal: type[ServiceError]) -> None:
        """Record once that an ended session was used; its browser may go on trying."""
        slot = kept.slot
        if self.store.sessions.note_refused(slot.id, token_hash):
            facts = {"code": refusal.code, **facts_of(slot)}
            self.audit.record("use_session", None, subject_of(slot.id), "refused", facts)
