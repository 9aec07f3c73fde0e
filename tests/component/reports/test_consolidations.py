"""The report to the ethics board is the ledger at a moment: the same bytes whenever it is built."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import openpyxl
import pytest
import rfc8785

from chassis.typesetter import Typesetter
from collecting.extensions import extend
from collecting.obligations.rules.obligation import State
from collecting.obligations.rules.orders import Order
from collecting.orders import carry_out
from collecting.rounds.rules import Mode
from collecting.sealing.receipts import sha256_hex
from contracts.fields import wire_time
from contracts.principal import Principal, Role
from contracts.reports.consolidations import ConsolidationNotFound
from services.reports.consolidation.consolidate import consolidate
from services.reports.ethics import ETHICS
from services.reports.problems import reports as problems
from services.reports.settings import Settings
from tests.builders.answers import nil_answers
from tests.builders.duties import CLOSES, DUE, EARLY, LATE
from tests.builders.recording import record
from tests.builders.watching import explained, stages_of
from tests.component.collecting.test_extensions import a_proposal
from tests.unit.reports.duties import a_round, an_amending_attempt, an_attempt, owing, spread
from tests.unit.reports.test_problem_rules import a_report

OPERATOR = Principal("s", "operator", Role.OPERATOR, "country", "")
AFTERWARDS = LATE + timedelta(days=1)


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter(Settings.font_dir)


@pytest.fixture
def ledger_at_late(store):
    """Five obligations at LATE: one amended, one late, one nil, one exempt, one missing."""
    obligations = owing(store, 5)
    first, second, third, fourth, _ = obligations
    record(store.ledger, [an_attempt(first)], at=EARLY)
    record(
        store.ledger,
        [
            an_amending_attempt(first, 1, 90),
            an_attempt(second, accepted_at=DUE + timedelta(days=1)),
            an_attempt(third, kind="nil", answers=nil_answers()),
        ],
        at=LATE,
    )
    order = Order(by=OPERATOR, at=EARLY, order_no="1/2569", reason="ยุบรวม")
    carry_out.exempt(store, fourth.id, a_round(), State.EXEMPT, order)
    report = a_report()
    store.problems.add(report, announcing=problems.reported_event(report))
    answer = report.answer(OPERATOR, text="ใช้คะแนน ITA รวม", circulate=True, at=LATE)
    store.problems.answer(report, answer, announcing=problems.answered_event(report, answer))
    return obligations


def build(store, typesetter, *, as_of=LATE, round_=None, shown=None):
    return consolidate(
        store,
        typesetter,
        round_ or store.rounds.get("ethics-2569-1"),
        as_of,
        at=AFTERWARDS,
        by="kt-1",
        show=lambda done, total: shown is None or shown.append((done, total)),
    )


def bytes_of(store, made, name):
    document = store.consolidations.get(made["round_id"], made["id"])
    return b"".join(store.files.read(document["files"][name]["file_id"]))


def carry_on(store, obligations):
    """Whatever may happen after the moment."""
    first, _, third, fourth, fifth = obligations
    record(
        store.ledger,
        [
            an_attempt(fifth),  # accepted before, recorded after
            an_attempt(
                third,
                kind="withdrawal",
                answers={},
                base_revision=1,
                reason="ยื่นผิด",
                accepted_at=AFTERWARDS,
            ),
        ],
        at=AFTERWARDS,
    )
    proposal = a_proposal("ethics-2569-1", lao_due_at=wire_time(CLOSES + timedelta(days=9)))
    extension = extend.keep(store, "x1", proposal, by=OPERATOR, at=AFTERWARDS)
    round_ = store.rounds.get("ethics-2569-1")
    extend.move_due_dates(store, extension, at=AFTERWARDS, show=lambda done, total: None)
    lifted = Order(by=OPERATOR, at=AFTERWARDS, order_no="3/2569", reason="ยกเลิก")
    carry_out.lift(store, fourth.id, round_, lifted)
    record(
        store.ledger,
        [an_amending_attempt(first, 2, 10, accepted_at=wire_time(AFTERWARDS))],
        at=AFTERWARDS,
    )
    another = a_report(id="p2", reported_at=AFTERWARDS)
    store.problems.add(another, announcing=problems.reported_event(another))
    answer = a_report().answer(OPERATOR, text="ภายหลัง", circulate=True, at=AFTERWARDS)
    event = problems.answered_event(a_report(), answer)
    store.problems.answer(a_report(), answer, announcing=event)


def test_it_counts_what_was_in_force_at_the_moment(store, typesetter, ledger_at_late):
    made = build(store, typesetter)

    counts = {name: made["total"][name] for name in ("expected", "filed", "on_time", "late")}
    assert counts == {"expected": 5, "filed": 3, "on_time": 2, "late": 1}
    others = {name: made["total"][name] for name in ("amended", "nil", "exempt", "missing")}
    assert others == {"amended": 1, "nil": 1, "exempt": 1, "missing": 1}
    assert (made["total"]["rate"], made["is_closed"]) == (75.0, False)
    content = json.loads(bytes_of(store, made, "json"))
    assert [one["organisation_id"] for one in content["missing"]] == ["o00004"]
    (score,) = [each for each in content["questions"] if each["id"] == "score"]
    assert score["all"]["sum"] == "178.25"
    (asked,) = [row for row in content["problems"]["by_category"] if row["reported"]]
    assert [answer["text"] for answer in asked["circulated"]] == ["ใช้คะแนน ITA รวม"]
    assert "กรอกคะแนนใด" not in str(content)


def test_built_again_after_all_went_on_it_is_the_same_to_the_byte(
    store, typesetter, ledger_at_late, database
):
    before = build(store, typesetter)
    files = {name: bytes_of(store, before, name) for name in before["files"]}

    carry_on(store, ledger_at_late)
    again = build(store, typesetter)
    later = build(store, typesetter, as_of=AFTERWARDS)

    assert again == before
    assert again["same_bytes"] == {"json": True, "xlsx": True, "pdf": True}
    assert files == {name: bytes_of(store, again, name) for name in again["files"]}
    assert database["files.files"].count_documents({}) == 6  # three of each content
    assert later["id"] != before["id"]
    assert later["total"]["filed"] == 3
    assert (later["total"]["on_time"], later["total"]["exempt"]) == (3, 0)


def test_its_id_is_the_hash_of_its_canonical_json_and_every_file_has_its_own(
    store, typesetter, ledger_at_late
):
    made = build(store, typesetter)

    canonical = bytes_of(store, made, "json")
    assert made["id"] == made["content_sha256"] == sha256_hex(canonical)
    assert rfc8785.dumps(json.loads(canonical)) == canonical
    for name, file in made["files"].items():
        data = bytes_of(store, made, name)
        assert (file["sha256"], file["size"]) == (sha256_hex(data), len(data))
    assert bytes_of(store, made, "pdf").startswith(b"%PDF-")


def test_it_is_announced_once_with_its_counts(store, typesetter, ledger_at_late, database):
    made = build(store, typesetter)
    build(store, typesetter)

    (kept,) = database["consolidations"].find()
    (entry,) = kept["outbox"]
    event = json.loads(entry["body"])
    assert entry["key"] == "reports.report_consolidated.v1"
    assert (event["content_sha256"], event["filed"]) == (made["id"], 3)


def test_the_workbook_has_a_sheet_for_each_part_and_numbers_are_numbers(
    store, typesetter, ledger_at_late
):
    made = build(store, typesetter)

    book = openpyxl.load_workbook(io.BytesIO(bytes_of(store, made, "xlsx")), read_only=True)
    sheets = {sheet.title: [list(row) for row in sheet.values] for sheet in book}
    book.close()

    assert list(sheets) == ["สรุป", "รายจังหวัด", "ประเภทและกลุ่ม", "ผลรายข้อ", "ปัญหา", "ยังไม่ยื่น"]
    assert sheets["สรุป"][2][:4] == ["total", "รวมทั้งประเทศ", 5, 3]
    assert made["id"] in sheets["สรุป"][0][0]
    scores = [row for row in sheets["ผลรายข้อ"] if row[0] == "score" and row[5] == "ผลรวม"]
    assert scores[0][6] == 178.25
    assert sheets["ยังไม่ยื่น"][2][2] == "6810401"


def test_of_a_trial_every_page_and_sheet_says_so(store, typesetter):
    round_ = a_round(id="ethics-2569-1-trial1", mode=Mode.TRIAL)
    owing(store, 1, round_)

    made = build(store, typesetter, round_=round_)

    assert made["mode"] == "trial"
    book = openpyxl.load_workbook(io.BytesIO(bytes_of(store, made, "xlsx")), read_only=True)
    assert all(next(iter(sheet.values))[0].startswith("รอบทดลอง") for sheet in book)
    book.close()


def test_progress_is_shown_by_province_and_reaches_the_end(store, typesetter):
    spread(store, 900)
    shown: list[tuple[int, int]] = []

    build(store, typesetter, shown=shown)

    assert shown == [(done, 6) for done in range(1, 7)]


def test_reports_of_a_round_are_listed_the_latest_moment_first(store, typesetter, ledger_at_late):
    moments = [LATE, LATE - timedelta(days=1), LATE + timedelta(hours=1)]
    made = {moment: build(store, typesetter, as_of=moment)["id"] for moment in moments}

    first = store.consolidations.list("ethics-2569-1", after=None, limit=2)
    position = (first[-1]["as_of"], first[-1]["_id"])
    rest = store.consolidations.list("ethics-2569-1", after=position, limit=2)

    listed = [document["_id"] for document in first + rest]
    assert listed == [made[moment] for moment in sorted(moments, reverse=True)]
    with pytest.raises(ConsolidationNotFound):
        store.consolidations.get("another-round", listed[0])


def test_nothing_is_looked_up_without_an_index_and_provinces_cost_the_same(
    store, typesetter, database, commands
):
    obligations = spread(store, 900)
    record(store.ledger, [an_attempt(owed) for owed in obligations[:200]], at=EARLY)

    with commands.during() as asked:
        list(store.consolidations.of_province("ethics-2569-1", "10", LATE, ETHICS.subject_ids))
        store.consolidations.list_provinces("ethics-2569-1")
        store.consolidations.list("ethics-2569-1", after=(LATE, "x"), limit=3)
        list(store.problems.until("ethics-2569-1", LATE))

    plans = [(one, plan) for one in asked for plan in explained(database, one)]
    assert len(plans) >= 4
    for command, plan in plans:
        assert "COLLSCAN" not in stages_of(plan), command
