"""What every way of opening a slot has in common: how it is counted, and what is on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from contracts.accounts.issuance import WrongActivationCode
from contracts.accounts.openid import (
    OpenIdLevelTooLow,
    OpenIdNotLinked,
    OpenIdRefused,
    OpenIdUnavailable,
)
from contracts.accounts.sign_in import SessionFacts, TooManyAttempts, WeakPassword, WrongCredentials
from contracts.errors import ServiceError, WorkLineFull
from contracts.fields import wire_time
from contracts.reading import read_username
from services.accounts import metrics
from services.accounts.audit.trail import AuditTrail, facts_of, subject_of
from services.accounts.settings import Settings
from services.accounts.sign_in import open_slot
from services.accounts.sign_in.store.sessions import SignInSlot
from services.accounts.stores import AccountsStore

# Refusals that anybody may cause who has shown nothing.
OF_ANYBODY = (
    WrongCredentials,
    WrongActivationCode,
    WeakPassword,
    TooManyAttempts,
    WorkLineFull,
    OpenIdLevelTooLow,
    OpenIdNotLinked,
    OpenIdRefused,
    OpenIdUnavailable,
)


class Opening:
    """For questions that open slots."""

    store: AccountsStore
    settings: Settings
    audit: AuditTrail

    def _open(self, found: SignInSlot, *, takeover: bool, at: datetime, **how: str) -> SessionFacts:
        """Return the session of somebody who has proved who they are; `how` goes on record.

        Raises SlotLocked, SlotInUse, WrongCredentials.
        """
        who, subject = found.kept.principal.to_wire(), subject_of(found.kept.slot.id)
        with (
            counted(metrics.record_sign_in),
            self.audit.watch("sign_in", who, subject, how) as facts,
        ):
            session, ended = open_slot.begin_session(
                self.store,
                found,
                takeover=takeover,
                at=at,
                lifetime=self.settings.session_lifetime,
            )
            if ended is not None:
                facts |= {"ended": ended.how, "since": wire_time(ended.since)}
        metrics.record_sign_in("opened" if ended is None else ended.how)
        return session

    @contextmanager
    def _refusals_recorded(self, act: str, username: str) -> Iterator[None]:
        """Record the refusals of who has shown a slot's password or code; count all others."""
        try:
            yield
        except ServiceError as refusal:
            found = self.store.sessions.find_slot(read_username(username))
            if found is None or isinstance(refusal, OF_ANYBODY):
                # A name nobody has may be anything, so it is not kept.
                self.audit.count_refused(
                    act, type(refusal), 1, of=None if found is None else found.kept.slot
                )
            else:
                facts = {"code": refusal.code, **facts_of(found.kept.slot)}
                subject = subject_of(found.kept.slot.id)
                self.audit.record(act, None, subject, "refused", facts)
            raise


@contextmanager
def counted(count: Callable[[str], None]) -> Iterator[None]:
    """Count what the block refuses."""
    try:
        yield
    except ServiceError as refusal:
        count(refusal.code)
        raise
