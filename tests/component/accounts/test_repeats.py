"""A request that creates something may be repeated with its key: it is done once."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.clock import now
from contracts.accounts.slots import SlotAlreadyExists
from contracts.errors import IdempotencyKeyReused, InvalidInput
from contracts.reference.calendar import as_bangkok
from services.accounts.organisations.rules.organisation import OrganisationKind
from services.accounts.repeats.store import RepeatStore
from services.accounts.stores import AccountsStore
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import OPERATOR, Crash

BY = OPERATOR.to_wire()
WANTED = {
    "kind": "rename",
    "name": "เพหลาใหม่",
    "effective_on": (as_bangkok(now()).date() + timedelta(days=30)).isoformat(),
    "order_no": "ประกาศ 1/2569",
    "reason": "ทดสอบ",
}


@pytest.fixture
def phela(desk: Desk, store: AccountsStore) -> str:
    found = store.organisations.find_by_code(OrganisationKind.LAO, "6810409")
    assert found is not None
    return found.id


@pytest.fixture
def office(desk: Desk, database: Any) -> str:
    return str(database.organisations.find_one({"kind": "province_office"})["_id"])


def schedule(desk: Desk, organisation_id: str, key: str | None, **changes: Any) -> dict[str, Any]:
    return desk.service.schedule_organisation_change(
        BY, organisation_id, WANTED | changes, idempotency_key=key
    )


def test_a_repeat_gets_the_answer_again_and_changes_nothing(
    desk: Desk, store: AccountsStore, phela: str
) -> None:
    first, again = (schedule(desk, phela, "key-1") for _ in range(2))

    assert (first.pop("replayed"), again.pop("replayed")) == (False, True)
    assert first == again
    assert len(store.changes.get(phela).changes) == 1


def test_a_key_is_refused_with_another_request_and_is_the_slots_own(
    desk: Desk, store: AccountsStore, phela: str
) -> None:
    schedule(desk, phela, "key-1")

    with pytest.raises(IdempotencyKeyReused):
        schedule(desk, phela, "key-1", name="อีกชื่อ")

    other = BY | {"slot_id": "another", "username": "another"}
    desk.service.schedule_organisation_change(
        other, phela, WANTED | {"name": "อีกชื่อ"}, idempotency_key="key-1"
    )
    assert len(store.changes.get(phela).changes) == 2


def test_codes_asked_for_again_are_one_issuance_and_of_another_scope_are_refused(
    desk: Desk, database: Any
) -> None:
    def ask(by: dict[str, Any] = BY, district: str = "8104", key: str | None = "key-1") -> Any:
        return desk.service.create_issuance(by, {"district": district}, False, idempotency_key=key)

    first, again = ask(), ask()
    with pytest.raises(IdempotencyKeyReused):
        ask(district="8101")
    others = [ask(BY | {"slot_id": "another"}), ask(key=None), ask(key=None)]

    assert (first.pop("replayed"), again.pop("replayed")) == (False, True)
    assert first == again
    jobs = list(database.jobs.find({"kind": "issue_codes"}))
    assert {job["_id"] for job in jobs} == {first["id"], *(each["id"] for each in others)}
    assert len({job["arguments"]["issuance_id"] for job in jobs}) == len(jobs) == 4


def test_a_key_whose_request_was_refused_is_free_again(desk: Desk, phela: str) -> None:
    with pytest.raises(InvalidInput):
        schedule(desk, phela, "key-1", name="เพหลา")

    assert schedule(desk, phela, "key-1")["state"] == "scheduled"


def test_a_request_cut_short_before_its_answer_is_not_done_twice(
    desk: Desk, store: AccountsStore, phela: str, office: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(RepeatStore, "answer", die)
        with pytest.raises(Crash):
            schedule(desk, phela, "key-1")
        with pytest.raises(Crash):
            desk.service.add_slot(BY, office, "คนที่สอง", idempotency_key="key-2")

    change = schedule(desk, phela, "key-1")
    slot = desk.service.add_slot(BY, office, "คนที่สอง", idempotency_key="key-2")

    assert [each.id for each in store.changes.get(phela).changes] == [change["id"]]
    assert store.slots.count_of(office) == 2
    assert slot["username"] == "p81-2"


def test_without_a_key_each_request_stands_for_itself(desk: Desk, office: str) -> None:
    desk.service.add_slot(BY, office, "คนที่สอง")

    with pytest.raises(SlotAlreadyExists):
        desk.service.add_slot(BY, office, "คนที่สอง")
