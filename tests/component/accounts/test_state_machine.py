"""Whatever is done to slots in whatever order, they are as a small model says they must be."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contracts.accounts.issuance import (
    ActivationCodeSpent,
    IssuanceNotFound,
    SlipsAlreadyRead,
    WrongActivationCode,
)
from contracts.accounts.sign_in import SlotInUse, WrongCredentials
from contracts.accounts.slots import SlotClosed, SlotLocked, SlotNotActivated
from contracts.errors import ServiceError
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.issuance.rules import CodeState
from services.accounts.settings import Settings
from services.accounts.sign_in.passwords import GreenPasswordHashes
from services.accounts.stores import AccountsStore
from tests.builders.registry_csv import KHLONG_THOM, file_of
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import DISTRICT, OPERATOR, PROVINCE, import_file
from tests.length import examples

LAO = "5810401"
OFFICE_OF = {f"{LAO}-1": DISTRICT, f"{LAO}-2": DISTRICT, "d8104": PROVINCE}
USERNAMES = st.sampled_from(sorted(OFFICE_OF))
THOROUGH = hypothesis_settings(
    max_examples=examples(30),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
PASSWORDS = st.sampled_from(["แมวตัวแรกชอบนอนกลางวัน", "หมาตัวที่สองเฝ้าบ้านกลางคืน"])


@dataclass
class Code:
    """A code of a slot, as the model remembers it."""

    text: str
    issuance_id: str
    expires_at: datetime
    state: str = "issued"


@dataclass
class ModelSlot:
    """What must be true of a slot."""

    slot_id: str
    codes: list[Code] = field(default_factory=list)
    password: str | None = None
    token: str | None = None
    signed_in_until: datetime | None = None
    locked: bool = False
    handing_over: bool = False
    closed: bool = False

    @property
    def code(self) -> Code | None:
        """The newest code; only this one can work."""
        return self.codes[-1] if self.codes else None

    def void(self) -> None:
        if self.code is not None and self.code.state == CodeState.ISSUED:
            self.code.state = "voided"

    def shut(self) -> None:
        """Nothing opens it any more."""
        self.void()
        self.password = self.token = None

    def is_in_use(self, at: datetime) -> bool:
        return (
            self.token is not None
            and self.signed_in_until is not None
            and at < self.signed_in_until
        )

    @property
    def state(self) -> set[str]:
        """What lists may show: whether a code was read is not modelled here."""
        for is_so, state in (
            (self.closed, "closed"),
            (self.locked, "locked"),
            (self.handing_over, "handing_over"),
            (self.password is not None, "activated"),
        ):
            if is_so:
                return {state}
        return {"issued", "read"} if self.codes else {"not_issued"}


@contextlib.contextmanager
def refused_as(expected: type[ServiceError] | None) -> Iterator[None]:
    """Inside, exactly the refusal expected is raised; or none."""
    if expected is None:
        yield
    else:
        with pytest.raises(expected):
            yield


class Slots(RuleBasedStateMachine):
    """Offices, officers and a clock at three slots of one district."""

    def __init__(self, desk: Desk, database: Any, fresh: list[dict[str, Any]]) -> None:
        super().__init__()
        for collection in ("slots", "issuances", "slip_readings", "attempts", "jobs"):
            database[collection].delete_many({})
        database.slots.insert_many(fresh)
        self.desk = desk
        self.kept = database.slots
        ids = {slot["username"]: slot["_id"] for slot in fresh}
        self.slots = {username: ModelSlot(ids[username]) for username in OFFICE_OF}
        self.issuances: list[str] = []
        self.readings: set[tuple[str, str]] = set()
        self.told: set[str] = set()
        self.tokens: list[str] = []

    @property
    def at(self) -> datetime:
        return self.desk.clock()

    # -- codes --------------------------------------------------------------------------

    @initialize(activated=st.sets(USERNAMES), password=PASSWORDS)
    def begin(self, activated: set[str], password: str) -> None:
        """Some slots are in use already."""
        self.issue(reissue=False)
        for username in sorted(activated):
            self.activate(username, password, by_old_name=False)

    @rule(reissue=st.booleans())
    def issue(self, reissue: bool) -> None:
        issuance_id = self.desk.issue(district="8104", reissue=reissue)
        expected = {
            username
            for username, slot in self.slots.items()
            if not slot.closed and (reissue or slot.password is None)
        }
        for username in expected:
            self._expect_code(username, issuance_id)
        assert set(self.kept.distinct("username", {"code.issuance_id": issuance_id})) == expected
        self.issuances.append(issuance_id)

    def _expect_code(self, username: str, issuance_id: str) -> None:
        slot = self.slots[username]
        slot.void()
        text = self.desk.service.codes.make(issuance_id, slot.slot_id)
        days = self.desk.service.settings.code_days
        slot.codes.append(Code(text, issuance_id, self.at + timedelta(days=days)))

    @precondition(lambda self: self.issuances)
    @rule(data=st.data(), by=st.sampled_from([DISTRICT, PROVINCE]))
    def read(self, data: st.DataObject, by: Any) -> None:
        issuance_id = data.draw(st.sampled_from(self.issuances[-4:]))
        readable = {
            username: slot.code.text
            for username, slot in self.slots.items()
            if OFFICE_OF[username] is by
            and slot.code is not None
            and slot.code.issuance_id == issuance_id
            and slot.code.state == "issued"
            and slot.code.expires_at > self.at
        }
        expected = None if readable else IssuanceNotFound
        if (by.username, issuance_id) in self.readings:
            expected = SlipsAlreadyRead
        with refused_as(expected):
            slips = self.desk.read(by, issuance_id)
            assert slips == readable
            assert self.told.isdisjoint(slips.values())
            self.told |= set(slips.values())
            self.readings.add((by.username, issuance_id))

    @rule(username=USERNAMES, password=PASSWORDS, by_old_name=st.booleans())
    def activate(self, username: str, password: str, by_old_name: bool) -> None:
        """Use the newest code of the slot."""
        slot = self.slots[username]
        if slot.code is not None:
            self._activate(username, slot.code, password, by_old_name)

    @rule(data=st.data(), username=USERNAMES, by_old_name=st.booleans())
    def activate_with_some_code(
        self, data: st.DataObject, username: str, by_old_name: bool
    ) -> None:
        """Use a code that may be an old one, or another slot's."""
        every = [code for slot in self.slots.values() for code in slot.codes[-3:]]
        if every:
            code = data.draw(st.sampled_from(every))
            self._activate(username, code, "นกตัวที่สามร้องเพลงตอนเช้า", by_old_name)

    def _activate(self, username: str, code: Code, password: str, by_old_name: bool) -> None:
        typed = username
        if by_old_name and username.startswith(LAO):
            typed = LAO
            of_code = (name for name, slot in self.slots.items() if code in slot.codes)
            username = next((name for name in of_code if name.startswith(LAO)), username)
        slot = self.slots[username]
        expected: type[ServiceError] | None = None
        if code not in slot.codes:
            expected = WrongActivationCode
        elif code.state != "issued" or code.expires_at <= self.at:
            expected = ActivationCodeSpent
        elif slot.locked:
            expected = SlotLocked
        with refused_as(expected):
            self.desk.activate(typed, code.text, password=password)
        if expected is None:
            assert code is slot.code
            code.state = "used"
            slot.password, slot.token, slot.handing_over = password, None, False

    # -- sign-in ------------------------------------------------------------------------

    @rule(username=USERNAMES, takeover=st.booleans())
    def sign_in(self, username: str, takeover: bool) -> None:
        """Use the slot's password."""
        password = self.slots[username].password
        if password is not None:
            self._sign_in(username, password, takeover)

    @rule(username=USERNAMES, password=PASSWORDS)
    def sign_in_with_some_password(self, username: str, password: str) -> None:
        """Use a password that may be an old one; by the name of the old system none is right."""
        self._sign_in(username, password, takeover=True)
        with refused_as(WrongCredentials):
            self.desk.sign_in(LAO, password)

    def _sign_in(self, username: str, password: str, takeover: bool) -> None:
        slot = self.slots[username]
        expected: type[ServiceError] | None = None
        if slot.password != password:
            expected = WrongCredentials
        elif slot.locked:
            expected = SlotLocked
        elif slot.is_in_use(self.at) and not takeover:
            expected = SlotInUse
        with refused_as(expected):
            slot.token = self.desk.sign_in(username, password, takeover=takeover)
            hours = self.desk.service.settings.session_hours
            slot.signed_in_until = self.at + timedelta(hours=hours)
            self.tokens.append(slot.token)

    @rule(username=USERNAMES)
    def sign_out(self, username: str) -> None:
        slot = self.slots[username]
        if slot.token is not None and slot.is_in_use(self.at):
            found = self.desk.find(slot.token)
            assert found is not None
            self.desk.service.close_session(found["session_id"], slot.slot_id)
            slot.token = None

    # -- from above ---------------------------------------------------------------------

    @rule(username=USERNAMES, by_holder=st.booleans())
    def hand_over(self, username: str, by_holder: bool) -> None:
        slot = self.slots[username]
        by = OFFICE_OF[username]
        if by_holder:
            if slot.token is None or not slot.is_in_use(self.at):
                return
            by = self.desk.principal(slot.token)
        expected: type[ServiceError] | None = None
        if slot.closed:
            expected = SlotClosed
        elif slot.password is None and not slot.handing_over:
            expected = SlotNotActivated
        password = slot.password
        with refused_as(expected):
            begun = self.desk.service.begin_handover(by.to_wire(), slot.slot_id)
            slot.shut()
            slot.handing_over = True
            self._expect_code(username, begun["issuance_id"])
            self.issuances.append(begun["issuance_id"])
            self._try_again(username, password)

    def _try_again(self, username: str, password: str | None) -> None:
        """Whoever held the slot until now still knows the password and the code used for it."""
        if password is not None:
            self._sign_in(username, password, takeover=True)
        for code in self.slots[username].codes[-3:]:
            if code.state != "issued":
                self._activate(username, code, "หมูตัวที่สี่นอนทั้งวัน", by_old_name=False)

    @rule(username=USERNAMES)
    def lock(self, username: str) -> None:
        slot = self.slots[username]
        expected = SlotClosed if slot.closed else SlotLocked if slot.locked else None
        with refused_as(expected):
            self.desk.service.lock_slot(OFFICE_OF[username].to_wire(), slot.slot_id, reason="ทดสอบ")
            slot.locked, slot.token = True, None
        if expected is None and slot.password is not None:
            self._sign_in(username, slot.password, takeover=True)

    @precondition(lambda self: any(slot.locked for slot in self.slots.values()))
    @rule(data=st.data())
    def unlock(self, data: st.DataObject) -> None:
        locked = [username for username, slot in self.slots.items() if slot.locked]
        username = data.draw(st.sampled_from(locked))
        slot = self.slots[username]
        with refused_as(SlotClosed if slot.closed else None):
            self.desk.service.unlock_slot(OFFICE_OF[username].to_wire(), slot.slot_id)
            slot.locked = False

    @precondition(lambda self: len(self.issuances) > 3 and not self.slots[f"{LAO}-2"].closed)
    @rule()
    def close(self) -> None:
        """Close one slot; the others go on."""
        slot = self.slots[f"{LAO}-2"]
        password = slot.password
        self.desk.service.close_slot(OPERATOR.to_wire(), slot.slot_id, reason="ทดสอบ")
        slot.shut()
        slot.closed, slot.handing_over = True, False
        self._try_again(f"{LAO}-2", password)

    @rule(days=st.sampled_from([1, 1, 1, 22]))
    def wait(self, days: int) -> None:
        """Every sign-in ends in a day, every code in twenty-two."""
        self.desk.clock.go(days=days)

    # -- what always holds --------------------------------------------------------------

    @invariant()
    def only_the_last_sign_in_of_a_slot_is_live(self) -> None:
        live = {slot.token for slot in self.slots.values() if slot.is_in_use(self.at)}
        found = {token for token in self.tokens[-12:] if self._is_live(token)}
        assert found == live & set(self.tokens[-12:])

    def _is_live(self, token: str) -> bool:
        found = self.desk.find(token)
        return found is not None and "ended" not in found

    @invariant()
    def lists_show_how_slots_are(self) -> None:
        for username, slot in self.slots.items():
            assert self.desk.slot(username, OFFICE_OF[username])["state"] in slot.state


@pytest.mark.hypothesis
@pytest.mark.timeout(600)  # a failure is made small, which takes longer than to find it
def test_slots_are_as_the_model_says_after_any_deeds_in_any_order(
    database: Any,
    store: AccountsStore,
    codes: ActivationCodes,
    passwords: GreenPasswordHashes,
    settings: Settings,
) -> None:
    import_file(store, database, file_of(KHLONG_THOM))
    desk = Desk(database, store, codes, passwords, settings)
    fresh = list(database.slots.find({"username": {"$in": list(OFFICE_OF)}}))

    run_state_machine_as_test(lambda: Slots(desk, database, fresh), settings=THOROUGH)
