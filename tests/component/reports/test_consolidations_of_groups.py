"""Each body consolidates the groups that it supervises; the parts add up to the whole."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chassis.jobs import Jobs
from chassis.typesetter import Typesetter
from contracts.collecting.figures import SHOWN
from contracts.collecting.obligations import SupervisedByAnother
from contracts.errors import OutOfScope
from contracts.fields import read_time, wire_time
from contracts.principal import Principal, Role
from contracts.reference.code_groups import CodeGroup
from services.reports.consolidation.consolidate import consolidate
from services.reports.consolidation.pdf import pages_of
from services.reports.consolidation.questions import ConsolidationQuestions
from services.reports.ethics import ETHICS
from services.reports.problems import reports as problems
from services.reports.settings import Settings
from tests.builders.answers import nil_answers
from tests.builders.duties import EARLY, LATE, OPERATOR
from tests.builders.recording import record
from tests.component.reports.test_consolidations import bytes_of
from tests.unit.reports.duties import a_round, an_attempt, an_obligation
from tests.unit.reports.test_problem_rules import a_report

CENTRAL = Principal("s-k", "kt-1", Role.CENTRAL_HR_BODY, "country", "")
OWNER = Principal("s-d", "dla-1", Role.CODE_OWNER, "country", "")
BOARD = Principal("s-b", "ocsc-1", Role.ETHICS_BOARD, "country", "")
OFFICER = Principal("s-o1", "6810401-2", Role.LAO_OFFICER, "organisation", "o1", "o1")
FIRST, *OTHERS = (group.value for group in CodeGroup)
ROUND_ID = a_round().id
TABLES = ("by_region", "by_province", "by_type", "by_code_group")


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter(Settings.font_dir)


class Desk(ConsolidationQuestions):
    """The questions on a store, without the bus between."""

    def __init__(self, store: Any, database: Any, typesetter: Typesetter) -> None:
        self.store, self.jobs, self.typesetter = store, Jobs(database, "reports"), typesetter
        self.now = lambda: LATE + timedelta(days=1)

    def build(self, by: Principal, code_groups: list[str] | None = None) -> dict[str, Any]:
        moment = wire_time(LATE)
        self.start_consolidation(by.to_wire(), ROUND_ID, moment, code_groups)
        made, _ = self.build_consolidation(self.jobs.claim(["consolidate_round"]))
        return made


@pytest.fixture
def desk(store, database, typesetter) -> Desk:
    """Three LAOs of two provinces and two types; of each group some filed, late, nil or not."""
    store.rounds.add(a_round())
    owed = [
        an_obligation(
            f"o{lao}",
            number,
            province_code=province,
            district_code=f"{province}04",
            organisation_type=of_type,
        )
        for lao, (province, of_type) in enumerate([("81", "sao"), ("81", "pao"), ("10", "sao")])
        for number in (1, 2, 3)
    ]
    store.obligations.add(owed)
    nil = {"kind": "nil", "answers": nil_answers()}
    manners = [{}, nil, None, {"accepted_at": LATE}, {}, nil, None, None, {}]
    attempts = [
        an_attempt(each, **how) for each, how in zip(owed, manners, strict=True) if how is not None
    ]
    record(store.ledger, attempts, at=LATE)
    for number, group in enumerate([FIRST, OTHERS[0], OTHERS[0], None]):
        report = a_report(id=f"p{number}", code_group=group, reported_at=EARLY)
        store.problems.add(report, announcing=problems.reported_event(report))
    return Desk(store, database, typesetter)


def content_of(desk: Desk, made: dict[str, Any]) -> dict[str, Any]:
    return json.loads(bytes_of(desk.store, made, "json"))


def counted(rows: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter({(row["key"], name): row[name] for row in rows for name in SHOWN})


def test_the_parts_add_up_to_the_whole_which_is_made_for_the_board(desk):
    central, owner, whole = (content_of(desk, desk.build(by)) for by in (CENTRAL, OWNER, BOARD))

    assert (central["code_groups"], owner["code_groups"]) == ([FIRST], OTHERS)
    assert "code_groups" not in whole
    for table in TABLES:
        parts = counted(central["figures"][table]) + counted(owner["figures"][table])
        assert parts == +counted(whole["figures"][table])
    assert (+counted([whole["figures"]["total"]]))["total", "expected"] == 9
    sum_of = counted([central["figures"]["total"]]) + counted([owner["figures"]["total"]])
    assert sum_of == +counted([whole["figures"]["total"]])
    questions = (each["questions"] for each in (central, owner, whole))
    for one, other, both in zip(*questions, strict=True):
        assert both["by_code_group"] == one["by_code_group"] | other["by_code_group"]
        assert both["all"]["answered"] == one["all"]["answered"] + other["all"]["answered"]
        if both["all"].get("sum") is not None:
            assert Decimal(both["all"]["sum"]) == sum(
                Decimal(each["all"]["sum"] or 0) for each in (one, other)
            )
    missing = [(each["organisation_id"], each["code_group"]) for each in whole["missing"]]
    assert sorted(missing) == sorted(
        (each["organisation_id"], each["code_group"])
        for part in (central, owner)
        for each in part["missing"]
    )
    told = [each["problems"]["reported"] for each in (central, owner, whole)]
    assert told == [1, 2, 4]  # one was reported by an office, which is of no group


def test_the_pages_of_a_part_say_whose_it_is_and_of_which_groups(desk):
    pages = pages_of(content_of(desk, desk.build(OWNER)), "00")

    assert pages["bodies"] == "กรมส่งเสริมการปกครองท้องถิ่น"
    assert [each[:12] for each in pages["about"]] == ["กลุ่มที่ 2 ป", "กลุ่มที่ 3 ป"]
    assert pages["groups"] == ["ทุกกลุ่ม", "กลุ่ม 2", "กลุ่ม 3"]


def test_each_body_consolidates_its_own_groups_and_is_refused_others(desk):
    for by, other in ((CENTRAL, OTHERS[:1]), (OWNER, [FIRST]), (CENTRAL, [FIRST, *OTHERS])):
        with pytest.raises(SupervisedByAnother):
            desk.start_consolidation(by.to_wire(), ROUND_ID, None, other)
    for by in (OFFICER, OPERATOR):
        with pytest.raises(OutOfScope):
            desk.start_consolidation(by.to_wire(), ROUND_ID, None)
    assert desk.build(OWNER, OTHERS[1:])["code_groups"] == OTHERS[1:]
    assert desk.build(BOARD, [FIRST])["id"] == desk.build(CENTRAL)["id"]


def test_the_whole_is_to_the_byte_what_it_was_before_bodies_had_parts(desk, store, typesetter):
    made = desk.build(BOARD)
    before = consolidate(
        store,
        typesetter,
        store.rounds.get(ROUND_ID),
        read_time(made["as_of"]),
        at=LATE,
        by="kt-1",
        show=lambda done, total: None,
    )

    assert before["same_bytes"] == {"json": True, "xlsx": True, "pdf": True}


def test_a_consolidation_made_before_this_change_is_shown_as_that_of_all_groups(desk, database):
    made = desk.build(BOARD)
    database["consolidations"].update_many({}, {"$unset": {"facts.code_groups": ""}})

    kept = desk.get_consolidation(CENTRAL.to_wire(), ROUND_ID, made["id"])

    assert kept["code_groups"] == list(ETHICS.subject_ids)
    assert kept["files"] == made["files"]


def test_a_part_is_announced_as_one_and_the_whole_as_the_whole(desk, database):
    desk.build(CENTRAL)
    desk.build(BOARD)

    keys = [each["outbox"][0]["key"] for each in database["consolidations"].find().sort("made_at")]
    assert sorted(keys) == ["reports.groups_consolidated.v1", "reports.report_consolidated.v1"]
