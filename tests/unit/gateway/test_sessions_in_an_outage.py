"""While accounts is away the officers it knew of lately file on, and do not wait for it each."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import eventlet
import pytest

from contracts.accounts.errors import SessionEnded
from contracts.errors import ServiceUnavailable
from contracts.fields import wire_time
from contracts.principal import Principal, Role
from gateway import authentication
from gateway.authentication import Sessions

NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
SILENT_SECONDS = 0.2


class Accounts:
    """Knows every session, but while it is away each question waits in vain for its time."""

    def __init__(self) -> None:
        self.is_away = False
        self.closed = False
        self.asked = 0

    def find_sessions(self, token_hashes: list[str]) -> dict[str, Any]:
        self.asked += 1
        if self.is_away:
            eventlet.sleep(SILENT_SECONDS)
            raise ServiceUnavailable(service="accounts")
        return {} if self.closed else {one: self._session(one) for one in token_hashes}

    def _session(self, token_hash: str) -> dict[str, Any]:
        principal = Principal(token_hash, "x", Role.LAO_OFFICER, "organisation", "x")
        return {
            "session_id": token_hash[:8],
            "expires_at": wire_time(NOW + timedelta(hours=12)),
            "principal": principal.to_wire(),
        }


@pytest.fixture
def accounts():
    return Accounts()


@pytest.fixture
def sessions(accounts, monkeypatch):
    monkeypatch.setattr(authentication, "FRESH_SECONDS", 0.0)
    sessions = Sessions(accounts, lambda: NOW)
    for token in ("first", "second"):
        sessions.authenticate(token)
    accounts.is_away = True
    sessions.authenticate("first")  # who meets the outage waits it out
    return sessions


def test_who_was_known_is_let_through_at_once(accounts, sessions):
    asked = accounts.asked
    with eventlet.Timeout(SILENT_SECONDS / 2):
        for token in ("first", "second") * 50:
            principal, _ = sessions.authenticate(token)
            assert principal.slot_id == hashlib.sha256(token.encode()).hexdigest()
            eventlet.sleep(0)

    assert accounts.asked == asked + 1


def test_who_was_not_known_is_told_to_come_back(sessions):
    with pytest.raises(ServiceUnavailable):
        sessions.authenticate("third")


def test_when_it_is_back_everybody_is_asked_for_again(accounts, sessions):
    accounts.is_away, accounts.closed = False, True
    sessions.authenticate("first")
    eventlet.sleep(0.01)

    with pytest.raises(SessionEnded):
        sessions.authenticate("second")
    with pytest.raises(SessionEnded):
        sessions.authenticate("first")
