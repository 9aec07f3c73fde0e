"""A job is shown as the API promises, and nothing more of it."""

from __future__ import annotations

from datetime import UTC, datetime

from chassis.jobs import to_wire

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
DOCUMENT = {
    "_id": "mill-1",
    "kind": "grind",
    "arguments": {"secret": "recipe"},
    "requested_by": {"slot_id": "s1"},
    "state": "running",
    "done": 3,
    "total": 10,
    "errors": [],
    "result": None,
    "attempts": 1,
    "lease_until": NOON,
    "created_at": NOON,
    "finished_at": None,
}


def test_a_job_in_hand_shows_how_far_it_is_and_not_what_it_was_given():
    assert to_wire(DOCUMENT) == {
        "id": "mill-1",
        "kind": "grind",
        "state": "running",
        "done": 3,
        "total": 10,
        "errors": [],
        "result": None,
        "created_at": "2026-01-31T19:00:00.000+07:00",
        "finished_at": None,
    }


def test_a_job_that_is_over_shows_when_it_ended():
    over = to_wire(DOCUMENT | {"state": "done", "finished_at": NOON, "result": {"flour": 7}})

    assert over["finished_at"] == "2026-01-31T19:00:00.000+07:00"
    assert over["result"] == {"flour": 7}
