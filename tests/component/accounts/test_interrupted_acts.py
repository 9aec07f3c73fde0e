"""An act whose process dies before its entry is written gets one all the same."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import eventlet
import pytest

from chassis.clock import now
from contracts.principal import Principal
from contracts.reference.calendar import as_bangkok
from services.accounts.audit.__main__ import verify
from services.accounts.audit.store import AuditStore
from services.accounts.audit.trail import LEFT_AFTER, AuditTrail
from services.accounts.stores import AccountsStore
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import DISTRICT, OFFICER, OPERATOR, Crash
from tools.programs import ROOT

LOCKS_AND_IS_KILLED = """
import os, signal, sys
from chassis.clock import now
from chassis.mongo import connect
from chassis.outbox import Outbox
from chassis.publisher import Wire
from services.accounts.audit.trail import AuditTrail
from services.accounts.service import AccountsService
from services.accounts.stores import AccountsStore
from services.accounts.audit.store import AuditStore

uri, slot_id = sys.argv[1:]
outbox = Outbox(Wire("amqp://nowhere/", "test"), AccountsService.announces.events)
service = AccountsService()
service.store = AccountsStore(connect(uri, "accounts"), outbox)
service.now = now
service.audit = AuditTrail(service.store.audit, now)
AuditStore.append = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
by = {"slot_id": "operator", "username": "operator", "role": "operator", "area": "country"}
service.lock_slot(by | {"area_code": ""}, slot_id, "ทดสอบ")
"""

Acts = dict[str, Callable[[], Any]]


@pytest.fixture
def acts(desk: Desk, slips: dict[str, str], officer: Principal) -> Acts:
    by, slot_id = OPERATOR.to_wire(), officer.slot_id
    change = {
        "kind": "rename",
        "name": "ใหม่",
        "effective_on": (as_bangkok(now()).date() + timedelta(days=9)).isoformat(),
        "order_no": "1",
        "reason": "ทดสอบ",
    }
    other = "5810401-2"
    return {
        "lock_slot": lambda: desk.service.lock_slot(by, slot_id, "ทดสอบ"),
        "sign_in": lambda: desk.sign_in(OFFICER, takeover=True),
        "activate": lambda: desk.activate(other, slips[other]),
        "begin_handover": lambda: desk.service.begin_handover(by, slot_id),
        "issue_codes": lambda: desk.service.create_issuance(by, {}, False),
        "schedule_organisation_change": lambda: desk.service.schedule_organisation_change(
            by, str(officer.organisation_id), change
        ),
    }


def next_process(store: AccountsStore) -> AuditTrail:
    """The trail of a process that looks when the act has been left for long."""
    return AuditTrail(store.audit, lambda: now() + LEFT_AFTER + timedelta(seconds=1))


def die(*_: Any, **__: Any) -> None:
    raise Crash


@pytest.mark.parametrize(
    "act",
    [
        "lock_slot",
        "sign_in",
        "activate",
        "begin_handover",
        "issue_codes",
        "schedule_organisation_change",
    ],
)
def test_an_act_cut_off_from_its_entry_is_entered_by_the_next_process(
    acts: Acts, store: AccountsStore, database: Any, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    before = database.audit.count_documents({"act": act})
    with monkeypatch.context() as patched:
        patched.setattr(AuditStore, "append", die)
        with pytest.raises(Crash):
            acts[act]()
    entries_then = database.audit.count_documents({"act": act})

    assert next_process(store).enter_interrupted() == 1
    assert next_process(store).enter_interrupted() == 0

    assert entries_then == before
    (entry,) = database.audit.find({"act": act}).sort("_id", -1).limit(1)
    assert entry["outcome"] == "interrupted"
    assert entry["by"]["username"]
    assert list(verify(store.audit))


def test_a_process_killed_between_an_act_and_its_entry_leaves_an_interrupted_act(
    desk: Desk, store: AccountsStore, database: Any, mongo_uri: str
) -> None:
    slot_id = desk.slot(OFFICER)["slot_id"]

    command = (sys.executable, "-c", LOCKS_AND_IS_KILLED, mongo_uri, slot_id)
    killed = subprocess.run(command, cwd=ROOT, env=os.environ, check=False)

    assert killed.returncode == -signal.SIGKILL
    assert desk.slot(OFFICER)["state"] == "locked"
    assert database.audit.count_documents({"act": "lock_slot"}) == 0
    assert next_process(store).enter_interrupted() == 1
    (entry,) = database.audit.find({"act": "lock_slot"})
    assert (entry["subject"], entry["outcome"]) == (f"slot:{slot_id}", "interrupted")
    assert database.audit_begun.count_documents({}) == 0


def test_an_act_that_has_its_entry_gets_no_second_one(
    store: AccountsStore, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(AuditStore, "forget", die)
        with pytest.raises(Crash), AuditTrail(store.audit, now).watch("lock", None, "slot:x"):
            pass

    assert next_process(store).enter_interrupted() == 0

    assert [entry["outcome"] for entry in database.audit.find()] == ["done"]
    assert database.audit_begun.count_documents({}) == 0


def test_an_act_on_its_way_is_left_to_whoever_does_it(store: AccountsStore, database: Any) -> None:
    trail = AuditTrail(store.audit, now)
    begun = trail.begin("lock", None, "slot:x")

    assert trail.enter_interrupted() == 0
    begun.done({})

    assert [entry["outcome"] for entry in database.audit.find()] == ["done"]


def test_an_act_that_goes_on_after_it_was_given_up_has_both_entries(
    store: AccountsStore, database: Any
) -> None:
    begun = AuditTrail(store.audit, now).begin("lock", None, "slot:x")

    next_process(store).enter_interrupted()
    begun.done({})

    entries = list(database.audit.find(sort=[("_id", 1)]))
    assert [entry["outcome"] for entry in entries] == ["interrupted", "done"]
    assert len({entry["act_id"] for entry in entries}) == 1


def test_of_several_processes_that_look_one_enters_an_act(
    store: AccountsStore, database: Any
) -> None:
    for number in range(20):
        AuditTrail(store.audit, now).begin("lock", None, f"slot:{number}")

    several = [eventlet.spawn(next_process(store).enter_interrupted) for _ in range(5)]

    assert sum(each.wait() for each in several) == 20
    assert database.audit.count_documents({"outcome": "interrupted"}) == 20


def test_what_fails_for_another_reason_may_be_done_and_is_entered_as_interrupted(
    store: AccountsStore, database: Any
) -> None:
    with (
        pytest.raises(ConnectionError),
        AuditTrail(store.audit, now).watch("lock", None, "slot:x"),
    ):
        raise ConnectionError

    next_process(store).enter_interrupted()

    assert [entry["outcome"] for entry in database.audit.find()] == ["interrupted"]


def test_nothing_is_entered_of_a_sign_out_that_found_nothing_to_end(
    desk: Desk, slips: dict[str, str], database: Any
) -> None:
    desk.activate(OFFICER, slips[OFFICER])
    found = desk.find(desk.sign_in(OFFICER))
    assert found is not None
    slot_id = found["principal"]["slot_id"]

    for _ in range(2):
        desk.service.close_session(found["session_id"], slot_id)

    assert database.audit.count_documents({"act": "sign_out"}) == 1
    assert database.audit_begun.count_documents({}) == 0


def test_refusals_on_the_way_to_an_import_are_entered(desk: Desk, database: Any) -> None:
    by = DISTRICT.to_wire()
    asked: list[Callable[[], Any]] = [
        lambda: desk.service.begin_import(by, "file.csv"),
        lambda: desk.service.add_import_chunk(by, "nothing", 0, ""),
        lambda: desk.service.add_import_chunk(OPERATOR.to_wire(), "nothing", 0, ""),
    ]

    for ask in asked:
        with pytest.raises(Exception, match=r"."):
            ask()

    refused = list(database.audit.find({"outcome": "refused"}, sort=[("_id", 1)]))
    assert [(entry["act"], entry["facts"]["code"]) for entry in refused] == [
        ("begin_import", "access.out_of_scope"),
        ("add_import_chunk", "access.out_of_scope"),
        ("add_import_chunk", "accounts.import_not_found"),
    ]


def test_the_first_use_of_an_ended_session_is_entered_and_strange_tokens_are_counted(
    desk: Desk, slips: dict[str, str], database: Any
) -> None:
    desk.activate(OFFICER, slips[OFFICER])
    taken_over, expired = desk.sign_in(OFFICER), desk.sign_in(OFFICER, takeover=True)
    desk.find(taken_over)
    desk.clock.go(days=1)
    for token in (taken_over, expired, "nobody's", "nobody's either"):
        for _ in range(2):
            desk.find(token)
    desk.service.enter_interrupted_acts()

    refused = list(database.audit.find({"act": "use_session"}, sort=[("_id", 1)]))

    codes = [(entry["facts"]["code"], entry["facts"].get("times")) for entry in refused]
    assert codes == [
        ("accounts.session_ended_elsewhere", None),
        ("accounts.session_ended", None),
        ("accounts.session_ended", 4),
    ]
    own = desk.slot(OFFICER)["organisation_id"]
    assert [entry["organisation_ids"] for entry in refused] == [[own], [own], []]
    assert taken_over not in str(refused)
