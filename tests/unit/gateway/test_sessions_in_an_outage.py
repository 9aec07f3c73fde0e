"""While accounts is away the officers it knew of lately file on, and do not wait for it each."""

import hashlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import eventlet
import pytest
from eventlet.event import Event

from contracts.accounts.sign_in import SessionEnded
from contracts.errors import ServiceUnavailable
from contracts.fields import wire_time
from contracts.principal import Principal, Role
from gateway import authentication
from gateway.authentication import Sessions
from tests.builders.waiting import HANG_SECONDS, soon

NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
LASTS = timedelta(hours=12)


class Accounts:
    """Knows every session, but while it is away each question waits in vain until given up."""

    def __init__(self) -> None:
        self.is_away = False
        self.closed = False
        self.asked = 0
        self.given_up = Event()
        self.given_up.send()

    def find_sessions(self, token_hashes: list[str]) -> dict[str, Any]:
        self.asked += 1
        if self.is_away:
            self.given_up.wait()
            raise ServiceUnavailable(service="accounts")
        return {} if self.closed else {one: self._session(one) for one in token_hashes}

    def _session(self, token_hash: str) -> dict[str, Any]:
        principal = Principal(token_hash, "x", Role.LAO_OFFICER, "organisation", "x")
        return {
            "session_id": token_hash[:8],
            "expires_at": wire_time(NOW + LASTS),
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
    accounts.given_up = Event()  # it is not, so whoever waited would hang
    with eventlet.Timeout(HANG_SECONDS):
        for token in ("first", "second") * 50:
            signed_in = sessions.authenticate(token)
            assert signed_in.principal.slot_id == hashlib.sha256(token.encode()).hexdigest()
            eventlet.sleep(0)

    assert accounts.asked == asked + 1
    accounts.given_up.send()


def test_a_session_announced_as_closed_is_asked_for_again_however_fresh(accounts, monkeypatch):
    monkeypatch.setattr(authentication, "FRESH_SECONDS", HANG_SECONDS)
    sessions = Sessions(accounts, lambda: NOW)
    session_id = sessions.authenticate("first").session_id
    accounts.closed = True
    assert sessions.authenticate("first")

    sessions.forget(session_id)

    with pytest.raises(SessionEnded):
        sessions.authenticate("first")


def test_who_was_not_known_is_told_to_come_back(sessions):
    with pytest.raises(ServiceUnavailable):
        sessions.authenticate("third")


@pytest.mark.parametrize("who", ["first", "second"], ids=["known to be away", "who meets it"])
def test_an_outage_is_bridged_for_its_time_and_no_longer(accounts, sessions, monkeypatch, who):
    sessions._is_away = who == "first"
    monkeypatch.setattr(authentication, "OUTAGE_SECONDS", 0.0)

    with pytest.raises(ServiceUnavailable):
        sessions.authenticate(who)


@pytest.mark.parametrize("is_away", [False, True])
def test_a_remembered_session_ends_at_its_time_also_while_nobody_can_be_asked(
    accounts, monkeypatch, is_away
):
    monkeypatch.setattr(authentication, "FRESH_SECONDS", 0.0 if is_away else 60.0)
    now = [NOW]
    sessions = Sessions(accounts, lambda: now[0])
    sessions.authenticate("first")
    accounts.is_away = is_away

    now[0] = NOW + LASTS - timedelta(milliseconds=1)
    sessions.authenticate("first")
    now[0] = NOW + LASTS
    with pytest.raises(SessionEnded):
        sessions.authenticate("first")


@pytest.mark.parametrize(("age", "asked"), [(4.99, 0), (5.0, 0), (5.01, 1)])
def test_a_session_is_asked_for_again_when_it_is_no_longer_fresh(accounts, monkeypatch, age, asked):
    at = [1_000.0]
    monkeypatch.setattr(authentication, "time", SimpleNamespace(monotonic=lambda: at[0]))
    monkeypatch.setattr(authentication, "FRESH_SECONDS", 5.0)
    sessions = Sessions(accounts, lambda: NOW)
    sessions.authenticate("first")

    at[0] += age
    sessions.authenticate("first")

    assert accounts.asked == 1 + asked


def test_when_it_is_back_everybody_is_asked_for_again(accounts, sessions):
    accounts.is_away, accounts.closed = False, True
    sessions.authenticate("first")
    soon(lambda: not sessions._is_away)

    with pytest.raises(SessionEnded):
        sessions.authenticate("second")
    with pytest.raises(SessionEnded):
        sessions.authenticate("first")
