"""A second factor: asked for once set up, each code good once, its secret told once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from cryptography.exceptions import InvalidTag

from chassis.clock import now
from contracts.accounts.second_factor import (
    NoSecondFactor,
    SecondFactorExists,
    SecondFactorRequired,
    WrongSecondFactor,
)
from contracts.errors import OutOfScope
from contracts.principal import Principal, Role
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.sign_in.passwords import GreenPasswordHashes
from services.accounts.sign_in.seal import Sealer
from services.accounts.sign_in.second_factor import SecondFactors
from services.accounts.stores import AccountsStore
from tests.component.accounts.direct import Desk
from tests.component.accounts.krabi import (
    ADDRESS,
    HOLDER,
    OPERATOR,
    PASSWORD,
    activate_slot,
    code_of,
    import_file,
    issue,
)

NOON = datetime(2026, 1, 31, 5, tzinfo=UTC)
STEP = timedelta(seconds=30)
KEY = bytes(range(32))


@pytest.fixture
def factors(store: AccountsStore) -> SecondFactors:
    return SecondFactors(store.second_factors, Sealer(KEY))


@pytest.fixture
def office(store: AccountsStore, database: Any) -> Principal:
    import_file(store, database)
    slot = database.slots.find_one({"username": "d8104"})
    return Principal(slot["_id"], "d8104", Role.DISTRICT_OFFICER, "district", "8104")


@pytest.fixture
def code_at(factors: SecondFactors, office: Principal) -> Callable[[datetime], str]:
    """What the authenticator of the office shows at a time; it was set up an hour before noon."""
    totp = pyotp.TOTP(factors.begin(office)["secret"])
    early = NOON - timedelta(hours=1)
    factors.confirm(office, totp.at(early), at=early)
    return totp.at


def test_a_slot_without_one_is_asked_for_nothing(factors: SecondFactors, office: Principal) -> None:
    factors.demand(office.slot_id, None, at=NOON)


def test_one_that_was_never_confirmed_does_not_count(
    factors: SecondFactors, office: Principal
) -> None:
    factors.begin(office)

    factors.demand(office.slot_id, None, at=NOON)


def test_once_confirmed_it_is_asked_for(
    factors: SecondFactors, office: Principal, code_at: Callable[[datetime], str]
) -> None:
    with pytest.raises(SecondFactorRequired):
        factors.demand(office.slot_id, None, at=NOON)

    factors.demand(office.slot_id, code_at(NOON), at=NOON)


def test_a_code_is_good_once_and_the_one_before_it_no_more(
    factors: SecondFactors, office: Principal, code_at: Callable[[datetime], str]
) -> None:
    factors.demand(office.slot_id, code_at(NOON), at=NOON)

    for used in (code_at(NOON), code_at(NOON - STEP)):
        with pytest.raises(WrongSecondFactor):
            factors.demand(office.slot_id, used, at=NOON)
    factors.demand(office.slot_id, code_at(NOON + STEP), at=NOON + STEP)


@pytest.mark.parametrize("drift", [-1, 0, 1])
def test_a_clock_may_be_one_step_off(
    factors: SecondFactors,
    office: Principal,
    code_at: Callable[[datetime], str],
    drift: int,
) -> None:
    factors.demand(office.slot_id, code_at(NOON + drift * STEP), at=NOON)


@pytest.mark.parametrize("drift", [-2, 2])
def test_a_clock_two_steps_off_is_refused(
    factors: SecondFactors,
    office: Principal,
    code_at: Callable[[datetime], str],
    drift: int,
) -> None:
    with pytest.raises(WrongSecondFactor):
        factors.demand(office.slot_id, code_at(NOON + drift * STEP), at=NOON)


def test_each_of_ten_recovery_codes_opens_once(factors: SecondFactors, office: Principal) -> None:
    totp = pyotp.TOTP(factors.begin(office)["secret"])
    codes = factors.confirm(office, totp.at(NOON), at=NOON)["recovery_codes"]

    assert len(set(codes)) == 10
    for code in codes:
        factors.demand(office.slot_id, code.lower(), at=NOON)
        with pytest.raises(WrongSecondFactor):
            factors.demand(office.slot_id, code, at=NOON)


def test_a_wrong_code_confirms_nothing(factors: SecondFactors, office: Principal) -> None:
    with pytest.raises(NoSecondFactor):
        factors.confirm(office, "000000", at=NOON)
    totp = pyotp.TOTP(factors.begin(office)["secret"])
    with pytest.raises(WrongSecondFactor):
        factors.confirm(office, totp.at(NOON + 5 * STEP), at=NOON)

    factors.demand(office.slot_id, None, at=NOON)


def test_another_can_be_set_up_only_after_the_first_was_removed(
    factors: SecondFactors, office: Principal, code_at: Callable[[datetime], str]
) -> None:
    with pytest.raises(SecondFactorExists):
        factors.begin(office)
    with pytest.raises(WrongSecondFactor):
        factors.remove(office.slot_id, "000000", at=NOON)

    factors.remove(office.slot_id, code_at(NOON), at=NOON)

    factors.demand(office.slot_id, None, at=NOON)
    assert factors.begin(office)["secret"]


def test_an_activation_leaves_the_new_holder_without_the_old_ones_device(
    factors: SecondFactors,
    office: Principal,
    code_at: Callable[[datetime], str],
    store: AccountsStore,
    database: Any,
    codes: ActivationCodes,
    passwords: GreenPasswordHashes,
) -> None:
    issue(store, database, codes)

    activate_slot(
        store,
        passwords,
        codes,
        username="d8104",
        activation_code=code_of(database, codes, "d8104"),
        password=PASSWORD,
        holder=HOLDER,
        address=ADDRESS,
        at=now(),
    )

    factors.demand(office.slot_id, None, at=NOON)


def test_an_lao_officer_cannot_have_one(factors: SecondFactors) -> None:
    officer = Principal("x-1", "5810401-1", Role.LAO_OFFICER, "organisation", "x")

    with pytest.raises(OutOfScope):
        factors.begin(officer)


def test_the_database_has_neither_secret_nor_recovery_code_in_clear(
    factors: SecondFactors, office: Principal, database: Any
) -> None:
    secret = factors.begin(office)["secret"]
    codes = factors.confirm(office, pyotp.TOTP(secret).at(NOON), at=NOON)["recovery_codes"]

    stored = str(list(database.slots.find()))

    assert secret not in stored
    for code in codes:
        assert code not in stored
        assert code.replace("-", "") not in stored


def test_a_sealed_secret_opens_for_its_own_slot_and_key_alone() -> None:
    sealed = Sealer(KEY).seal("secret", "slot-1")

    assert Sealer(KEY).unseal(sealed, "slot-1") == "secret"
    for sealer, owner in ((Sealer(KEY), "slot-2"), (Sealer(bytes(32)), "slot-1")):
        with pytest.raises(InvalidTag):
            sealer.unseal(sealed, owner)


def test_the_session_of_an_agency_is_limited_until_its_factor_counts(desk: Desk) -> None:
    wanted = {"kind": "agency", "code": "KOTHO", "name": "สำนักงานสมมติ", "province_code": "10"}
    agency = desk.service.add_organisation(OPERATOR.to_wire(), {**wanted, "founded_on": None})
    desk.service.add_slot(OPERATOR.to_wire(), agency["id"], "เลขานุการ", "central_hr_body")
    desk.activate("kotho-1", desk.read(OPERATOR, desk.issue(organisation=agency["id"]))["kotho-1"])
    token = desk.sign_in("kotho-1")
    by = desk.principal(token).to_wire()

    def is_limited() -> bool:
        found = desk.find(token)
        assert found is not None
        return bool(found["limited"])

    assert is_limited()
    totp = pyotp.TOTP(desk.service.begin_second_factor(by, PASSWORD)["secret"])
    assert is_limited()
    code = totp.at(desk.clock.at)
    desk.service.confirm_second_factor(by, code)
    assert not is_limited()
    desk.clock.go(seconds=60)
    desk.service.remove_second_factor(by, PASSWORD, totp.at(desk.clock.at))
    assert is_limited()
