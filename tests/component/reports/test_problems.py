"""Problem reports are kept, counted and announced in one; summaries read tallies only."""

from __future__ import annotations

import json
from datetime import timedelta

import eventlet
import pytest

from collecting.rounds.rules import Mode, RoundState
from contracts.errors import IdempotencyKeyReused
from contracts.reports.problems import ProblemReportNotFound, TooManyAnswers
from services.reports.problems import reports as problems
from services.reports.problems.rules import ProblemState
from services.reports.problems.store import MOST_ANSWERS
from tests.builders.duties import EARLY
from tests.builders.watching import explained, stages_of
from tests.unit.reports.duties import a_round
from tests.unit.reports.test_problem_rules import CENTRAL, DISTRICT, OFFICER, PROVINCE, a_report

SECRET = "ข้อความของผู้แจ้ง"


def keep(store, **changes):
    report = a_report(text=SECRET, **changes)
    return store.problems.add(report, announcing=problems.reported_event(report))


def answer(store, report, *, circulate=True, text="ตอบแล้ว", by=CENTRAL, at=EARLY):
    given = report.answer(by, text=text, circulate=circulate, at=at)
    event = problems.answered_event(report, given)
    return store.problems.answer(report, given, announcing=event)[0]


def counts(store, by=CENTRAL, axis="category", round_id=None):
    return store.problems.counts(by, axis, round_id)


def test_a_report_comes_back_as_it_was_kept_and_its_event_has_none_of_its_words(store, database):
    kept, repeated = keep(store, holder_name="ทดลอง สมมติ")

    assert (store.problems.get(kept.id), repeated) == (kept, False)
    (document,) = database["problem_reports"].find()
    (entry,) = document["outbox"]
    assert entry["key"] == "reports.problem_reported.v1"
    assert SECRET not in entry["body"]
    with pytest.raises(ProblemReportNotFound):
        store.problems.get("nowhere")


def test_repeated_it_is_the_same_one_counted_once(store):
    first, _ = keep(store)

    again, repeated = keep(store, reported_at=EARLY + timedelta(hours=1))

    assert (again, repeated) == (first, True)
    assert counts(store) == {"score_source_unclear": (1, 0)}
    with pytest.raises(IdempotencyKeyReused):
        keep(store, request_sha256="another")


def test_an_answer_is_kept_counted_and_announced_with_it(store, database):
    report, _ = keep(store)

    first = answer(store, report, circulate=False, by=PROVINCE)
    second = answer(store, report, text="ตอบเพิ่ม")

    assert (first.state, second.version) == (ProblemState.ANSWERED, 3)
    assert [each.text for each in store.problems.get(report.id).answers] == ["ตอบแล้ว", "ตอบเพิ่ม"]
    assert counts(store) == {"score_source_unclear": (1, 1)}
    (document,) = database["problem_reports"].find()
    events = [json.loads(entry["body"]) for entry in document["outbox"][1:]]
    assert [event["circulated"] for event in events] == [False, True]
    assert "ตอบ" not in str(events)


def test_it_takes_so_many_answers_and_no_more(store):
    report, _ = keep(store)
    for _ in range(MOST_ANSWERS):
        answer(store, report)

    with pytest.raises(TooManyAnswers):
        answer(store, report)

    assert counts(store) == {"score_source_unclear": (1, 1)}


def test_reports_and_answers_at_once_are_all_counted(store):
    made = list(eventlet.GreenPool(8).imap(lambda n: keep(store, id=f"p{n}")[0], range(16)))
    list(eventlet.GreenPool(8).imap(lambda report: answer(store, report), made + made))

    assert counts(store) == {"score_source_unclear": (16, 16)}


def test_counts_are_of_all_live_rounds_or_one_within_the_callers_area(store):
    keep(store)
    keep(store, id="p2", category="other", district_code="8105", round_id="ethics-2569-2")
    keep(store, id="p3", province_code="80", district_code="8001")
    keep(store, id="p4", round_id="ethics-2569-1-trial1", mode=Mode.TRIAL)

    assert counts(store) == {"score_source_unclear": (2, 0), "other": (1, 0)}
    assert counts(store, axis="province") == {"81": (2, 0), "80": (1, 0)}
    assert counts(store, PROVINCE) == {"score_source_unclear": (1, 0), "other": (1, 0)}
    assert counts(store, DISTRICT) == {"score_source_unclear": (1, 0)}
    assert counts(store, round_id="ethics-2569-2") == {"other": (1, 0)}
    assert counts(store, round_id="ethics-2569-1-trial1") == {"score_source_unclear": (1, 0)}


def test_a_list_shows_the_callers_part_newest_first_page_by_page(store):
    for number in range(5):
        keep(store, id=f"p{number}", reported_at=EARLY + timedelta(hours=number // 2))
    keep(store, id="q1", slot_id="another", district_code="8105")
    keep(store, id="q2", slot_id="another", province_code="80", district_code="8001")

    for by, seen in ((OFFICER, 5), (DISTRICT, 5), (PROVINCE, 6), (CENTRAL, 7)):
        assert len(store.problems.list(by, {}, after=None, limit=99)) == seen
    first = store.problems.list(OFFICER, {}, after=None, limit=3)
    rest = store.problems.list(OFFICER, {}, after=(first[-1].reported_at, first[-1].id), limit=3)
    assert [report.id for report in first + rest] == ["p4", "p3", "p2", "p1", "p0"]
    assert store.problems.list(CENTRAL, {"category": "other"}, after=None, limit=9) == []


def test_of_circulated_answers_the_latest_of_each_report_is_listed_and_not_its_words(store):
    quiet, loud = keep(store)[0], keep(store, id="p2", category="other")[0]
    answer(store, quiet, circulate=False)
    answer(store, loud, text="เดิม")
    answer(store, loud, text="ใหม่", at=EARLY + timedelta(hours=1))
    answer(store, loud, text="เฉพาะผู้แจ้ง", circulate=False, at=EARLY + timedelta(hours=2))

    (listed,) = store.problems.list_circulated(None, after=None, limit=9)

    assert problems.circulated_to_wire(listed)["text"] == "ใหม่"
    assert SECRET not in str(listed)
    assert store.problems.list_circulated("score_source_unclear", after=None, limit=9) == []
    assert store.problems.list_circulated("other", after=None, limit=9) == [listed]
    at = listed["circulated"]["answered_at"], listed["_id"]
    assert store.problems.list_circulated(None, after=at, limit=9) == []


def test_the_latest_live_round_that_was_opened_is_meant_when_none_is_named(store):
    assert store.problems.find_latest_round() is None
    for no, state in ((1, RoundState.CLOSED), (2, RoundState.OPEN), (3, RoundState.DRAFT)):
        store.rounds.add(a_round(id=f"ethics-2569-{no}", no=no, state=state))
    store.rounds.add(a_round(id="ethics-2569-9-trial1", no=9, mode=Mode.TRIAL))

    assert store.problems.find_latest_round() == "ethics-2569-2"


def test_a_purge_takes_reports_and_counts_of_the_trial_and_no_other(store, database):
    trial = a_round(id="ethics-2569-1-trial1", mode=Mode.TRIAL)
    store.rounds.add(trial)
    keep(store)
    keep(store, id="p2", round_id=trial.id, mode=Mode.TRIAL)

    store.rounds.purge(trial)

    assert [one["_id"] for one in database["problem_reports"].find()] == ["p1"]
    assert [one["mode"] for one in database["problem_tallies"].find()] == ["live"]


def test_nothing_is_looked_up_without_an_index(store, database, commands):
    for number in range(30):
        report, _ = keep(store, id=f"p{number}", slot_id=f"s{number}")
        answer(store, report)
    after = (EARLY + timedelta(days=1), "x")

    with commands.during() as asked:
        for by in (OFFICER, DISTRICT, PROVINCE, CENTRAL):
            for filters in (
                {},
                {"round_id": "ethics-2569-1"},
                {"category": "other", "state": "open"},
            ):
                store.problems.list(by, filters, after=after, limit=5)
        for by in (DISTRICT, PROVINCE, CENTRAL):
            for round_id in (None, "ethics-2569-1"):
                store.problems.counts(by, "category", round_id)
        for category in (None, "other"):
            store.problems.list_circulated(category, after=after, limit=5)
        store.problems.find_latest_round()

    plans = [(one, plan) for one in asked for plan in explained(database, one)]
    assert len(plans) >= 21
    for command, plan in plans:
        assert "COLLSCAN" not in stages_of(plan), command


def test_a_summary_reads_as_many_tallies_however_many_reports_there_are(store, database, commands):
    looked = []
    for many in (5, 100):
        for number in range(many):
            keep(store, id=f"p{many}-{number}")
        with commands.during() as asked:
            counts(store)
        (plan,) = explained(database, asked[0])
        stats = plan["stages"][0]["$cursor"] if "stages" in plan else plan
        looked.append(stats["executionStats"]["totalDocsExamined"])

    assert looked == [1, 1]
