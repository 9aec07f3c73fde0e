"""What becomes of an organisation happens on its day, once, and what it was stays on record."""

from datetime import date, datetime, timedelta
from typing import Any

import eventlet
import orjson
import pytest

from chassis.clock import now
from contracts.accounts.changes import (
    OrganisationChangeNeeded,
    OrganisationChangeNotFound,
    OrganisationChangeSettled,
    OrganisationCodeTaken,
)
from contracts.accounts.organisations import OrganisationClosed
from contracts.errors import InvalidInput, StaleVersion
from contracts.reference.calendar import BANGKOK, as_bangkok
from services.accounts.organisations import schedule as changing
from services.accounts.organisations.rules.changes import ChangeState
from services.accounts.organisations.rules.organisation import OrganisationKind
from services.accounts.organisations.store.changes import ChangeStore
from services.accounts.stores import AccountsStore
from tests.component.accounts.krabi import announced, import_file, trail

TODAY = as_bangkok(now()).date()
TOMORROW = TODAY + timedelta(days=1)
LATER = datetime.combine(TOMORROW, datetime.min.time(), BANGKOK) + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _krabi(store: AccountsStore, database: Any) -> None:
    import_file(store, database)


@pytest.fixture
def phela(store: AccountsStore) -> str:
    """The id of องค์การบริหารส่วนตำบลเพหลา."""
    return id_of(store, "6810409")


def id_of(store: AccountsStore, code: str) -> str:
    found = store.organisations.find_by_code(OrganisationKind.LAO, code)
    assert found is not None
    return found.id


def schedule(
    store: AccountsStore, organisation_id: str, kind: str, day: date = TOMORROW, **terms: Any
) -> str:
    wanted = {
        "kind": kind,
        "effective_on": day.isoformat(),
        "order_no": "ประกาศ 1/2569",
        "reason": "ทดสอบ",
    }
    dossier, change, _ = changing.plan(
        store, organisation_id, wanted | terms, by="operator", at=now()
    )
    store.changes.keep(dossier, change)
    return change.id


def states(store: AccountsStore, organisation_id: str) -> list[str]:
    return [each.state.value for each in store.changes.get(organisation_id).changes]


def usernames(database: Any, organisation_id: str) -> list[str]:
    found = database.slots.find({"organisation_id": organisation_id}).sort("username")
    return [slot["username"] for slot in found]


def test_an_upgrade_waits_for_its_day_and_then_keeps_id_slots_and_usernames(
    store: AccountsStore, database: Any, phela: str
) -> None:
    before = usernames(database, phela)
    schedule(store, phela, "upgrade", type="town")

    assert changing.apply_due(store, trail(store), at=now()) == 0
    waiting = store.organisations.get(phela)
    assert changing.apply_due(store, trail(store), at=LATER) == 1
    assert changing.apply_due(store, trail(store), at=LATER) == 0

    upgraded = store.organisations.get(phela)
    assert waiting.facts.code == "6810409"
    assert (upgraded.facts.code, upgraded.facts.full_name) == ("4810409", "เทศบาลเมืองเพหลา")
    yesterday, tomorrow = upgraded.on(TODAY), upgraded.on(TOMORROW)
    assert yesterday is not None
    assert tomorrow is not None
    assert yesterday.facts.full_name == "องค์การบริหารส่วนตำบลเพหลา"
    assert tomorrow.facts.full_name == "เทศบาลเมืองเพหลา"
    assert upgraded.facts.details == waiting.facts.details
    assert usernames(database, phela) == before
    assert {slot["handed_out_by"] for slot in database.slots.find({"organisation_id": phela})} == {
        "province"
    }
    (told,) = announced(database, "organisation_changed")
    assert orjson.loads(told["body"])["changed"] == ["type", "code", "full_name", "abbreviation"]


def test_changes_of_one_organisation_come_about_in_the_order_of_their_days(
    store: AccountsStore, phela: str
) -> None:
    after_tomorrow = TOMORROW + timedelta(days=1)
    schedule(store, phela, "rename", after_tomorrow, name="เพหลาใหม่")
    schedule(store, phela, "upgrade", type="subdistrict")

    changing.apply_due(store, trail(store), at=LATER + timedelta(days=3))

    organisation = store.organisations.get(phela)
    assert [each.facts.full_name for each in organisation.versions] == [
        "องค์การบริหารส่วนตำบลเพหลา",
        "เทศบาลตำบลเพหลา",
        "เทศบาลตำบลเพหลาใหม่",
    ]
    assert [each.valid_from for each in organisation.versions[1:]] == [TOMORROW, after_tomorrow]
    assert [each.valid_to for each in organisation.versions] == [TOMORROW, after_tomorrow, None]


def test_of_several_processes_at_once_one_carries_a_change_out(
    store: AccountsStore, database: Any, phela: str
) -> None:
    schedule(store, phela, "rename", name="เพหลาใหม่")

    several = [eventlet.spawn(changing.apply_due, store, trail(store), at=LATER) for _ in range(6)]

    assert sum(each.wait() for each in several) == 1
    assert len(store.organisations.get(phela).history) == 1
    assert len(announced(database, "organisation_changed")) == 1
    assert states(store, phela) == ["applied"]


def test_a_merged_lao_is_closed_with_its_successor_and_its_slots(
    store: AccountsStore, database: Any, phela: str
) -> None:
    town = id_of(store, "4810102")
    schedule(store, phela, "merge", successor_ids=[town], slots_close_on=TOMORROW.isoformat())

    changing.apply_due(store, trail(store), at=LATER)

    merged = store.organisations.get(phela)
    assert (merged.closed_on, merged.successor_ids) == (TOMORROW, (town,))
    assert merged.on(TODAY) is not None
    assert merged.on(TOMORROW) is None
    assert all(slot["closure"] for slot in database.slots.find({"organisation_id": phela}))
    assert not any(slot.get("closure") for slot in database.slots.find({"organisation_id": town}))
    (told,) = announced(database, "organisation_closed")
    facts = orjson.loads(told["body"])
    assert (facts["because"], facts["successor_ids"]) == ("merge", [town])
    with pytest.raises(OrganisationClosed):
        schedule(store, phela, "rename", name="อื่น")


def test_slots_of_an_lao_that_is_no_more_stay_usable_for_90_days_to_end_what_it_owes(
    store: AccountsStore, database: Any, phela: str
) -> None:
    usable = {"organisation_id": phela, "closure": None}
    schedule(store, phela, "merge", successor_ids=[id_of(store, "4810102")])
    changing.apply_due(store, trail(store), at=LATER)
    (kept,) = store.changes.get(phela).changes
    day_before = LATER + timedelta(days=89)
    waiting = store.changes.list_slots_due(as_bangkok(day_before).date(), limit=9)

    changing.apply_due(store, trail(store), at=day_before)
    usable_on_the_day_before = database.slots.count_documents(usable)
    changing.apply_due(store, trail(store), at=LATER + timedelta(days=90))

    assert kept.terms.slots_close_on == TOMORROW + timedelta(days=90)
    assert store.organisations.get(phela).slots_close_on == kept.terms.slots_close_on
    assert (waiting, usable_on_the_day_before) == ([], 3)
    assert database.slots.count_documents(usable) == 0
    assert len(announced(database, "slot_closed")) == 3
    assert database.audit.count_documents({"act": "close_slot", "outcome": "done"}) == 3
    assert database.organisations.count_documents({"slots_due_on": {"$exists": True}}) == 0


def test_a_change_that_comes_about_is_in_the_audit_trail_with_whoever_ordered_it(
    store: AccountsStore, database: Any, phela: str
) -> None:
    change_id = schedule(store, phela, "rename", name="เพหลาใหม่")

    changing.apply_due(store, trail(store), at=LATER)

    (entry,) = database.audit.find()
    assert (entry["act"], entry["outcome"]) == ("apply_organisation_change", "done")
    assert entry["by"] == {"slot_id": "accounts", "username": "accounts"}
    assert entry["facts"] == {"change_id": change_id, "kind": "rename", "ordered_by": "operator"}
    assert entry["organisation_ids"] == [phela]


@pytest.mark.parametrize("continues", [True, False])
def test_a_split_founds_laos_with_slots_of_their_own(
    store: AccountsStore, database: Any, phela: str, continues: bool
) -> None:
    schedule(
        store,
        phela,
        "split",
        founds=[{"type": "sao", "code": "6810490", "name": "เพหลาเหนือ"}],
        continues=continues,
    )
    assert store.organisations.find_by_code(OrganisationKind.LAO, "6810490") is None

    changing.apply_due(store, trail(store), at=LATER)

    founded = store.organisations.get(id_of(store, "6810490"))
    assert founded.on(TODAY) is None
    assert founded.facts.district == "คลองท่อม"
    assert usernames(database, founded.id) == [f"6810490-{group}" for group in (1, 2, 3)]
    old = store.organisations.get(phela)
    assert (old.closed_on is None) is continues
    assert old.successor_ids == (() if continues else (founded.id,))
    registered = [orjson.loads(e["body"]) for e in announced(database, "organisation_registered")]
    assert [each["organisation_id"] for each in registered].count(founded.id) == 1


def test_a_split_cut_short_is_finished_by_the_next_process(
    store: AccountsStore, database: Any, phela: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    def die(*_: Any, **__: Any) -> bool:
        raise Crash

    schedule(
        store,
        phela,
        "split",
        founds=[{"type": "sao", "code": "6810490", "name": "เพหลาเหนือ"}],
        slots_close_on=TOMORROW.isoformat(),
    )
    with monkeypatch.context() as patched:
        patched.setattr(ChangeStore, "apply", die)
        with pytest.raises(Crash):
            changing.apply_due(store, trail(store), at=LATER)

    assert changing.apply_due(store, trail(store), at=LATER) == 1

    assert database.organisations.count_documents({"facts.code": "6810490"}) == 1
    assert len(announced(database, "organisation_closed")) == 1
    assert database.organisations.count_documents({"slots_due_on": {"$exists": True}}) == 0


def test_slots_that_a_crash_left_behind_follow_later(
    store: AccountsStore, database: Any, phela: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule(store, phela, "close", slots_close_on=TOMORROW.isoformat())
    with monkeypatch.context() as patched:
        patched.setattr(changing, "settle_slots", lambda *_, **__: None)
        changing.apply_due_of(store, trail(store), phela, at=LATER)
    left_behind = database.slots.count_documents({"organisation_id": phela, "closure": None})

    changing.apply_due(store, trail(store), at=LATER)

    assert left_behind == 3
    assert database.slots.count_documents({"organisation_id": phela, "closure": None}) == 0


def test_a_cancelled_change_never_comes_about_and_stays_listed(
    store: AccountsStore, phela: str
) -> None:
    change_id = schedule(store, phela, "rename", name="เพหลาใหม่")

    changing.cancel(store, phela, change_id, at=now())

    assert changing.apply_due(store, trail(store), at=LATER) == 0
    assert states(store, phela) == ["cancelled"]
    with pytest.raises(OrganisationChangeSettled):
        changing.cancel(store, phela, change_id, at=now())
    with pytest.raises(OrganisationChangeNotFound):
        changing.cancel(store, phela, "nothing", at=now())


def test_a_change_whose_day_has_come_is_not_cancelled(store: AccountsStore, phela: str) -> None:
    change_id = schedule(store, phela, "rename", name="เพหลาใหม่")

    with pytest.raises(OrganisationChangeSettled):
        changing.cancel(store, phela, change_id, at=LATER)


def test_a_change_that_a_later_one_rests_on_is_not_cancelled(
    store: AccountsStore, phela: str
) -> None:
    first = schedule(store, phela, "rename", name="ใหม่")
    schedule(store, phela, "rename", TOMORROW + timedelta(days=1), name="เพหลา")

    with pytest.raises(OrganisationChangeNeeded):
        changing.cancel(store, phela, first, at=now())


def test_a_change_that_became_impossible_fails_on_record_and_holds_nothing_up(
    store: AccountsStore, database: Any, phela: str
) -> None:
    town = id_of(store, "4810102")
    schedule(store, town, "close")
    changing.apply_due(store, trail(store), at=now())
    schedule(store, phela, "merge", TOMORROW + timedelta(days=1), successor_ids=[town])

    changing.apply_due(store, trail(store), at=LATER)
    changing.apply_due(store, trail(store), at=LATER + timedelta(days=2))

    failed = store.changes.get(phela).changes[-1]
    assert failed.state is ChangeState.FAILED
    (entry,) = database.audit.find({"subject": f"organisation:{phela}"})
    assert (entry["outcome"], entry["facts"]["code"]) == ("refused", "input.invalid")
    assert "รับช่วง" in (failed.problem or "")
    assert store.organisations.get(phela).closed_on is None


def test_two_who_schedule_at_once_do_not_overlook_each_other(
    store: AccountsStore, phela: str
) -> None:
    wanted = {"kind": "rename", "effective_on": TOMORROW.isoformat(), "order_no": "1"}
    wanted |= {"reason": "ทดสอบ", "name": "ใหม่"}
    first, second = (changing.plan(store, phela, wanted, by=by, at=now()) for by in ("one", "two"))
    store.changes.keep(first[0], first[1])

    with pytest.raises(StaleVersion):
        store.changes.keep(second[0], second[1])
    with pytest.raises(InvalidInput):
        changing.plan(store, phela, wanted, by="two", at=now())


def test_what_held_before_the_first_import_can_be_dated_back(
    store: AccountsStore, phela: str
) -> None:
    long_ago = date(2020, 1, 1)
    schedule(store, phela, "upgrade", long_ago, type="subdistrict")

    changing.apply_due_of(store, trail(store), phela, at=now())

    organisation = store.organisations.get(phela)
    before, since = organisation.on(date(2019, 12, 31)), organisation.on(long_ago)
    assert before is not None
    assert since is not None
    assert (before.facts.type, since.facts.type) == ("sao", "subdistrict")
    with pytest.raises(InvalidInput) as refused:
        schedule(store, phela, "rename", date(2019, 1, 1), name="ก่อนหน้า")
    assert refused.value.details["pointer"] == "/effective_on"


@pytest.mark.parametrize(
    ("code", "kind", "terms", "pointer"),
    [
        ("6810409", "rename", {"name": "เพหลา"}, "/name"),
        ("6810409", "close", {"slots_close_on": TODAY.isoformat()}, "/slots_close_on"),
        ("5810401", "upgrade", {"type": "sao"}, "/type"),
        ("2810101", "upgrade", {"type": "city"}, "/type"),
        ("6810409", "rename", {"district_code": "9999"}, "/district_code"),
        ("6810409", "merge", {"successor_ids": ["nowhere"]}, "/successor_ids/0"),
        (
            "6810409",
            "split",
            {"founds": [{"type": "sao", "code": "5810490", "name": "ผิด"}]},
            "/founds/0/code",
        ),
    ],
)
def test_what_cannot_be_is_refused_where_it_is_wrong(
    store: AccountsStore, code: str, kind: str, terms: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        schedule(store, id_of(store, code), kind, **terms)

    assert refused.value.details["pointer"] == pointer


def test_a_split_cannot_take_the_code_of_another(store: AccountsStore, phela: str) -> None:
    with pytest.raises(OrganisationCodeTaken):
        schedule(
            store, phela, "split", founds=[{"type": "sao", "code": "6810401", "name": "คลองท่อม"}]
        )


def test_an_lao_that_moves_takes_its_slots_to_the_other_district(
    store: AccountsStore, database: Any, phela: str
) -> None:
    schedule(store, phela, "rename", district_code="8101")

    changing.apply_due(store, trail(store), at=LATER)

    assert store.organisations.get(phela).facts.district == "เมืองกระบี่"
    assert {slot["district_code"] for slot in database.slots.find({"organisation_id": phela})} == {
        "8101"
    }


def test_what_is_due_is_found_by_an_index(store: AccountsStore, database: Any, phela: str) -> None:
    schedule(store, phela, "close")

    due = database.organisations.find({"next_change_on": {"$lte": TOMORROW.isoformat()}})

    told = due.explain()["executionStats"]
    assert (told["totalKeysExamined"], told["totalDocsExamined"]) == (1, 1)
