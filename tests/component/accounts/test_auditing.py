"""Nothing in the audit chain can be changed, left out, moved or cut off without being found."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import eventlet
import orjson
import pytest

from chassis.clock import now
from contracts.accounts.sign_in import SlotInUse
from services.accounts.audit.__main__ import Tampered, verify
from services.accounts.audit.trail import AuditTrail
from services.accounts.stores import AccountsStore
from tests.component.accounts.krabi import DISTRICT, OPERATOR
from tests.component.accounts.krabi import announced as events_in
from tools.programs import ROOT

MORNING = datetime(2026, 1, 15, 2, 0, tzinfo=UTC)
NEXT_DAY = MORNING + timedelta(days=1)
ORGANISATION = "5b1f0c9e7a32"


class SetClock:
    """A clock that a test sets."""

    at = MORNING

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def audit(store: AccountsStore, clock: SetClock) -> AuditTrail:
    return AuditTrail(store.audit, clock)


@pytest.fixture
def chain(audit: AuditTrail, clock: SetClock) -> AuditTrail:
    """Two days of three entries each."""
    for at in (MORNING, NEXT_DAY):
        clock.at = at
        for number in range(3):
            audit.record("lock", OPERATOR.to_wire(), f"slot:{ORGANISATION}-{number + 1}")
    return audit


def entries_of(database: Any) -> list[dict[str, Any]]:
    return list(database.audit.find(sort=[("_id", 1)]))


def test_a_sound_chain_is_told_with_the_head_of_each_day(
    chain: AuditTrail, store: AccountsStore, database: Any
) -> None:
    heads = [entry["sha256"] for entry in entries_of(database)][2::3]

    assert list(verify(store.audit)) == [
        f"2026-01-15: 3 entries, head {heads[0]}",
        f"2026-01-16: 3 entries, head {heads[1]}",
    ]
    assert list(verify(store.audit, "2026-01-16")) == [f"2026-01-16: 3 entries, head {heads[1]}"]


def test_an_entry_says_who_did_what_to_whom_and_what_became_of_it(
    audit: AuditTrail, database: Any
) -> None:
    audit.record(
        "hand_over", DISTRICT.to_wire(), f"slot:{ORGANISATION}-1", "refused", {"code": "x"}
    )

    (entry,) = entries_of(database)
    assert entry["by"] == {"slot_id": "y-1", "username": "d8104"}
    assert (entry["act"], entry["outcome"]) == ("hand_over", "refused")
    assert entry["organisation_ids"] == [ORGANISATION]
    assert entry["at"] == "2026-01-15T09:00:00.000+07:00"


@pytest.mark.parametrize(
    ("day", "number", "changed"),
    [
        ("2026-01-15", 2, {"act": "unlock"}),
        ("2026-01-15", 1, {"by.username": "d8104"}),
        ("2026-01-16", 3, {"outcome": "refused"}),
        ("2026-01-16", 1, {"facts": {"reason": "another"}}),
        ("2026-01-15", 3, {"at": "2026-01-15T09:00:00.001+07:00"}),
    ],
)
def test_a_changed_field_is_found(
    chain: AuditTrail,
    store: AccountsStore,
    database: Any,
    day: str,
    number: int,
    changed: dict[str, Any],
) -> None:
    database.audit.update_one({"day": day, "seq": number}, {"$set": changed})

    with pytest.raises(Tampered, match=f"{day}: entry {number} was changed"):
        list(verify(store.audit))


def test_a_changed_entry_with_its_hash_made_anew_is_found_at_the_next_one(
    chain: AuditTrail, store: AccountsStore, database: Any
) -> None:
    from services.accounts.audit.rules import hash_of

    entry = entries_of(database)[1]
    forged = {k: v for k, v in entry.items() if k not in ("_id", "outbox")} | {"act": "unlock"}
    forged["sha256"] = hash_of(forged)
    database.audit.update_one({"_id": entry["_id"]}, {"$set": forged})

    with pytest.raises(Tampered, match="2026-01-15: entry 3 does not follow"):
        list(verify(store.audit))


@pytest.mark.parametrize("number", [1, 2])
def test_a_deleted_entry_is_found(
    chain: AuditTrail, store: AccountsStore, database: Any, number: int
) -> None:
    database.audit.delete_one({"day": "2026-01-16", "seq": number})

    with pytest.raises(Tampered, match=f"2026-01-16: entry {number} is missing"):
        list(verify(store.audit))


def test_two_entries_that_changed_places_are_found(
    chain: AuditTrail, store: AccountsStore, database: Any
) -> None:
    first, second = entries_of(database)[:2]
    database.audit.delete_many({"_id": {"$in": [first["_id"], second["_id"]]}})
    for entry, place in ((first, second), (second, first)):
        database.audit.insert_one({**entry, "_id": place["_id"], "seq": place["seq"]})

    with pytest.raises(Tampered, match="2026-01-15: entry 1 was changed"):
        list(verify(store.audit))


@pytest.mark.parametrize("day", ["2026-01-15", "2026-01-16"])
def test_a_cut_tail_is_found(
    chain: AuditTrail, store: AccountsStore, database: Any, day: str
) -> None:
    database.audit.delete_one({"day": day, "seq": 3})

    with pytest.raises(Tampered, match=f"{day}: entry 3 is missing"):
        list(verify(store.audit))
    with pytest.raises(Tampered, match=f"{day}: entry 3 is missing"):
        list(verify(store.audit, day))


def test_a_tail_cut_together_with_what_is_kept_beside_it_is_missed_by_a_head_once_told(
    chain: AuditTrail, store: AccountsStore, database: Any
) -> None:
    head = entries_of(database)[-1]["sha256"]
    database.audit.delete_many({"day": "2026-01-16"})
    database.audit_heads.delete_one({"_id": "2026-01-16"})

    with pytest.raises(Tampered, match=f"no entry has the hash {head}"):
        list(verify(store.audit, head=head))


def test_the_head_of_a_day_is_announced_when_the_next_one_begins(
    chain: AuditTrail, database: Any
) -> None:
    (closed,) = events_in(database, "audit_day_closed")

    facts = orjson.loads(closed["body"])
    assert facts["day_id"] == "2026-01-15"
    assert facts["entries"] == 3
    assert facts["head_sha256"] == entries_of(database)[2]["sha256"]


def test_a_process_whose_clock_is_behind_appends_to_the_new_day(
    chain: AuditTrail, store: AccountsStore, clock: SetClock
) -> None:
    clock.at = NEXT_DAY.replace(hour=16) - timedelta(days=1)

    chain.record("lock", None, "slot:x")

    assert list(verify(store.audit))[1].startswith("2026-01-16: 4 entries")


def test_what_several_trails_append_at_once_is_one_chain_with_every_entry(
    store: AccountsStore, clock: SetClock, database: Any
) -> None:
    trails = [AuditTrail(store.audit, clock) for _ in range(4)]
    threads = [
        eventlet.spawn(trail.record, "lock", None, f"slot:{n}-{m}")
        for n, trail in enumerate(trails)
        for m in range(25)
    ]
    for thread in threads:
        thread.wait()

    (told,) = verify(store.audit)
    assert told.startswith("2026-01-15: 100 entries")
    assert len({entry["subject"] for entry in entries_of(database)}) == 100


def test_what_a_block_refuses_is_recorded_with_its_code_and_what_it_does_with_its_facts(
    audit: AuditTrail, database: Any
) -> None:
    with pytest.raises(SlotInUse), audit.watch("sign_in", None, "slot:x", {"n": 1}):
        raise SlotInUse(since="")
    with audit.watch("sign_in", None, "slot:x") as facts:
        facts["slots"] = 2

    refused, done = entries_of(database)
    assert refused["facts"] == {"n": 1, "code": "accounts.slot_in_use"}
    assert (refused["outcome"], done["outcome"]) == ("refused", "done")
    assert done["facts"] == {"slots": 2}


def test_the_command_tells_the_heads_and_exits_with_one_when_something_is_wrong(
    store: AccountsStore, settings: Any, database: Any
) -> None:
    AuditTrail(store.audit, now).record("lock", None, "slot:x")

    def run() -> subprocess.CompletedProcess[str]:
        command = (sys.executable, "-m", "services.accounts.audit", "verify")
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    sound = run()
    database.audit.update_one({}, {"$set": {"act": "unlock"}})
    tampered = run()

    assert (sound.returncode, tampered.returncode) == (0, 1)
    assert "1 entries, head" in sound.stdout
    assert "entry 1 was changed" in tampered.stderr
