"""A code is issued, read once by the office that hands it out, used once, or dies."""

from collections.abc import Callable
from typing import Any

import eventlet
import orjson
import pytest

from chassis.clock import now
from contracts.accounts.issuance import (
    ActivationCodeSpent,
    IssuanceNotFound,
    SlipsAlreadyRead,
    WrongActivationCode,
)
from contracts.accounts.sign_in import TooManyAttempts, WeakPassword
from contracts.principal import Principal
from services.accounts.issuance import issue as issuing
from services.accounts.issuance.codes import ALPHABET, ActivationCodes
from services.accounts.issuance.store import issuances
from services.accounts.sign_in import open_slot
from services.accounts.sign_in.passwords import GreenPasswordHashes
from services.accounts.sign_in.rules.throttling import FREE_ATTEMPTS
from services.accounts.stores import AccountsStore
from tests.component.accounts.krabi import (
    ADDRESS,
    DISTRICT,
    HOLDER,
    OPERATOR,
    PASSWORD,
    PROVINCE,
    SLOTS,
    Crash,
    DyingJob,
    a_job,
    activate_slot,
    announced,
    code_of,
    import_file,
    issue,
)

USERNAME = "5810401-1"

Issue = Callable[..., dict[str, Any]]
Read = Callable[..., list[str]]
Activate = Callable[..., dict[str, Any]]


@pytest.fixture
def issue_codes(store: AccountsStore, database: Any, codes: ActivationCodes) -> Issue:
    """Issues codes in a Krabi that is there already."""
    import_file(store, database)

    def issue_them(**options: Any) -> dict[str, Any]:
        return issue(store, database, codes, **options)

    return issue_them


@pytest.fixture
def read(store: AccountsStore, codes: ActivationCodes) -> Read:
    """Returns the usernames on the slips an office reads."""

    def read(by: Principal, issuance: dict[str, Any], district: str | None = None) -> list[str]:
        slips = issuing.read_slips(store, codes, by, issuance["issuance_id"], district, at=now())
        return [slip.slot.username for slip in slips]

    return read


@pytest.fixture
def activate(
    store: AccountsStore, database: Any, passwords: GreenPasswordHashes, codes: ActivationCodes
) -> Activate:
    """Activates a slot, with its present code unless another is given."""

    def activate(**changes: Any) -> dict[str, Any]:
        asked = {
            "username": USERNAME,
            "password": PASSWORD,
            "holder": HOLDER,
            "address": ADDRESS,
            "at": now(),
        } | changes
        if "activation_code" not in asked:
            asked["activation_code"] = code_of(database, codes, asked["username"])
        return activate_slot(store, passwords, codes, **asked)

    return activate


def test_a_country_is_issued_once_for_every_slot(issue_codes: Issue, database: Any) -> None:
    result = issue_codes()

    assert result["slots"] == SLOTS
    # the operator: one province office; the province: two districts, the PAO and the town
    assert result["by_tier"] == {"operator": 1, "province": 2 + 3 + 3, "district": 3 + 3}
    (event,) = announced(database, "credentials_issued")
    assert orjson.loads(event["body"])["slots"] == SLOTS


@pytest.mark.parametrize(
    ("scope", "slots"),
    [
        ({"province": "81"}, SLOTS),
        ({"province": "80"}, 0),
        ({"district": "8104"}, 7),
        ({"province": "81", "district": "8101"}, 7),
    ],
)
def test_a_scope_is_issued_with_the_offices_in_it(
    issue_codes: Issue, scope: dict[str, str], slots: int
) -> None:
    assert issue_codes(**scope)["slots"] == slots


def test_one_organisation_is_issued_alone(issue_codes: Issue, database: Any) -> None:
    organisation_id = database.slots.find_one({"username": USERNAME})["organisation_id"]

    assert issue_codes(organisation=organisation_id)["slots"] == 3


def test_an_issuance_cut_short_ends_the_same_when_it_is_run_again(
    store: AccountsStore,
    issue_codes: Issue,
    database: Any,
    codes: ActivationCodes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(issuances, "BATCH", 4)
    arguments = {"issuance_id": "cut", "scope": {}, "reissue": False}
    job = a_job(database, issuing.KIND, arguments)
    dying = DyingJob(database.jobs, database.jobs.find_one({"_id": job.id}))
    dying.shows_left = 1
    with pytest.raises(Crash):
        issuing.issue_codes(store, codes, dying, at=now(), days=21)
    first = {s["_id"]: s["code"] for s in database.slots.find({"code": {"$ne": None}})}

    results = [issuing.issue_codes(store, codes, job, at=now(), days=21) for _ in range(2)]

    assert 0 < len(first) < SLOTS
    assert results[0] == results[1]
    assert results[0]["slots"] == SLOTS
    after = {slot["_id"]: slot["code"] for slot in database.slots.find()}
    assert first.items() <= after.items()
    assert len(announced(database, "credentials_issued")) == 1


def test_each_office_reads_the_slips_it_hands_out_and_no_other(
    issue_codes: Issue, read: Read
) -> None:
    issuance = issue_codes()

    assert read(OPERATOR, issuance) == ["p81"]
    assert read(PROVINCE, issuance) == [
        *(f"{code}-{group}" for code in (2810101, 4810102) for group in (1, 2, 3)),
        *("d8101", "d8104"),
    ]
    assert read(DISTRICT, issuance) == [
        f"{code}-{group}" for code in (5810401, 6810409) for group in (1, 2, 3)
    ]


def test_a_slip_tells_all_its_holder_needs(
    issue_codes: Issue, store: AccountsStore, codes: ActivationCodes, database: Any
) -> None:
    issuance = issue_codes()["issuance_id"]

    slips = issuing.read_slips(store, codes, DISTRICT, issuance, None, at=now())

    slip = issuing.show_slips(slips)["items"][0]
    assert slip["activation_code"] == code_of(database, codes, USERNAME)
    assert set(slip["activation_code"]) <= set(ALPHABET)
    assert (slip["username"], slip["role"], slip["code_group"]) == (
        USERNAME,
        "lao_officer",
        "local_officials",
    )
    assert (slip["organisation"], slip["organisation_code"]) == ("เทศบาลตำบลคลองท่อมใต้", "5810401")


def test_slips_are_read_once_and_the_second_call_names_the_first_reader(
    issue_codes: Issue, read: Read
) -> None:
    issuance = issue_codes()
    read(PROVINCE, issuance)

    with pytest.raises(SlipsAlreadyRead) as refused:
        read(PROVINCE, issuance)

    assert refused.value.details["read_by"] == "ผู้ทดสอบ หนึ่ง (p81)"


def test_of_two_readings_at_once_one_gets_every_slip(issue_codes: Issue, read: Read) -> None:
    issuance = issue_codes()

    def attempt() -> int:
        try:
            return len(read(DISTRICT, issuance))
        except SlipsAlreadyRead:
            return 0

    counts = [thread.wait() for thread in [eventlet.spawn(attempt) for _ in range(5)]]

    assert sorted(counts) == [0, 0, 0, 0, 6]


def test_a_province_may_read_its_slips_district_by_district(issue_codes: Issue, read: Read) -> None:
    issuance = issue_codes()

    assert read(PROVINCE, issuance, "8104") == ["d8104"]
    assert len(read(PROVINCE, issuance)) == 7
    with pytest.raises(SlipsAlreadyRead):
        read(PROVINCE, issuance, "8101")


def test_a_district_cannot_read_the_slips_of_another(issue_codes: Issue, read: Read) -> None:
    issuance = issue_codes()

    with pytest.raises(IssuanceNotFound):
        read(DISTRICT, issuance, "8101")


def test_slips_of_an_issuance_still_under_way_are_not_read(
    store: AccountsStore, issue_codes: Issue, read: Read, database: Any
) -> None:
    issuance = issue_codes()
    database.issuances.update_one({"_id": issuance["issuance_id"]}, {"$set": {"finished_at": None}})

    with pytest.raises(IssuanceNotFound):
        read(DISTRICT, issuance)


def test_a_code_opens_its_slot_once(
    issue_codes: Issue, activate: Activate, database: Any, codes: ActivationCodes
) -> None:
    issue_codes()
    code = code_of(database, codes, USERNAME)

    activated = activate(activation_code=f" {code[:4].lower()}-{code[4:8]} {code[8:]}")

    assert activated["organisation"]["code"] == "5810401"
    slot = database.slots.find_one({"username": USERNAME})
    assert slot["holder"]["name"] == HOLDER["name"]
    assert len(announced(database, "slot_activated")) == 1
    with pytest.raises(ActivationCodeSpent) as refused:
        activate(activation_code=code)
    assert refused.value.details["state"] == "used"


def test_of_two_activations_at_once_one_wins(issue_codes: Issue, activate: Activate) -> None:
    issue_codes()

    def attempt(number: int) -> str:
        try:
            activate(password=f"{PASSWORD} {number}", address=str(number))
        except ActivationCodeSpent as spent:
            return spent.details["state"]
        return "activated"

    threads = [eventlet.spawn(attempt, number) for number in range(4)]

    assert sorted(thread.wait() for thread in threads) == ["activated", "used", "used", "used"]


def test_a_new_code_voids_the_one_before_at_once(
    issue_codes: Issue, activate: Activate, database: Any, codes: ActivationCodes
) -> None:
    issue_codes()
    old = code_of(database, codes, USERNAME)
    issue_codes(district="8104")

    with pytest.raises(ActivationCodeSpent) as refused:
        activate(activation_code=old)

    assert refused.value.details["state"] == "voided"
    assert activate()["username"] == USERNAME


def test_an_activated_slot_gets_a_new_code_only_when_reissue_is_asked_for(
    issue_codes: Issue, activate: Activate
) -> None:
    issue_codes()
    activate()

    assert issue_codes()["slots"] == SLOTS - 1
    assert issue_codes(reissue=True)["slots"] == SLOTS


def test_activating_again_changes_the_password_and_ends_the_session_opened_with_the_old_one(
    issue_codes: Issue,
    activate: Activate,
    store: AccountsStore,
    passwords: GreenPasswordHashes,
    database: Any,
) -> None:
    issue_codes()
    activate()
    found = store.sessions.find_slot(USERNAME)
    assert found is not None
    session = open_slot.Session("s1", "h1", now(), now().replace(year=2999))
    store.sessions.open(found, session, takeover=False)
    issue_codes(reissue=True, district="8104")

    activate(password="อีกรหัสผ่านหนึ่งที่ยาวพอ")

    (closed,) = announced(database, "session_closed")
    assert orjson.loads(closed["body"])["reason"] == "reactivated"
    assert store.sessions.list_by_token(["h1"], at=now()) == {}
    changed = store.sessions.find_slot(USERNAME)
    assert changed is not None
    assert not passwords.is_right(changed.password_hash, PASSWORD)


@pytest.mark.parametrize(
    ("another", "past"), [("ผู้ทดสอบ อีกคน", [HOLDER["name"]]), (HOLDER["name"], [])]
)
def test_who_held_a_slot_before_stays_on_record_when_another_activates_it_anew(
    issue_codes: Issue, activate: Activate, database: Any, another: str, past: list[str]
) -> None:
    issue_codes()
    activate()
    issue_codes(reissue=True, district="8104")

    activate(holder=HOLDER | {"name": another})

    slot = database.slots.find_one({"username": USERNAME})
    assert slot["holder"]["name"] == another
    assert [each["name"] for each in slot["past_holders"]] == past


def test_an_expired_code_opens_nothing_and_is_not_read(
    issue_codes: Issue, activate: Activate, read: Read
) -> None:
    issuance = issue_codes(days=0)

    with pytest.raises(ActivationCodeSpent) as refused:
        activate()
    assert refused.value.details["state"] == "expired"
    with pytest.raises(IssuanceNotFound):
        read(DISTRICT, issuance)


@pytest.mark.parametrize("wrong", ["", "ABCD", "2222222222222", "no code at all"])
def test_what_is_no_code_is_refused(issue_codes: Issue, activate: Activate, wrong: str) -> None:
    issue_codes()

    with pytest.raises(WrongActivationCode):
        activate(activation_code=wrong)


def test_the_code_of_another_slot_is_refused(
    issue_codes: Issue, activate: Activate, database: Any, codes: ActivationCodes
) -> None:
    issue_codes()

    with pytest.raises(WrongActivationCode):
        activate(activation_code=code_of(database, codes, "5810401-2"))
    with pytest.raises(WrongActivationCode):
        activate(username="nobody", activation_code=code_of(database, codes, USERNAME))


def test_guessing_codes_is_slowed_down(issue_codes: Issue, activate: Activate) -> None:
    issue_codes()
    at = now()
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(WrongActivationCode):
            activate(activation_code="2222222222222", at=at)

    with pytest.raises(TooManyAttempts):
        activate(at=at)


def test_a_weak_password_leaves_the_code_as_it_is(issue_codes: Issue, activate: Activate) -> None:
    issue_codes()

    with pytest.raises(WeakPassword):
        activate(password="password1234")

    assert activate()["username"] == USERNAME
