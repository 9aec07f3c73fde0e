"""Slips go down one tier at a time: read once, printed, handed out, and never read upward."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.clock import now
from clients.accounts import AccountsClient
from contracts.accounts.issuance import (
    ActivationCodeSpent,
    CodeKeyRetired,
    IssuanceNotFound,
    SlipsAlreadyRead,
    SlipsNotRead,
)
from contracts.errors import IdempotencyKeyReused, InvalidInput, OutOfScope
from contracts.principal import AREA_OF_ROLE, Principal, Role
from services.accounts.issuance import issue as issuing
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.issuance.store.slips import REPEATABLE
from services.accounts.settings import Settings
from services.accounts.sign_in.passwords import GreenPasswordHashes
from services.accounts.stores import AccountsStore
from tests.component.accounts.conftest import CODE_KEY
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import (
    ADDRESS,
    DISTRICT,
    HOLDER,
    OFFICER,
    OPERATOR,
    PASSWORD,
    PROVINCE,
    activate_slot,
    code_of,
    import_file,
    issue,
)
from tests.component.accounts.test_service import import_krabi

USERNAME = "5810401-1"
LAO_OFFICER = Principal("z-1", USERNAME, Role.LAO_OFFICER, "organisation", "z")
AGENCIES = [role for role in Role if role not in AREA_OF_ROLE and role is not Role.OPERATOR]

Facts = dict[str, Any]
Finished = Callable[[Facts, Facts], Facts]


@pytest.fixture
def krabi(store: AccountsStore, database: Any, codes: ActivationCodes) -> str:
    """A Krabi whose codes are issued; returns the issuance's id."""
    import_file(store, database)
    return str(issue(store, database, codes)["issuance_id"])


@pytest.fixture
def issued(accounts: AccountsClient, finished: Finished) -> str:
    """The same, in a running service."""
    import_krabi(accounts, finished)
    job = accounts.create_issuance(OPERATOR.to_wire(), scope={}, reissue=False)
    return str(finished(OPERATOR.to_wire(), job)["result"]["issuance_id"])


def test_no_role_reads_an_lao_slip_but_the_office_that_hands_it_out(
    accounts: AccountsClient, issued: str
) -> None:
    """Whoever reads, what comes belongs to the tier below; agencies and officers get nothing."""
    for role in (*AGENCIES, Role.LAO_OFFICER):
        by = Principal("a-1", "agency", role, AREA_OF_ROLE.get(role, "country"), "").to_wire()
        for ask in (accounts.read_slips, accounts.print_slips, accounts.hand_out_slips):
            with pytest.raises(OutOfScope):
                ask(by, issued)

    read = {
        by.role: {
            (slip["role"], slip["organisation_code"][:1])
            for slip in accounts.read_slips(by.to_wire(), issued)["items"]
        }
        for by in (OPERATOR, PROVINCE, DISTRICT)
    }
    assert read == {
        Role.OPERATOR: {("province_officer", "8")},
        Role.PROVINCE_OFFICER: {
            ("district_officer", "8"),
            ("lao_officer", "2"),
            ("lao_officer", "4"),
        },
        Role.DISTRICT_OFFICER: {("lao_officer", "5"), ("lao_officer", "6")},
    }


def test_an_office_gets_its_slips_as_a_pdf_once(accounts: AccountsClient, issued: str) -> None:
    printed = accounts.print_slips(DISTRICT.to_wire(), issued)

    assert printed["slips"] == 6
    assert base64.b64decode(printed["pdf_base64"]).startswith(b"%PDF-")
    for ask in (accounts.print_slips, accounts.read_slips):
        with pytest.raises(SlipsAlreadyRead):
            ask(DISTRICT.to_wire(), issued)


def test_only_what_an_office_has_read_can_be_handed_out_and_the_first_time_counts(
    store: AccountsStore, database: Any, codes: ActivationCodes, krabi: str
) -> None:
    with pytest.raises(SlipsNotRead):
        store.slips.hand_out(DISTRICT, krabi, None, to=None, at=now())
    slips = issuing.read_slips(store, codes, DISTRICT, krabi, None, at=now())
    ids = [slip.slot.id for slip in slips]
    above = database.slots.find_one({"username": "4810102-1"})["_id"]
    with pytest.raises(SlipsNotRead, match=above):
        store.slips.hand_out(DISTRICT, krabi, [ids[0], above], to=None, at=now())
    with pytest.raises(SlipsNotRead):
        store.slips.hand_out(PROVINCE, krabi, [ids[0]], to=None, at=now())
    assert not database.slots.count_documents({"code.handed_at": {"$ne": None, "$exists": True}})

    first = store.slips.hand_out(DISTRICT, krabi, ids[:2], to="ผู้ทดสอบ สาม", at=now())
    rest = store.slips.hand_out(DISTRICT, krabi, None, to=None, at=now())

    assert (first.now, first.before, rest.now, rest.before) == (2, 0, 4, 2)
    code = database.slots.find_one({"_id": ids[0]})["code"]
    assert (code["handed_by"], code["handed_to"]) == ("d8104", "ผู้ทดสอบ สาม")


def test_a_new_code_has_not_been_handed_out(
    store: AccountsStore, database: Any, codes: ActivationCodes, krabi: str
) -> None:
    issuing.read_slips(store, codes, DISTRICT, krabi, None, at=now())
    store.slips.hand_out(DISTRICT, krabi, None, to=None, at=now())

    issue(store, database, codes)

    with pytest.raises(SlipsNotRead):
        store.slips.hand_out(DISTRICT, krabi, None, to=None, at=now())
    assert database.slots.find_one({"username": USERNAME})["code"]["handed_at"] is None


def test_a_code_holds_for_21_days_unless_set_otherwise(
    store: AccountsStore, database: Any, codes: ActivationCodes
) -> None:
    import_file(store, database)
    issue(store, database, codes, days=Settings.code_days)

    code = database.slots.find_one({"username": USERNAME})["code"]
    assert code["expires_at"] - code["issued_at"] == timedelta(days=21)


def activate(
    store: AccountsStore, passwords: GreenPasswordHashes, codes: ActivationCodes, code: str
) -> Facts:
    return activate_slot(
        store,
        passwords,
        codes,
        username=USERNAME,
        activation_code=code,
        password=PASSWORD,
        holder=HOLDER,
        address=ADDRESS,
        at=now(),
    )


def test_codes_of_an_older_key_are_read_and_work_until_they_expire_or_are_voided(
    store: AccountsStore,
    database: Any,
    codes: ActivationCodes,
    passwords: GreenPasswordHashes,
    krabi: str,
) -> None:
    rotated = ActivationCodes(bytes(32), CODE_KEY)
    slips = issuing.read_slips(store, rotated, DISTRICT, krabi, None, at=now())
    old = {slip.slot.username: slip.code for slip in slips}
    assert old[USERNAME] == code_of(database, codes, USERNAME)

    assert activate(store, passwords, rotated, old[USERNAME])["username"] == USERNAME
    issue(store, database, rotated, reissue=True)
    with pytest.raises(ActivationCodeSpent):
        activate(store, passwords, rotated, old[USERNAME])
    assert activate(store, passwords, rotated, code_of(database, rotated, USERNAME))


def test_when_the_key_of_an_issuance_is_gone_its_slips_are_refused_and_stay_unread(
    store: AccountsStore, database: Any, krabi: str
) -> None:
    with pytest.raises(CodeKeyRetired):
        issuing.read_slips(store, ActivationCodes(bytes(32)), DISTRICT, krabi, None, at=now())

    assert not database.slip_readings.count_documents({})
    with pytest.raises(IssuanceNotFound):
        issuing.read_slips(store, ActivationCodes(bytes(32)), DISTRICT, "none", None, at=now())


def test_the_same_slot_reads_its_slips_again_under_its_key_for_minutes(
    store: AccountsStore, database: Any, codes: ActivationCodes, krabi: str
) -> None:
    at = now()
    other = replace(DISTRICT, slot_id="y-2", username="d8104-2")

    def read(by: Principal = DISTRICT, key: str | None = "one", **span: float) -> list[str]:
        later = at + timedelta(**span)
        slips = issuing.read_slips(store, codes, by, krabi, None, at=later, key=key)
        return [slip.code for slip in slips]

    first = read()

    assert len(first) == 6
    assert read(milliseconds=REPEATABLE / timedelta(milliseconds=1) - 1) == first
    for refused in (
        {"milliseconds": REPEATABLE / timedelta(milliseconds=1)},
        {"key": "another"},
        {"key": None},
        {"by": other},
    ):
        with pytest.raises(SlipsAlreadyRead):
            read(**refused)
    with pytest.raises(IdempotencyKeyReused):
        issuing.read_slips(store, codes, DISTRICT, krabi, "8104", at=at, key="one")
    assert database.slip_readings.count_documents({}) == 1
    assert database.slots.distinct("code.read_at") == [
        None,
        *database.slip_readings.distinct("read_at"),
    ]


def test_a_reading_whose_process_died_is_finished_by_its_repeat(
    store: AccountsStore, database: Any, codes: ActivationCodes, krabi: str
) -> None:
    at = now()
    first = issuing.read_slips(store, codes, DISTRICT, krabi, None, at=at, key="one")
    database.slots.update_many({}, {"$set": {"code.read_at": None, "code.reading": None}})

    again = issuing.read_slips(store, codes, DISTRICT, krabi, None, at=at, key="one")

    assert [slip.code for slip in again] == [slip.code for slip in first]


def test_what_an_office_has_to_hand_out_comes_page_by_page_the_latest_first(
    desk: Desk, database: Any
) -> None:
    early = desk.issue(district="8104")
    desk.clock.go(minutes=1)
    (lao,) = database.organisations.find({"facts.code": OFFICER.partition("-")[0]})
    late = desk.issue(organisation=lao["_id"], reissue=True)

    first = desk.service.list_issuances(DISTRICT.to_wire(), limit=1)
    second = desk.service.list_issuances(DISTRICT.to_wire(), limit=1, cursor=first["next"])

    ids = [each["issuance_id"] for each in (*first["items"], *second["items"])]
    assert (ids, second["next"]) == ([late, early], None)
    assert [each["slips"] for each in (*first["items"], *second["items"])] == [3, 3]
    with pytest.raises(InvalidInput):
        desk.service.list_issuances(DISTRICT.to_wire(), cursor="nothing")


def test_an_organisation_sees_in_its_own_audit_who_issued_read_and_handed_out_its_codes(
    desk: Desk, database: Any
) -> None:
    (lao,) = database.organisations.find({"facts.code": OFFICER.partition("-")[0]})
    issuance_id = desk.issue(organisation=lao["_id"])
    desk.read(DISTRICT, issuance_id)
    desk.service.hand_out_slips(DISTRICT.to_wire(), issuance_id)
    desk.service.hand_out_slips(DISTRICT.to_wire(), issuance_id)
    officer = Principal(
        "z-1", OFFICER, Role.LAO_OFFICER, "organisation", lao["_id"], organisation_id=lao["_id"]
    )

    entries = desk.service.list_audit(officer.to_wire())["items"]

    assert [(entry["act"], entry["by"]["username"]) for entry in entries] == [
        ("hand_out_slips", "d8104"),
        ("read_slips", "d8104"),
        ("issue_codes", "operator"),
    ]
    assert entries[0]["facts"] == {"slips": 3, "organisation_ids": [lao["_id"]]}


def test_an_agency_sees_in_its_own_audit_that_the_operator_made_and_used_its_slot(
    desk: Desk,
) -> None:
    wanted = {"kind": "agency", "code": "KOTHO", "name": "สำนักงานสมมติ", "province_code": "10"}
    agency = desk.service.add_organisation(OPERATOR.to_wire(), {**wanted, "founded_on": None})
    desk.service.add_slot(OPERATOR.to_wire(), agency["id"], "เลขานุการ", "central_hr_body")
    codes = desk.read(OPERATOR, desk.issue(organisation=agency["id"]))
    desk.activate("kotho-1", codes["kotho-1"])
    by = desk.principal(desk.sign_in("kotho-1"))

    entries = desk.service.list_audit(by.to_wire())["items"]

    assert [entry["act"] for entry in entries] == [
        *("sign_in", "activate", "read_slips", "issue_codes", "add_slot", "add_organisation")
    ]
