"""Whoever holds a slot is asked again once that has changed, or is about to."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.fields import wire_time
from contracts.principal import Principal, Role
from gateway.authentication import Sessions

NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Accounts:
    """Knows a session for each token, by the name its holder has now."""

    def __init__(self) -> None:
        self.slots = {hash_of("first"): "a", hash_of("second"): "b"}
        self.names = {"a": "ก่อน", "b": "ก่อน"}
        self.limited = False
        self.asked: list[str] = []

    def find_sessions(self, token_hashes: list[str]) -> dict[str, Any]:
        slot_id = self.slots[token_hashes[0]]
        self.asked.append(slot_id)
        principal = Principal(
            slot_id, slot_id, Role.LAO_OFFICER, "organisation", "x", holder_name=self.names[slot_id]
        )
        return {
            token_hashes[0]: {
                "session_id": f"session-{slot_id}",
                "expires_at": wire_time(NOW + timedelta(hours=12)),
                "principal": principal.to_wire(),
                "limited": self.limited,
            }
        }


def test_a_new_holder_is_known_at_the_next_request_of_that_slot_and_no_other_is_asked_for():
    accounts = Accounts()
    sessions = Sessions(accounts, lambda: NOW)  # type: ignore[arg-type]
    for token in ("first", "second"):
        sessions.authenticate(token)
    accounts.names["a"] = "หลัง"

    sessions.doubt_slot("a")

    assert sessions.authenticate("first").principal.holder_name == "หลัง"
    assert sessions.authenticate("second").principal.holder_name == "ก่อน"
    assert accounts.asked == ["a", "b", "a"]


def test_a_limited_session_is_asked_about_each_time_until_it_is_whole():
    accounts = Accounts()
    accounts.limited = True
    sessions = Sessions(accounts, lambda: NOW)  # type: ignore[arg-type]

    assert [sessions.authenticate("first").is_limited for _ in "12"] == [True, True]
    accounts.limited = False
    assert [sessions.authenticate("first").is_limited for _ in "12"] == [False, False]
    assert accounts.asked == ["a", "a", "a"]
