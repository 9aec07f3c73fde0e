"""How much one may send in a while: counted by slot and organisation, told with its numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import eventlet
import pytest

from collecting.quotas import rules
from collecting.quotas.rules import QUOTAS, Quota, Sent, quotas_of
from contracts.collecting.evidence import UploadNotFound
from contracts.collecting.quotas import QuotaReached
from contracts.principal import Principal, Role
from tests.component.collecting.test_evidence import desk, obligation, officer, send

__all__ = ("desk", "obligation", "officer")  # fixtures of evidence
AT = datetime(2026, 11, 30, 16, 59, tzinfo=UTC)  # a minute before midnight in Thailand
NEXT_DAY = AT + timedelta(minutes=1)
ONE = Principal("s1", "a", Role.LAO_OFFICER, "organisation", "o1", organisation_id="o1")
OTHER = replace(ONE, slot_id="s2")


def a_quota(**changes: Any) -> Quota:
    facts = {"what": Sent.EVIDENCE, "of": "slot", "window": "day", "count": 3, "bytes": 100}
    dates = {"valid_from": date(2025, 10, 1), "valid_to": None}
    return Quota(**{**facts, **dates, "name_th": "ไฟล์", "name": "files", **changes})


@pytest.fixture
def holding(monkeypatch):
    """Has these quotas hold, and no others."""

    def hold(*held: Quota) -> None:
        monkeypatch.setattr(rules, "QUOTAS", held)

    return hold


def charge(store, by=ONE, size=10, at=AT):
    store.quotas.charge(by, Sent.EVIDENCE, size, at=at)


def test_so_many_are_taken_and_the_next_is_told_the_numbers(store, holding):
    holding(a_quota())
    for _ in range(3):
        charge(store)

    with pytest.raises(QuotaReached) as refused:
        charge(store)

    told = refused.value.details
    assert (told["used"], told["limit"], told["wanted"], told["unit"]) == ("3", "3", "1", "items")
    assert told["resets_at"] == "2026-12-01T00:00:00.000+07:00"
    assert told["retry_after_seconds"] == "60"
    charge(store, at=NEXT_DAY)
    charge(store, by=OTHER)


@pytest.mark.parametrize(("last", "is_taken"), [(59, True), (60, True), (61, False)])
def test_so_many_bytes_are_taken_and_not_one_more(store, holding, last, is_taken):
    holding(a_quota())
    charge(store, size=40)

    if is_taken:
        charge(store, size=last)
        return
    with pytest.raises(QuotaReached) as refused:
        charge(store, size=last)
    told = refused.value.details
    assert (told["used"], told["limit"], told["wanted"]) == ("40", "100", "61")


@pytest.mark.parametrize(("size", "is_taken"), [(100, True), (101, False)])
def test_the_very_first_is_held_to_the_bytes_too(store, holding, size, is_taken):
    holding(a_quota())

    if is_taken:
        charge(store, size=size)
    else:
        with pytest.raises(QuotaReached):
            charge(store, size=size)


def test_slots_of_an_organisation_share_what_is_the_organisations(store, holding, database):
    holding(a_quota(count=5), a_quota(of="organisation", window="year", count=None, bytes=25))
    charge(store)
    charge(store, by=OTHER)

    with pytest.raises(QuotaReached) as refused:
        charge(store)

    assert refused.value.details["resets_at"] == "2027-01-01T00:00:00.000+07:00"
    counted = {one["_id"]: one["count"] for one in database["quota_counters"].find()}
    assert counted == {
        "evidence:slot:s1:2026-11-30": 1,
        "evidence:slot:s2:2026-11-30": 1,
        "evidence:organisation:o1:2026-01-01": 2,
    }
    store.quotas.give_back(ONE, Sent.EVIDENCE, 10, at=AT)
    charge(store)


def test_of_many_at_once_no_more_are_taken_than_may_be(store, holding):
    holding(a_quota(count=3))

    def one() -> bool:
        try:
            charge(store, size=1)
        except QuotaReached:
            return False
        return True

    tried = [eventlet.spawn(one) for _ in range(10)]

    assert sum(each.wait() for each in tried) == 3


def test_asking_costs_one_write_for_each_quota_however_much_was_sent(store, holding, commands):
    holding(a_quota(count=2_000, bytes=None))
    for _ in range(50):
        charge(store)

    with commands.during() as asked:
        charge(store)

    assert len(asked) == 1


def test_counters_go_when_their_time_is_over(database):
    (ttl,) = (
        index
        for index in database["quota_counters"].list_indexes()
        if "expireAfterSeconds" in index
    )

    assert (list(ttl["key"]), ttl["expireAfterSeconds"]) == (["gone_at"], 0)


def test_a_quota_holds_from_its_day_until_its_last(holding):
    holding(a_quota(valid_from=date(2026, 11, 30), valid_to=date(2026, 12, 1)))

    assert not list(quotas_of(Sent.EVIDENCE, AT - timedelta(days=1)))
    assert list(quotas_of(Sent.EVIDENCE, AT))
    assert not list(quotas_of(Sent.EVIDENCE, NEXT_DAY))


def test_everything_that_can_be_sent_without_end_has_a_quota():
    assert {quota.what for quota in QUOTAS} == set(Sent)
    assert all(quota.count or quota.bytes for quota in QUOTAS)


def test_evidence_beyond_the_quota_is_refused_before_any_of_it_is_kept(
    store, desk, officer, holding, database
):
    holding(a_quota(count=1, bytes=None))
    send(desk, officer, b"%PDF-1.7 one")

    with pytest.raises(QuotaReached):
        send(desk, officer, b"%PDF-1.7 two")

    assert database["files.unfinished"].count_documents({}) == 0
    assert database["files.files"].count_documents({}) == 1


def test_more_than_was_announced_is_not_taken(desk, officer, database):
    content = b"%PDF-1.7 a file"
    upload = desk.begin_evidence(officer, "a.pdf", None, None, len(content) - 1)["upload_id"]
    desk.store.files.append(upload, 0, content)

    with pytest.raises(UploadNotFound):
        desk.finish_evidence(officer, upload)

    assert database["files.files"].count_documents({}) == 0


def test_uploaded_workbooks_go_after_their_days_and_evidence_stays(store, database):
    facts = {"round_id": None}
    old, evidence = (
        store.files.put(
            b"x", filename="a", content_type="b", facts={**facts, "kind": kind, "sha256": kind}
        )
        for kind in ("workbooks", "evidence")
    )
    kept_at = store.files.get(old)["kept_at"]

    assert store.files.sweep_kept("workbooks", before=kept_at) == 0
    assert store.files.sweep_kept("workbooks", before=kept_at + timedelta(milliseconds=1)) == 1
    assert store.files.get(old) is None
    assert store.files.get(evidence)
