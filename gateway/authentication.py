"""Who is asking: the session behind a token, remembered for seconds.

Accounts is asked again every few seconds, and what it announces as closed is dropped at once. While
accounts cannot answer nobody can be signed out either, so a session it knew of lately still holds:
filing goes on through an outage of its database.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clients.accounts import AccountsClient
from contracts.accounts.errors import SessionEnded, SessionEndedElsewhere
from contracts.errors import ServiceUnavailable
from contracts.fields import read_time
from contracts.principal import Principal

FRESH_SECONDS = 5.0
OUTAGE_SECONDS = 15 * 60.0
SESSIONS_KEPT = 50_000


@dataclass(slots=True)
class _Known:
    principal: Principal
    session_id: str
    expires_at: datetime
    asked_at: float
    is_fresh: bool = True


class Sessions:
    """Sessions by the hash of their token; the token itself is not kept."""

    def __init__(self, accounts: AccountsClient, now: Callable[[], datetime]) -> None:
        self._accounts = accounts
        self._now = now
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._tokens: dict[str, str] = {}

    def authenticate(self, token: str) -> tuple[Principal, str]:
        """Return who holds the token, and the session's id.

        Raises SessionEnded, SessionEndedElsewhere, ServiceUnavailable.
        """
        token_hash = hashlib.sha256(token.encode()).hexdigest()
        known = self._known.get(token_hash)
        if known is None or not known.is_fresh or self._age(known) > FRESH_SECONDS:
            known = self._ask(token_hash, known)
        if known.expires_at <= self._now():
            self._drop(token_hash)
            raise SessionEnded
        return known.principal, known.session_id

    def _ask(self, token_hash: str, known: _Known | None) -> _Known:
        try:
            found = self._accounts.find_sessions([token_hash]).get(token_hash)
        except ServiceUnavailable:
            if known is None or self._age(known) > OUTAGE_SECONDS:
                raise
            return known
        self._drop(token_hash)
        if found is None:
            raise SessionEnded
        if "ended" in found:
            raise SessionEndedElsewhere(since=found["since"])
        return self._keep(token_hash, found)

    def _keep(self, token_hash: str, found: dict[str, Any]) -> _Known:
        known = _Known(
            Principal.from_wire(found["principal"]),
            found["session_id"],
            read_time(found["expires_at"]),
            time.monotonic(),
        )
        self._known[token_hash] = known
        self._tokens[known.session_id] = token_hash
        if len(self._known) > SESSIONS_KEPT:
            self._drop(next(iter(self._known)))
        return known

    def _drop(self, token_hash: str) -> None:
        known = self._known.pop(token_hash, None)
        if known is not None:
            self._tokens.pop(known.session_id, None)

    @staticmethod
    def _age(known: _Known) -> float:
        return time.monotonic() - known.asked_at

    def forget(self, session_id: str) -> None:
        """Drop a session that was announced as closed."""
        self._drop(self._tokens.get(session_id, ""))

    def doubt_slot(self, slot_id: str) -> None:
        """Ask again about a slot's session at its next use, since its holder has changed."""
        for known in self._known.values():
            if known.principal.slot_id == slot_id:
                known.is_fresh = False

    def doubt_all(self) -> None:
        """Ask again about every session at its next use, since a closing may have been missed."""
        for known in self._known.values():
            known.is_fresh = False
