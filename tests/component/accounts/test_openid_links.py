"""Who may sign in through the provider: linked with all that the slot asks for, and until it ends.

The provider is a real one, spoken to over HTTP.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pyotp
import pytest

from contracts.accounts.openid import (
    NoOpenIdLink,
    OpenIdAlreadyLinked,
    OpenIdLevelTooLow,
    OpenIdNotLinked,
    OpenIdNotOffered,
    OpenIdRefused,
)
from contracts.accounts.second_factor import SecondFactorRequired, WrongSecondFactor
from contracts.accounts.sign_in import SlotInUse, TooManyAttempts, WrongCredentials
from contracts.accounts.slots import SlotLocked
from contracts.principal import Principal
from services.accounts.operator import set_operator
from services.accounts.settings import Settings
from services.accounts.sign_in.passwords import PasswordHashes
from services.accounts.sign_in.rules.sessions import Session
from services.accounts.sign_in.rules.throttling import FREE_ATTEMPTS, OF_ADDRESS
from services.accounts.stores import AccountsStore
from tests.builders.openid_provider import Provider
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import DISTRICT, OFFICER, OPERATOR, PASSWORD, PROVINCE
from tests.component.accounts.thaid import client_of, go_there, serving

HOME, AWAY = "192.0.2.1", "198.51.100.1"
NEW_PASSWORD = "นกยูงรำแพน 5 ตัว"
SOMEBODY_ELSE = "1100000000016"
OFFICE = "d8104"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def offered(desk: Desk, running: Provider) -> Desk:
    """The desk, where signing in through the provider is offered."""
    provider = client_of(running)
    desk.service.openid = lambda: provider
    return desk


def begin_link(desk: Desk, by: Principal, **more: str) -> dict[str, Any]:
    return desk.service.begin_openid_link(by.to_wire(), password=PASSWORD, **more)


def finish(desk: Desk, begun: dict[str, Any], **typed: str) -> Any:
    """Go to the provider and come back."""
    code = go_there(begun["authorization_url"], **typed)
    return desk.service.finish_openid(begun["state"], code)["session"]


def sign_in(desk: Desk, username: str = OFFICER, address: str = HOME, **typed: str) -> Any:
    begun = desk.service.begin_openid_sign_in(username, takeover=True, address=address)
    return finish(desk, begun, **typed)


@pytest.fixture
def linked(offered: Desk, officer: Principal) -> Principal:
    assert finish(offered, begin_link(offered, officer)) is None
    return officer


@pytest.fixture
def office(offered: Desk) -> Principal:
    """The holder of a district office, signed in; unlike an LAO's it may have a second factor."""
    slips = offered.read(PROVINCE, offered.issue(district="8104"))
    offered.activate(OFFICE, slips[OFFICE])
    return offered.principal(offered.sign_in(OFFICE))


def set_up_factor(desk: Desk, by: Principal) -> pyotp.TOTP:
    begun = desk.service.begin_second_factor(by.to_wire(), PASSWORD)
    factor = pyotp.TOTP(begun["secret"])
    desk.service.confirm_second_factor(by.to_wire(), factor.at(desk.clock()))
    desk.clock.go(seconds=60)
    return factor


def entries(database: Any, act: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return who, outcome and facts of an act's entries in the audit chain."""
    found = database.audit.find({"act": act}).sort("_id", 1)
    return [(each["by"]["username"], each["outcome"], each["facts"]) for each in found]


# -- linking --------------------------------------------------------------------------------


def test_a_link_is_seen_used_ended_and_on_record(
    offered: Desk, linked: Principal, database: Any
) -> None:
    seen = offered.service.get_openid_link(linked.to_wire())
    assert (seen["name"], seen["level"]) == ("ผู้ทดสอบ ไทยดี", "2.3")
    assert sign_in(offered)["principal"]["username"] == OFFICER
    with pytest.raises(OpenIdNotLinked):
        sign_in(offered, pid=SOMEBODY_ELSE)

    offered.service.remove_openid_link(linked.to_wire(), password=PASSWORD)

    for ask in (offered.service.get_openid_link, end_link(offered, PASSWORD)):
        with pytest.raises(NoOpenIdLink):
            ask(linked.to_wire())
    with pytest.raises(OpenIdNotLinked):
        sign_in(offered)
    assert entries(database, "link_openid") == [(OFFICER, "done", {"level": "2.3"})]
    assert entries(database, "unlink_openid")[0] == (OFFICER, "done", {})
    *_, (who, outcome, facts) = entries(database, "sign_in")
    assert (who, outcome, facts["way"], facts["level"]) == (OFFICER, "done", "openid", "2.3")
    assert facts["ended"] == "taken_over"


def end_link(desk: Desk, password: str) -> Callable[[dict[str, Any]], None]:
    return lambda by: desk.service.remove_openid_link(by, password=password)


def test_linking_and_ending_need_the_password(offered: Desk, linked: Principal) -> None:
    with pytest.raises(WrongCredentials):
        end_link(offered, "a wrong one")(linked.to_wire())
    assert sign_in(offered)
    end_link(offered, PASSWORD)(linked.to_wire())

    with pytest.raises(WrongCredentials):
        offered.service.begin_openid_link(linked.to_wire(), password="a wrong one")


def test_a_link_is_not_replaced(offered: Desk, officer: Principal) -> None:
    first, second = begin_link(offered, officer), begin_link(offered, officer)
    finish(offered, first)

    with pytest.raises(OpenIdAlreadyLinked):
        begin_link(offered, officer)
    with pytest.raises(OpenIdRefused):
        finish(offered, second, pid=SOMEBODY_ELSE)
    assert sign_in(offered)


def test_a_link_is_seen_and_ended_while_the_provider_is_off(
    offered: Desk, linked: Principal
) -> None:
    def none() -> Any:
        raise OpenIdNotOffered

    offered.service.openid = none

    assert offered.service.get_openid_link(linked.to_wire())["level"] == "2.3"
    end_link(offered, PASSWORD)(linked.to_wire())


def test_a_level_too_low_neither_links_nor_signs_in(offered: Desk, officer: Principal) -> None:
    low = {"claims": '{"ial": "2.1"}'}
    with pytest.raises(OpenIdLevelTooLow):
        finish(offered, begin_link(offered, officer), **low)
    finish(offered, begin_link(offered, officer))

    with pytest.raises(OpenIdLevelTooLow):
        sign_in(offered, **low)


# -- the second factor ----------------------------------------------------------------------


def test_a_slot_with_a_second_factor_is_linked_with_a_code_and_opened_without(
    offered: Desk, office: Principal
) -> None:
    factor = set_up_factor(offered, office)
    with pytest.raises(SecondFactorRequired):
        begin_link(offered, office)
    with pytest.raises(WrongSecondFactor):
        begin_link(offered, office, otp="000000")

    finish(offered, begin_link(offered, office, otp=factor.at(offered.clock())))

    assert sign_in(offered, OFFICE)["principal"]["username"] == OFFICE


def test_a_link_made_without_the_second_factor_ends_with_it(
    offered: Desk, office: Principal
) -> None:
    finish(offered, begin_link(offered, office))
    set_up_factor(offered, office)

    with pytest.raises(OpenIdNotLinked):
        sign_in(offered, OFFICE)


def test_what_was_begun_without_the_second_factor_is_not_finished_with_it(
    offered: Desk, office: Principal
) -> None:
    begun = begin_link(offered, office)
    offered.clock.go(seconds=1)
    set_up_factor(offered, office)

    with pytest.raises(OpenIdRefused):
        finish(offered, begun)


# -- what ends a link -----------------------------------------------------------------------


def change_password(desk: Desk, by: Principal, database: Any) -> None:
    session_id = database.slots.find_one({"_id": by.slot_id})["session"]["id"]
    desk.service.change_password(
        by.to_wire(),
        session_id=session_id,
        current_password=PASSWORD,
        new_password=NEW_PASSWORD,
    )


def hand_over(desk: Desk, by: Principal, _: Any) -> None:
    begun = desk.service.begin_handover(OPERATOR.to_wire(), by.slot_id)
    desk.activate(OFFICER, desk.read(DISTRICT, begun["issuance_id"])[OFFICER])


def lock(desk: Desk, by: Principal, _: Any) -> None:
    desk.service.lock_slot(DISTRICT.to_wire(), by.slot_id, reason="ทดสอบ")


def activate_anew(desk: Desk, by: Principal, _: Any) -> None:
    slips = desk.read(DISTRICT, desk.issue(district="8104", reissue=True))
    desk.activate(OFFICER, slips[OFFICER])


Deed = Callable[[Desk, Principal, Any], None]


@pytest.mark.parametrize("deed", [change_password, hand_over, activate_anew])
def test_a_link_ends_with_what_it_was_made_with(
    offered: Desk, linked: Principal, database: Any, deed: Deed
) -> None:
    deed(offered, linked, database)

    with pytest.raises(OpenIdNotLinked):
        sign_in(offered)
    assert not database.slots.find_one({"_id": linked.slot_id})["openid"]


@pytest.mark.parametrize("deed", [change_password, hand_over, activate_anew, lock])
def test_what_was_begun_before_is_not_finished_after(
    offered: Desk, officer: Principal, database: Any, deed: Deed
) -> None:
    begun = begin_link(offered, officer)
    deed(offered, officer, database)

    with pytest.raises(OpenIdRefused):
        finish(offered, begun)

    assert not database.slots.find_one({"_id": officer.slot_id}).get("openid")
    (entry,) = entries(database, "link_openid")
    assert (entry[1], entry[2]["code"]) == ("refused", "accounts.openid_refused")


def test_a_slot_that_nobody_holds_is_not_linked(
    offered: Desk, officer: Principal, database: Any
) -> None:
    """Also by a flow that says nothing of a password, as those of an earlier release."""
    begun = begin_link(offered, officer)
    database.openid_flows.update_many({}, {"$unset": {"proved": 1}})
    offered.service.begin_handover(OPERATOR.to_wire(), officer.slot_id)

    with pytest.raises(OpenIdRefused):
        finish(offered, begun)


def test_a_lock_ends_the_session_and_keeps_the_link(offered: Desk, linked: Principal) -> None:
    token = sign_in(offered)["token"]
    lock(offered, linked, None)

    assert offered.find(token) is None
    with pytest.raises(SlotLocked):
        sign_in(offered)
    offered.service.unlock_slot(DISTRICT.to_wire(), linked.slot_id)
    assert sign_in(offered)


def test_a_link_that_ends_while_its_person_signs_in_opens_nothing(
    offered: Desk, linked: Principal, store: AccountsStore, database: Any
) -> None:
    pid_hash = database.slots.find_one({"_id": linked.slot_id})["openid"]["pid_hash"]
    found = store.sessions.find_linked(OFFICER, pid_hash)
    assert found is not None
    end_link(offered, PASSWORD)(linked.to_wire())

    at = offered.clock()
    with pytest.raises(WrongCredentials):
        store.sessions.open(found, Session("s", "h", at, at.replace(year=2999)), takeover=True)


def test_the_operators_link_ends_with_a_password_set_from_outside(
    store: AccountsStore, settings: Settings, database: Any
) -> None:
    hashes = PasswordHashes(settings)
    set_operator(store.slots, hashes, "the first one of the operator")
    database.slots.update_one({"_id": "operator"}, {"$set": {"openid": {"pid_hash": "x"}}})

    set_operator(store.slots, hashes, "the second one of the operator")

    assert database.slots.find_one({"_id": "operator"})["openid"] is None


# -- counting -------------------------------------------------------------------------------


def test_beginning_is_counted_by_address_and_taken_back_by_who_comes_back(
    offered: Desk, linked: Principal
) -> None:
    def begin(username: str, address: str) -> None:
        offered.service.begin_openid_sign_in(username, takeover=True, address=address)

    for number in range(OF_ADDRESS.burst):
        begin(f"nobody-{number}", AWAY)
        if number < 2:
            assert sign_in(offered, address=AWAY)
    with pytest.raises(TooManyAttempts):
        begin("nobody", AWAY)
    assert sign_in(offered, address=AWAY)  # known there

    for _ in range(FREE_ATTEMPTS):
        begin("somebody", HOME)
    with pytest.raises(TooManyAttempts):
        begin("somebody", HOME)


def test_beginning_slows_down_no_password(offered: Desk, linked: Principal) -> None:
    for _ in range(FREE_ATTEMPTS):
        offered.service.begin_openid_sign_in(OFFICER, takeover=True, address=HOME)

    opened = offered.service.open_session(
        username=OFFICER, password=PASSWORD, takeover=True, address=HOME
    )
    assert opened["token"]


def test_strangers_are_counted_and_fill_no_chain(
    offered: Desk, linked: Principal, database: Any
) -> None:
    before = database.audit.count_documents({})
    for username in (OFFICER, "nobody"):
        with pytest.raises(OpenIdNotLinked):
            sign_in(offered, username, pid=SOMEBODY_ELSE)
    with pytest.raises(OpenIdRefused):
        offered.service.finish_openid("no state", "code")
    assert database.audit.count_documents({}) == before

    offered.service.audit.enter_counted()

    found = database.audit.find({"outcome": "refused"})
    told = {(each["act"], each["subject"], each["facts"]["code"]) for each in found}
    assert told == {
        ("sign_in", f"slot:{linked.slot_id}", "accounts.openid_not_linked"),
        ("sign_in", "slot:unknown", "accounts.openid_not_linked"),
        ("finish_openid", "slot:unknown", "accounts.openid_refused"),
    }


def test_a_slot_in_use_is_left_alone_without_a_takeover(offered: Desk, linked: Principal) -> None:
    begun = offered.service.begin_openid_sign_in(OFFICER, takeover=False, address=HOME)

    with pytest.raises(SlotInUse):
        finish(offered, begun)


def test_an_answer_comes_in_time_or_not_at_all(offered: Desk, linked: Principal) -> None:
    begun = offered.service.begin_openid_sign_in(OFFICER, takeover=True, address=HOME)
    offered.clock.go(minutes=11)

    with pytest.raises(OpenIdRefused):
        finish(offered, begun)
