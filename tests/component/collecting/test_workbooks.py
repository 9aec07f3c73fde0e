"""Uploads worked off on a real database: repeated they double nothing, checked they keep none."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from collecting.workbooks.filing import AT_ONCE, FAULTS_TOLD, Upload, WorkbookFiler
from collecting.workbooks.layout import layout_of
from contracts.fields import wire_time
from contracts.principal import Principal, Role
from tests.builders.duties import EARLY
from tests.builders.glyphs import GLYPHS
from tests.builders.licences.answers import some_answers
from tests.builders.licences.kind import FORM
from tests.builders.recording import record
from tests.builders.watching import explained, stages_of
from tests.builders.workbooks import archived
from tests.component.collecting.test_work_of_queries import names_of
from tests.unit.collecting.duties import a_round, owing, spread, the_officer_of

LAYOUT = layout_of(FORM)
OFFICE = Principal("slot-p81", "p81", Role.PROVINCE_OFFICER, "province", "81")
ABROAD = Principal("slot-p82", "p82", Role.PROVINCE_OFFICER, "province", "82")


def archive_of(obligations: list[Any], **changes: Any) -> bytes:
    return archived(LAYOUT, obligations, some_answers(**changes))


def work_off(
    store: Any,
    data: bytes,
    *,
    by: Principal = OFFICE,
    is_check: bool = False,
    recording: Any = None,
) -> dict[str, Any]:
    upload = Upload("upload-1", "licences-2569-1", wire_time(EARLY), by.to_wire(), is_check)
    recording = recording or (lambda attempts: record(store.ledger, attempts))
    filer = WorkbookFiler(store, upload, a_round(), LAYOUT, recording, GLYPHS.lacking)
    return filer.file(BytesIO(data), "upload.zip", lambda done, total: None)


def test_a_job_that_died_half_way_is_repeated_and_doubles_nothing(store, database):
    data = archive_of(owing(store, AT_ONCE + 5))
    calls = []

    def dying(attempts):
        if calls:
            raise ConnectionError("the process is ending")
        calls.append(record(store.ledger, attempts))
        return calls[0]

    with pytest.raises(ConnectionError):
        work_off(store, data, recording=dying)
    assert database["filings"].count_documents({}) == AT_ONCE
    first = work_off(store, data)
    again = work_off(store, data)

    assert first["counts"]["recorded"] == AT_ONCE + 5
    assert first == again
    assert database["filings"].count_documents({}) == AT_ONCE + 5
    died = [filing["receipt"]["number"] for filing in calls[0]]
    assert [one["filed"]["receipt_number"] for one in first["files"]][:AT_ONCE] == died


def test_the_time_that_counts_and_whoever_filed_are_those_of_the_upload(store, database):
    work_off(store, archive_of(owing(store)))

    filing = database["filings"].find_one()
    assert filing["accepted_at"] == EARLY
    assert (filing["username"], filing["slot_id"]) == ("p81", "slot-p81")
    assert filing["channel"] == "workbook"


def test_a_check_says_what_would_be_filed_and_keeps_nothing(store, database):
    obligations = owing(store, 2)
    good, filed = (archive_of([owed]) for owed in obligations)
    work_off(store, filed)

    fine = work_off(store, good, is_check=True)
    refused = work_off(store, filed, is_check=True)

    assert fine["counts"] == {"recorded": 0, "checked": 1, "refused": 0, "faulty": 0}
    assert fine["files"][0]["filed"] == {"kind": "original", "revision": 1, "on_time": True}
    assert refused["files"][0]["errors"][0]["code"] == "already_filed"
    assert database["filings"].count_documents({}) == 1


@pytest.mark.parametrize("is_check", [True, False])
def test_nobody_files_beyond_its_area_or_for_another_slot(store, database, is_check):
    mine, theirs = owing(store, 2)
    data = archive_of([mine, theirs])

    abroad = work_off(store, data, by=ABROAD, is_check=is_check)
    officer = work_off(store, data, by=the_officer_of(mine), is_check=is_check)

    assert abroad["counts"]["refused"] == 2
    assert [one["outcome"] for one in officer["files"]] == [
        "checked" if is_check else "recorded",
        "refused",
    ]
    assert officer["files"][1]["errors"][0]["code"] == "obligation_not_found"


def test_more_faults_than_are_told_are_counted(store):
    blank = dict.fromkeys(some_answers())

    (told,) = work_off(store, archive_of(owing(store), **blank))["files"]

    assert len(told["errors"]) == min(FAULTS_TOLD, told["errors_found"])
    assert told["errors_found"] == len(FORM.faults({}))


def test_an_upload_under_one_id_is_kept_once(store):
    facts = {
        "round_id": "licences-2569-1",
        "sha256": "a",
        "file_id": "f1",
        "filename": "a.zip",
        "is_check": False,
        "received_at": "2026-12-01T09:00:00.000+07:00",
        "by": {},
    }

    first = store.workbooks.add_upload("u1", facts)
    second = store.workbooks.add_upload("u1", {**facts, "sha256": "b"})

    assert first == ({"_id": "u1", **facts}, True)
    assert second == ({"_id": "u1", **facts}, False)
    assert store.workbooks.find_upload("u1") == {"_id": "u1", **facts}
    assert store.workbooks.find_upload("u2") is None


def test_a_template_is_filled_with_the_draft_for_its_slot_and_with_the_filing_for_others(store):
    filed, typed, untouched = owing(store, 3)
    work_off(store, archive_of([filed, typed], issued=77))
    obligations = [store.obligations.get(owed.id) for owed in (filed, typed, untouched)]
    store.drafts.save(obligations[1], {"issued": 9}, made_from=0, at=EARLY, username="6810401-1")

    for_slot = store.workbooks.find_answers(obligations, typed=True)
    for_office = store.workbooks.find_answers(obligations, typed=False)

    assert for_slot[typed.id] == {"issued": 9}
    assert for_office[typed.id] == for_office[filed.id] == some_answers(issued=77)
    assert untouched.id not in for_slot


def test_an_upload_asks_as_little_of_a_large_country(store, database, commands):
    obligations = spread(store, 3_000)
    by = Principal("s", "operator", Role.PROVINCE_OFFICER, "province", "10")

    with commands.during() as for_few:
        work_off(store, archive_of(obligations[:1]), by=by)
    with commands.during() as for_many:
        work_off(store, archive_of(obligations[1 : 1 + AT_ONCE]), by=by)
    with commands.during() as asked:
        store.workbooks.find_answers(obligations[:20], typed=True)
        store.workbooks.missing_evidence(["e1"], obligations[0])
        page = store.obligations.list(
            by, round_id="licences-2569-1", state=None, after=None, limit=20, district="1001"
        )
        store.workbooks.find_upload("u1")

    assert names_of(for_many) == names_of(for_few)
    assert {owed.district_code for owed in page} == {"1001"}
    plans = [plan for each in [*for_many, *asked] for plan in explained(database, each)]
    assert len(plans) >= 8
    assert not [plan for plan in plans if "COLLSCAN" in stages_of(plan)]
