"""Figures do not depend on the order of events nor on how often they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.aggregation.axis import Axis
from contracts.collecting.due_dates import Stood
from contracts.collecting.figures import Counts, Latest, percent
from contracts.events import Event
from contracts.reference.code_groups import CodeGroup
from services.aggregation.completeness import rows
from services.aggregation.domain import (
    Due,
    Exempted,
    Judged,
    Reviewed,
    Standing,
    TallyKey,
    merge_all,
    moved,
)
from services.aggregation.reconciliation import difference
from services.aggregation.sources.table import said_by
from tests.length import examples
from tests.unit.aggregation.lives import (
    DUE,
    EXTENDED,
    LATE,
    NOON,
    Duty,
    Life,
    count_by_hand,
    counted_alike,
    deliveries,
    lives,
)

TALLIES = [
    TallyKey("r1", "81", "8101", "sao", "local_officials"),
    TallyKey("r1", "81", "8102", "sao", "x"),
]
REVISIONS = st.integers(1, 3)

FORMER = Stood(NOON, LATE, LATE)
moments = st.sampled_from([NOON, DUE, LATE])
judged = st.builds(Judged, REVISIONS, moments, st.booleans())
standings = st.builds(
    Standing,
    st.just("r1-o1-1"),
    tally=st.sampled_from(TALLIES),
    placed_by=st.integers(0, 2),
    due=st.none() | st.builds(Due, st.integers(0, 2), moments, st.just(()) | st.just((FORMER,))),
    first=st.none() | judged,
    judged=st.none() | judged,
    latest=st.none() | st.builds(Latest, REVISIONS, st.booleans(), st.booleans()),
    amended=st.integers(0, 3),
    withdrawn=st.integers(0, 3),
    reviewed=st.none() | st.builds(Reviewed, st.integers(1, 3), REVISIONS, st.booleans()),
    exempted=st.none() | st.builds(Exempted, st.integers(1, 3), st.booleans()),
)


def count(batches: list[list[Event]]) -> tuple[dict[str, Standing], dict[TallyKey, Counts]]:
    """Count as the store does, in memory."""
    known: dict[str, Standing] = {}
    tallies: dict[TallyKey, Counts] = {}
    for batch in batches:
        changes = []
        for key, heard in merge_all(s for event in batch for s in said_by(event)).items():
            before = known.get(key)
            known[key] = heard if before is None else before.merge(heard)
            changes.append((before, known[key]))
        for tally, move in moved(changes).items():
            tallies[tally] = tallies.get(tally, Counts()).plus(move)
    return known, tallies


def sums(tallies: dict[TallyKey, Counts], field: str) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    for tally, counts in tallies.items():
        key = getattr(tally, field)
        found[key] = found.get(key, Counts()).plus(counts)
    return found


@given(standings, standings)
def test_it_does_not_matter_who_learns_from_whom(one: Standing, other: Standing) -> None:
    assert one.merge(other) == other.merge(one)


@given(standings, standings, standings)
def test_it_does_not_matter_in_which_steps(a: Standing, b: Standing, c: Standing) -> None:
    assert a.merge(b).merge(c) == a.merge(b.merge(c))


@given(standings, standings)
def test_hearing_again_teaches_nothing(one: Standing, other: Standing) -> None:
    both = one.merge(other)

    assert both.merge(one) == both
    assert both.merge(other) == both


@given(st.lists(st.tuples(standings, standings)))
def test_figures_move_by_the_difference_of_what_is_known(
    pairs: list[tuple[Standing, Standing]],
) -> None:
    moves = moved((before, before.merge(heard)) for before, heard in pairs)

    for tally in TALLIES:
        whole = Counts()
        for before, heard in pairs:
            after = before.merge(heard)
            whole = whole.plus(after.counts() if after.tally == tally else Counts())
            whole = whole.plus(before.counts() if before.tally == tally else Counts(), -1)
        assert moves.get(tally, Counts()) == whole


@settings(max_examples=examples(200))
@given(st.data())
def test_any_order_and_any_repeats_of_a_rounds_life_give_the_figures_counted_by_hand(
    data: st.DataObject,
) -> None:
    life = data.draw(lives())
    _, tallies = count(data.draw(deliveries(life.events())))

    for axis, field in (
        (Axis.COUNTRY, "province_code"),
        (Axis.REGION, "province_code"),
        (Axis.PROVINCE, "province_code"),
        (Axis.DISTRICT, "district_code"),
        (Axis.TYPE, "organisation_type"),
        (Axis.SUBJECT, "subject_id"),
    ):
        items = rows(axis, sums(tallies, field), {})
        assert counted_alike(items, count_by_hand(life.duties, axis)), axis


def test_a_filing_heard_before_its_opening_is_expected_already() -> None:
    life = Life((Duty("o1", "sao", "8101", CodeGroup.LOCAL_OFFICIALS, "filed"),))
    _, tallies = count([life.filings()])

    assert list(tallies.values()) == [Counts(expected=1, filed=1, on_time=1)]


def test_an_amendment_heard_first_counts_its_first_filing_as_on_time() -> None:
    late_change = Duty("o1", "sao", "8101", CodeGroup.LOCAL_OFFICIALS, "filed", amendments=1)
    life = Life((late_change,))
    _, before = count([life.filings()[1:]])
    _, after = count([life.filings()[::-1]])

    assert before == after
    assert list(after.values()) == [Counts(expected=1, filed=1, on_time=1, amended=1)]


def test_a_nil_report_that_is_amended_is_nil_no_more() -> None:
    group = CodeGroup.LOCAL_OFFICIALS
    _, nil = count([Life((Duty("o1", "sao", "8101", group, "nil"),)).events()])
    _, amended = count([Life((Duty("o1", "sao", "8101", group, "nil", amendments=1),)).events()])

    assert [counts.nil for counts in nil.values()] == [1]
    assert [counts.nil for counts in amended.values()] == [0]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_every_filing_is_known_once_in_whatever_order_they_are_heard(
    revisions: list[int], random: Any
) -> None:
    duty = Duty("o1", "sao", "8101", CodeGroup.LOCAL_OFFICIALS, "filed", amendments=11)
    filings = Life((duty,)).filings()
    heard = [filings[revision - 1] for revision in revisions]

    batches = [heard[place : place + 3] for place in range(0, len(heard), 3)]
    (known,) = count(batches)[0].values()
    (again,) = count([random.sample(heard, len(heard))])[0].values()

    assert known.filings == again.filings == len(set(revisions))
    assert known == again


@pytest.mark.parametrize(
    ("receipts", "settled", "counted", "told"),
    [
        (10, 10, 10, 0),
        (10, 10, 9, 1),
        (10, 10, 11, -1),
        (10, 8, 8, 0),
        (10, 8, 7, 1),
        (10, 8, 10, 0),
        (10, 8, 11, -1),
    ],
)
def test_what_is_not_counted_and_what_is_counted_too_much_is_the_difference(
    receipts: int, settled: int, counted: int, told: int
) -> None:
    assert difference(receipts, settled, counted) == told


def test_the_opening_says_where_an_obligation_counts_even_when_a_filing_came_first() -> None:
    opened = Standing("r1-o1-1", TALLIES[0])
    filed = Standing(
        "r1-o1-1", TALLIES[1], 1, first=Judged(1, NOON, True), latest=Latest(1, False, False)
    )
    known = filed.merge(opened)

    assert known.tally == TALLIES[0]
    assert moved([(filed, known)]) == {
        TALLIES[0]: Counts(expected=1, filed=1, on_time=1),
        TALLIES[1]: Counts(expected=-1, filed=-1, on_time=-1),
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [("province_code", "99"), ("organisation_type", "village"), ("code_group", "ministers")],
)
def test_a_place_type_or_group_that_is_not_is_refused(field: str, value: str) -> None:
    life = Life((Duty("o1", "sao", "8101", CodeGroup.LOCAL_OFFICIALS),))
    (opening,) = life.openings()
    opening.obligations[0][field] = value

    with pytest.raises(KeyError):
        said_by(opening)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 0, None),
        (0, 3, 0.0),
        (1, 3, 33.33),
        (2, 3, 66.67),
        (3, 3, 100.0),
        (1, 800, 0.13),  # 0.125 goes up, where a float would go to the even 0.12
        (23_546, 23_547, 100.0),
    ],
)
def test_a_percentage_has_two_decimals_rounded_half_up(
    part: int, whole: int, shown: float | None
) -> None:
    assert percent(part, whole) == shown


def test_what_is_exempt_is_neither_missing_nor_held_against_the_rate() -> None:
    figures = Counts(expected=10, filed=4, on_time=3, exempt=2).figures()

    assert figures["missing"] == 4
    assert figures["late"] == 1
    assert figures["rate"] == 50.0
    assert figures["on_time_rate"] == 37.5


@pytest.mark.parametrize(
    ("late_by_ms", "on_time"), [(-1, True), (0, True), (999, True), (1_000, False)]
)
def test_what_is_filed_in_the_second_that_is_named_is_on_time_and_what_comes_after_it_is_not(
    late_by_ms: int, on_time: bool
) -> None:
    judged = Judged(1, DUE + timedelta(milliseconds=late_by_ms), not on_time)
    standing = Standing("r1-o1-1", TALLIES[0], first=judged)

    assert replace(standing, due=Due(0, DUE)).is_on_time is on_time
    assert standing.is_on_time is not on_time


@pytest.mark.parametrize(
    ("ms", "on_time"), [(-1, False), (0, True), (1, True)], ids=["before", "since", "after"]
)
def test_a_former_due_date_counts_for_what_was_filed_from_when_it_stood(
    ms: int, on_time: bool
) -> None:
    step = timedelta(milliseconds=ms)
    since = Standing(
        "r1-o1-1",
        TALLIES[0],
        first=Judged(1, LATE + step, False),
        due=Due(2, DUE, (Stood(LATE, EXTENDED, EXTENDED),)),
    )
    until = replace(since, due=Due(2, DUE, (Stood(NOON, LATE, EXTENDED),)))

    assert since.is_on_time is on_time
    assert until.is_on_time is not on_time
