"""Finds who is asking by the session behind a token, which is remembered for seconds.

Accounts is asked again every few seconds, and what it announces as closed is dropped at once. While
accounts cannot answer nobody can be signed out either, so a session it knew of lately still holds:
filing goes on through an outage of its database. Only the first to meet the outage waits in vain.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import eventlet
from eventlet.event import Event as Promise

from clients.accounts import AccountsClient
from contracts.accounts.sign_in import (
    EndedSessionFacts,
    LiveSessionFacts,
    SessionEnded,
    SessionEndedElsewhere,
)
from contracts.errors import ServiceUnavailable
from contracts.fields import read_time
from contracts.principal import Principal

FRESH_SECONDS = 5.0
TOGETHER_MOST = 200
TOGETHER_SECONDS = 0.05
OUTAGE_SECONDS = 15 * 60.0
SESSIONS_KEPT = 50_000

Found = LiveSessionFacts | EndedSessionFacts


class SignedIn(NamedTuple):
    """Who holds a token, and the session it opens; a limited one is for setting up the second
    factor that is demanded.
    """

    principal: Principal
    session_id: str
    is_limited: bool = False


@dataclass(slots=True)
class _Known:
    signed_in: SignedIn
    expires_at: datetime
    asked_at: float
    is_fresh: bool


class Lookups:
    """Asks for many tokens at once: whoever comes while a question is on its way goes with the
    next. A question that takes longer than TOGETHER_SECONDS holds up nobody behind it.
    """

    def __init__(self, ask: Callable[[list[str]], dict[str, Found]]) -> None:
        self._ask = ask
        self._waiting: dict[str, Promise] = {}
        self._thread: Any = None

    def find(self, token_hash: str) -> Found | None:
        """Return what accounts knows of a token, or raise what asking raised."""
        promise = self._waiting.get(token_hash)
        if promise is None:
            promise = self._waiting[token_hash] = Promise()
        if not self._thread:
            self._thread = eventlet.spawn(self._ask_for_all)
        found: Found | None = promise.wait()
        return found

    def _ask_for_all(self) -> None:
        while self._waiting:
            taken = dict(islice(self._waiting.items(), TOGETHER_MOST))
            for token_hash in taken:
                del self._waiting[token_hash]
            asking = eventlet.spawn(self._answer, taken)
            with eventlet.Timeout(TOGETHER_SECONDS, False):
                asking.wait()
        self._thread = None

    def _answer(self, taken: dict[str, Promise]) -> None:
        try:
            found = self._ask(list(taken))
        except Exception as problem:  # noqa: BLE001 (raised to everybody who waits for it)
            for promise in taken.values():
                promise.send_exception(problem)
            return
        for token_hash, promise in taken.items():
            promise.send(found.get(token_hash))


class Sessions:
    """Sessions by the hash of their token; the token itself is not kept."""

    def __init__(self, accounts: AccountsClient, now: Callable[[], datetime]) -> None:
        self._lookups = Lookups(accounts.find_sessions)
        self._now = now
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._tokens: dict[str, str] = {}
        self._is_away = False
        self._is_knocking = False

    def authenticate(self, token: str) -> SignedIn:
        """Return who holds the token. A limited session is asked about at each use, so that it is
        limited no longer from the moment its second factor counts.

        Raises SessionEnded, SessionEndedElsewhere, ServiceUnavailable.
        """
        token_hash = hashlib.sha256(token.encode()).hexdigest()
        known = self._known.get(token_hash)
        if known is None or not known.is_fresh or self._age(known) > FRESH_SECONDS:
            known = self._ask(token_hash, known)
        if known.expires_at <= self._now():
            self._drop(token_hash)
            raise SessionEnded
        return known.signed_in

    def _ask(self, token_hash: str, known: _Known | None) -> _Known:
        holds = known is not None and self._age(known) <= OUTAGE_SECONDS
        if known is not None and holds and self._is_away:
            self._knock(token_hash)
            return known
        try:
            found = self._find(token_hash)
        except ServiceUnavailable:
            if known is None or not holds:
                raise
            return known
        self._drop(token_hash)
        if found is None:
            raise SessionEnded
        if "ended" in found:
            raise SessionEndedElsewhere(since=found["since"])
        return self._keep(token_hash, found)

    def _find(self, token_hash: str) -> Found | None:
        is_away = False
        try:
            return self._lookups.find(token_hash)
        except ServiceUnavailable:
            is_away = True
            raise
        finally:
            self._is_away = is_away

    def _knock(self, token_hash: str) -> None:
        """Find out beside the requests, one question at a time, whether accounts is back."""
        if not self._is_knocking:
            self._is_knocking = True
            eventlet.spawn(self._find_in_peace, token_hash)

    def _find_in_peace(self, token_hash: str) -> None:
        try:
            with suppress(ServiceUnavailable):  # it is still away, which is noted
                self._find(token_hash)
        finally:
            self._is_knocking = False

    def _keep(self, token_hash: str, found: LiveSessionFacts) -> _Known:
        signed_in = SignedIn(
            Principal.from_wire(found["principal"]),
            found["session_id"],
            found.get("limited", False),
        )
        known = _Known(
            signed_in,
            read_time(found["expires_at"]),
            time.monotonic(),
            is_fresh=not signed_in.is_limited,
        )
        self._known[token_hash] = known
        self._tokens[signed_in.session_id] = token_hash
        if len(self._known) > SESSIONS_KEPT:
            self._drop(next(iter(self._known)))
        return known

    def _drop(self, token_hash: str) -> None:
        known = self._known.pop(token_hash, None)
        if known is not None:
            self._tokens.pop(known.signed_in.session_id, None)

    @staticmethod
    def _age(known: _Known) -> float:
        return time.monotonic() - known.asked_at

    def forget(self, session_id: str) -> None:
        """Drop a session that was announced as closed."""
        self._drop(self._tokens.get(session_id, ""))

    def doubt_slot(self, slot_id: str) -> None:
        """Ask again about a slot's session at its next use, since its holder has changed."""
        for known in self._known.values():
            if known.signed_in.principal.slot_id == slot_id:
                known.is_fresh = False

    def doubt_all(self) -> None:
        """Ask again about every session at its next use, since a closing may have been missed."""
        for known in self._known.values():
            known.is_fresh = False
