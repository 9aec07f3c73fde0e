"""A registry file becomes organisations and slots, once, whatever happens on the way."""

from typing import Any

import eventlet
import orjson
import pytest

from chassis.clock import now
from contracts.accounts.registry import ImportNotFound, RegistryRefused
from services.accounts.registry import import_file as importing
from services.accounts.stores import AccountsStore
from tests.builders.registry_csv import KHLONG_THOM, a_row, file_of
from tests.component.accounts.krabi import (
    KRABI,
    PAO,
    PHELA,
    SLOTS,
    TOWN,
    Crash,
    DyingJob,
    a_job,
    announced,
    import_file,
    upload,
)

COUNTS = ("added", "changed", "unchanged", "gone")


def counts(result: dict[str, Any]) -> dict[str, int]:
    return {name: result[name] for name in COUNTS}


def organisations(database: Any) -> dict[str, dict[str, Any]]:
    """Return every organisation by its code, without what differs between two databases."""
    return {
        document["facts"]["code"]: {
            name: value for name, value in document.items() if name not in ("_id", "outbox")
        }
        for document in database.organisations.find()
    }


def test_a_file_becomes_its_organisations_the_offices_over_them_and_their_slots(
    store: AccountsStore, database: Any
) -> None:
    result = import_file(store, database)

    assert counts(result) == {"added": 4, "changed": 0, "unchanged": 0, "gone": 0}
    assert (result["rows"], result["organisations"]) == (4, 4)
    assert (result["provinces"], result["districts"]) == (1, 2)
    assert set(organisations(database)) == {
        *("2810101", "4810102", "5810401", "6810409"),
        *("81", "8101", "8104"),
    }
    assert {slot["username"] for slot in database.slots.find()} == {
        *(
            f"{code}-{group}"
            for code in (2810101, 4810102, 5810401, 6810409)
            for group in (1, 2, 3)
        ),
        *("p81", "d8101", "d8104"),
    }
    assert len(announced(database, "organisation_registered")) == 7


def test_importing_twice_changes_nothing(store: AccountsStore, database: Any) -> None:
    import_file(store, database)
    before = [list(database[name].find().sort("_id")) for name in ("organisations", "slots")]

    result = import_file(store, database)

    assert counts(result) == {"added": 0, "changed": 0, "unchanged": 4, "gone": 0}
    assert before == [
        list(database[name].find().sort("_id")) for name in ("organisations", "slots")
    ]


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    store: AccountsStore, database: Any
) -> None:
    result = import_file(store, database, dry_run=True)

    assert result["dry_run"] is True
    assert counts(result)["added"] == 4
    assert database.organisations.count_documents({}) == database.slots.count_documents({}) == 0


@pytest.mark.parametrize("shows", range(3))
def test_an_import_cut_short_ends_the_same_when_it_is_run_again(
    store: AccountsStore, database: Any, monkeypatch: pytest.MonkeyPatch, shows: int
) -> None:
    monkeypatch.setattr(importing, "BATCH", 5)
    import_id = upload(store, KRABI)
    job = a_job(database, importing.KIND, {"import_id": import_id, "dry_run": False})
    dying = DyingJob(database.jobs, database.jobs.find_one({"_id": job.id}))
    dying.shows_left = shows
    with pytest.raises(Crash):
        importing.import_registry(store, dying, at=now())
    cut_short = database.slots.count_documents({})

    result = importing.import_registry(store, job, at=now())

    assert counts(result) == {"added": 4, "changed": 0, "unchanged": 0, "gone": 0}
    assert cut_short < SLOTS == database.slots.count_documents({})
    assert len(organisations(database)) == 7
    told = [orjson.loads(entry["body"]) for entry in announced(database, "organisation_registered")]
    assert len({event["organisation_id"] for event in told}) == len(told) == 7


def test_an_upgraded_lao_keeps_its_id_and_its_usernames_and_what_it_was(
    store: AccountsStore, database: Any
) -> None:
    import_file(store, database)
    before = database.organisations.find_one({"facts.code": "6810409"})
    usernames = database.slots.distinct("username")

    upgraded = a_row(code="5810409", label="เทศบาลตำบล")
    result = import_file(store, database, file_of(PAO, TOWN, KHLONG_THOM, upgraded))

    assert counts(result) == {"added": 0, "changed": 1, "unchanged": 3, "gone": 0}
    organisation = store.organisations.get(before["_id"])
    assert organisation.facts.full_name == "เทศบาลตำบลเพหลา"
    assert [past.facts.full_name for past in organisation.history] == ["องค์การบริหารส่วนตำบลเพหลา"]
    assert database.slots.distinct("username") == usernames
    (changed,) = announced(database, "organisation_changed")
    facts = orjson.loads(changed["body"])
    assert facts["organisation_id"] == before["_id"]
    assert set(facts["changed"]) == {"type", "code", "full_name", "abbreviation"}


def test_a_new_website_is_stored_without_becoming_history_or_news(
    store: AccountsStore, database: Any
) -> None:
    import_file(store, database)

    moved = a_row(website="www.new.example")
    result = import_file(store, database, file_of(PAO, TOWN, KHLONG_THOM, moved))

    assert counts(result)["changed"] == 1
    stored = database.organisations.find_one({"facts.code": "6810409"})
    assert stored["facts"]["details"]["website"] == "www.new.example"
    assert stored["history"] == []
    assert announced(database, "organisation_changed") == []


def test_a_lao_that_moves_to_another_district_takes_its_slots_along(
    store: AccountsStore, database: Any
) -> None:
    town_too = a_row(district="เมืองกระบี่", code="6810103", name="ไสไทย")
    import_file(store, database, file_of(PAO, TOWN, town_too, KHLONG_THOM, PHELA))

    stays = a_row(code="5810402", label="เทศบาลตำบล", name="คลองพน")
    moved = a_row(district="คลองท่อม", code="6810103", name="ไสไทย")
    import_file(store, database, file_of(PAO, TOWN, moved, KHLONG_THOM, PHELA, stays))

    slots = list(database.slots.find({"username": {"$regex": "^6810103-"}}))
    assert [slot["district_code"] for slot in slots] == ["8104"] * 3


def test_an_organisation_that_vanished_from_the_file_is_counted_and_kept(
    store: AccountsStore, database: Any
) -> None:
    import_file(store, database)

    result = import_file(store, database, file_of(PAO, TOWN, KHLONG_THOM))

    assert counts(result) == {"added": 0, "changed": 0, "unchanged": 3, "gone": 1}
    assert "6810409" in organisations(database)
    assert database.slots.count_documents({}) == SLOTS


def test_a_bad_row_is_told_and_the_good_ones_are_taken(store: AccountsStore, database: Any) -> None:
    bad = a_row(code="123", name="ผิด")

    result = import_file(store, database, file_of(PAO, bad, TOWN))

    assert counts(result)["added"] == 2
    assert result["rejected"]["count"] == 1
    assert result["rejected"]["by_reason"] == {"bad_code": 1}
    (row,) = result["rejected"]["rows"]
    assert (row["line"], row["column"], row["reason"], row["value"]) == (
        *(3, "รหัส อปท."),
        *("bad_code", "123"),
    )
    assert row["message"].endswith("กรุณาแก้รหัส")
    assert row["message_en"].endswith("Mend the code.")


def test_a_file_that_is_no_registry_is_refused_as_a_whole(
    store: AccountsStore, database: Any
) -> None:
    with pytest.raises(RegistryRefused) as refused:
        import_file(store, database, b"name,age\nsomebody,7\n")

    assert "หัวตาราง" in refused.value.in_thai()
    assert database.organisations.count_documents({}) == 0


def test_an_upload_with_a_missing_part_is_not_read(store: AccountsStore, database: Any) -> None:
    import_id = store.uploads.begin("half.csv", "operator", at=now())
    store.uploads.add_part(import_id, 1, KRABI, at=now())
    job = a_job(database, importing.KIND, {"import_id": import_id, "dry_run": False})

    with pytest.raises(ImportNotFound):
        importing.import_registry(store, job, at=now())


def test_parts_come_in_any_order_and_twice(store: AccountsStore) -> None:
    import_id = store.uploads.begin("whole.csv", "operator", at=now())
    for no, part in ((1, KRABI[100:]), (0, KRABI[:100]), (1, KRABI[100:])):
        store.uploads.add_part(import_id, no, part, at=now())

    assert store.uploads.read(import_id) == KRABI


def test_nobody_imports_what_another_has_uploaded(store: AccountsStore) -> None:
    import_id = store.uploads.begin("mine.csv", "operator", at=now())

    with pytest.raises(ImportNotFound):
        store.uploads.require_begun_by("somebody-else", import_id)


def test_two_imports_at_once_store_everything_once(store: AccountsStore, database: Any) -> None:
    importers = [eventlet.spawn(import_file, store, database) for _ in range(2)]

    for importer in importers:
        importer.wait()

    assert len(organisations(database)) == database.organisations.count_documents({}) == 7
    assert database.slots.count_documents({}) == SLOTS
    ids = {document["_id"] for document in database.organisations.find()}
    assert set(database.slots.distinct("organisation_id")) == ids
