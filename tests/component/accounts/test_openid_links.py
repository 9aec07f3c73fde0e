"""A slot is linked to a person at the provider only while it is still theirs."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.clock import now
from contracts.accounts.errors import OpenIdRefused
from services.accounts.openid import Person
from services.accounts.store import AccountsStore
from services.accounts.store.openid import Flow
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import DISTRICT, OFFICER, OPERATOR

PERSON = Person(pid_hash="0" * 64, name="ผู้ทดสอบ สอง", ial="2.3")


class Provider:
    """A provider that confirms whoever comes back."""

    def authorization_url(self, state: str) -> str:
        return f"https://provider.example/?state={state}"

    def identify(self, code: str, state: str) -> Person:
        return PERSON


@pytest.fixture
def linking(desk: Desk, slips: dict[str, str]) -> tuple[str, str]:
    """The id of a slot whose holder is on the way to the provider, and the state to come back."""
    desk.service.openid = Provider  # type: ignore[assignment]
    desk.activate(OFFICER, slips[OFFICER])
    by = desk.principal(desk.sign_in(OFFICER))
    desk.clock.go(minutes=1)
    return by.slot_id, desk.service.begin_openid_link(by.to_wire())["state"]


def test_the_holder_who_comes_back_is_linked(
    desk: Desk, database: Any, linking: tuple[str, str]
) -> None:
    slot_id, state = linking

    assert desk.service.finish_openid(state, "code") == {"session": None}

    assert database.slots.find_one({"_id": slot_id})["openid"]["pid_hash"] == PERSON.pid_hash


def test_a_slot_that_changed_hands_in_between_is_not_linked(
    desk: Desk, database: Any, linking: tuple[str, str]
) -> None:
    slot_id, state = linking
    begun = desk.service.begin_handover(OPERATOR.to_wire(), slot_id)
    office = desk.read(DISTRICT, begun["issuance_id"])
    desk.clock.go(minutes=1)
    desk.activate(OFFICER, office[OFFICER])

    with pytest.raises(OpenIdRefused):
        desk.service.finish_openid(state, "code")

    assert not database.slots.find_one({"_id": slot_id}).get("openid")
    (entry,) = database.audit.find({"act": "link_openid"})
    assert (entry["outcome"], entry["facts"]["code"]) == ("refused", "accounts.openid_refused")


def test_a_slot_that_nobody_holds_is_not_linked(desk: Desk, store: AccountsStore) -> None:
    slot_id = desk.slot(OFFICER)["slot_id"]
    flow = Flow(OFFICER, slot_id, False, now() + timedelta(days=1))

    assert not store.openid.link(flow, {"pid_hash": "0" * 64}, at=now())
