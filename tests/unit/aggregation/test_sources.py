"""A source is rows of a table: what its events are called, and what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.collecting.events import ObligationExempted, ReportFiled, RoundOpened, TrialPurged
from contracts.collecting.figures import Counts
from services.aggregation.domain import TallyKey, merge_all
from services.aggregation.service import AggregationService
from services.aggregation.sources import statements as says
from services.aggregation.sources.statements import Source
from services.aggregation.sources.table import ROUND_OPENED, SOURCES, TRIAL_PURGED
from tests.unit.aggregation.lives import NOON
from tools.flows import read_head


class PlanFiledV1(ReportFiled):
    source, name, version = "plans", "plan_filed", 1

    topic: str


class PlanExemptedV1(ObligationExempted):
    source, name, version = "plans", "plan_exempted", 1

    topic: str


PLANS = Source(
    subject_field="topic",
    subjects={"plan": "แผน"},
    round_opened=RoundOpened,
    trial_purged=TrialPurged,
    statements={PlanFiledV1: says.filed, PlanExemptedV1: says.exempted},
)
PLAN = {
    "round_id": "plans-2570-1",
    "mode": "live",
    "obligation_id": "p1",
    "organisation_id": "o1",
    "organisation_code": "6810401",
    "organisation_type": "sao",
    "province_code": "81",
    "district_code": "8101",
    "topic": "plan",
}
FILED = PlanFiledV1(
    **PLAN,
    filing_id="f1",
    revision=1,
    accepted_at=NOON,
    on_time=True,
    content_sha256="0" * 64,
    receipt_number="R-1",
)
EXEMPTED = PlanExemptedV1(
    **PLAN,
    revision=0,
    act_no=1,
    acted_at=NOON,
    by_role="operator",
    kind="exempt",
    order_no="ก 1",
    reason="ยุบเลิก",
)


def test_obligations_of_another_source_are_counted_by_its_rows_alone() -> None:
    (standing,) = merge_all([*PLANS.said_by(EXEMPTED), *PLANS.said_by(FILED)]).values()

    assert standing.tally == TallyKey("plans-2570-1", "81", "8101", "sao", "plan")
    assert standing.counts() == Counts(expected=1, filed=1, on_time=1)


def test_a_subject_that_the_source_has_not_is_refused() -> None:
    with pytest.raises(KeyError):
        PLANS.said_by(replace(FILED, topic="local_officials"))


def test_every_event_in_the_table_is_heard() -> None:
    in_table = {event for source in SOURCES for event in source.statements}

    assert {*in_table, *ROUND_OPENED, *TRIAL_PURGED} <= read_head(AggregationService).hears.keys()
