"""What is due after orders follows from the orders alone, and who files in time stays in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collecting.extensions.rules import (
    LONGEST_EXTENSION,
    MOST_EXTENSIONS,
    MOST_FOR_ONE_PART,
    Extension,
    Orders,
    due_after,
    explained,
    require_possible,
    require_room,
    to_withdraw,
)
from collecting.rounds.rules import Scope
from contracts.collecting.due_dates import Stood, is_in_time, is_past
from contracts.collecting.extensions import (
    ExtensionAlreadyWithdrawn,
    ExtensionNotFound,
    TooManyExtensions,
)
from tests.builders.duties import DUE, EARLY, MILLISECOND, refusal_of
from tests.unit.collecting.duties import a_round, an_obligation, an_order

DAY = timedelta(days=1)
WHOLE = DUE.replace(microsecond=0)
OWED = an_obligation()
PARTS = [
    {"scope": Scope()},
    {"scope": Scope(province="81")},
    {"scope": Scope(district="8104")},
    {"scope": Scope(province="81", organisation="o1")},
    {"obligation": OWED.id},
]


def due(*orders: Extension):
    return due_after(Orders(orders).reaching(OWED.id, OWED.place), DUE, "")


@st.composite
def some_orders(draw: st.DrawFn) -> list[Extension]:
    """Draw the orders of a round, each for one of the parts that hold an obligation."""
    orders: list[Extension] = []
    for no in range(1, draw(st.integers(1, 8)) + 1):
        at = EARLY + no * DAY
        ended = {each.withdraws for each in orders}
        left = [each for each in orders if each.withdraws is None and each.no not in ended]
        if left and draw(st.booleans()):
            of = draw(st.sampled_from(left))
            part = {"scope": of.scope, "obligation": of.obligation}
            orders.append(an_order(no=no, withdraws=of.no, lao_due_at=None, extended_at=at, **part))
        else:
            due_at = DUE + draw(st.integers(-2, 30)) * DAY
            part = draw(st.sampled_from(PARTS))
            orders.append(an_order(no=no, lao_due_at=due_at, extended_at=at, **part))
    return orders


def due_by_hand(orders: list[Extension]):
    """Say it as people do: strike out what is withdrawn, take the last of each part, the latest."""
    withdrawn = {each.withdraws for each in orders}
    last = {each.part: each for each in orders if each.lao_due_at and each.no not in withdrawn}
    return max([DUE, *(each.lao_due_at for each in last.values())])


@given(some_orders(), st.randoms(use_true_random=False))
def test_in_whatever_order_they_are_found_the_last_of_each_part_and_the_latest_of_the_parts_stand(
    orders, random
):
    mixed = random.sample(orders, len(orders))

    assert due(*mixed) == due(*orders)
    assert due(*orders).at == due_by_hand(orders)
    assert due(*orders).extension_no == orders[-1].no


@given(some_orders(), st.integers(-1, 10), st.integers(-3, 40))
def test_in_time_is_by_the_due_date_that_stands_or_that_stood_when_it_was_filed(
    orders, hours_after, days
):
    filed_at = max(DUE + days * DAY, EARLY + hours_after * DAY)
    then = [order for order in orders if order.extended_at <= filed_at]

    expected = filed_at <= max(due_by_hand(orders), due_by_hand(then))

    assert due(*orders).is_met_at(filed_at) is expected


@given(some_orders())
def test_what_ended_an_order_is_a_later_one_of_its_part_and_the_others_stand(orders):
    ended_by = Orders(orders).ended_by()

    standing = [each for each in orders if each.no not in ended_by and each.lao_due_at]
    assert len({each.part for each in standing}) == len(standing)
    assert max([DUE, *(each.lao_due_at for each in standing)]) == due_by_hand(orders)
    of_number = {each.no: each for each in orders}
    for no, by in ended_by.items():
        assert by > no
        assert of_number[by].part == of_number[no].part


def test_a_withdrawn_extension_leaves_what_stood_before_it_and_says_by_which_order():
    first, second = an_order(), an_order(no=2, lao_due_at=DUE + 300 * DAY)
    end = an_order(no=3, withdraws=2, lao_due_at=None, order_no="ก 3", reason="ออกผิด")

    after = due(first, second, end)

    assert after.at == first.lao_due_at
    assert after.because == explained(second.lao_due_at, after.at, "ก 3", "ออกผิด")
    assert after.because == "16 ต.ค. 2570 − 293 วัน ตามคำสั่งที่ ก 3 (ออกผิด)"
    assert after.stood == (Stood(second.extended_at, end.extended_at, second.lao_due_at),)
    assert Orders([first, second, end]).ended_by() == {2: 3}


def test_an_order_that_changes_no_date_leaves_the_reason_as_it_was():
    wide = an_order(no=2, lao_due_at=DUE + DAY, order_no="ก 2", extended_at=EARLY)
    narrow = an_order(scope=Scope(district="8104"))

    assert due(narrow, wide).because == due(narrow).because


@pytest.mark.parametrize(
    ("scope", "obligation", "part"),
    [
        (Scope(), None, ("round", "")),
        (Scope("81"), None, ("province", "81")),
        (Scope("81", "8104"), None, ("district", "8104")),
        (Scope(None, "8104"), None, ("district", "8104")),
        (Scope("81", "8104", "o1"), None, ("organisation", "o1")),
        (Scope("81", "8104", "o1"), "x-o1-1", ("obligation", "x-o1-1")),
    ],
)
def test_an_order_is_for_the_smallest_part_that_is_named(scope, obligation, part):
    assert an_order(scope=scope, obligation=obligation).part == part


@pytest.mark.parametrize(
    ("due_at", "pointer"),
    [
        (DUE, "/lao_due_at"),
        (DUE + MILLISECOND, None),
        (DUE + LONGEST_EXTENSION, None),
        (DUE + LONGEST_EXTENSION + MILLISECOND, "/lao_due_at"),
    ],
)
def test_an_extension_is_after_the_due_date_and_at_most_a_year(due_at, pointer):
    refusal = refusal_of(lambda: require_possible(an_order(lao_due_at=due_at), a_round()))

    assert (refusal and refusal.details["pointer"]) == pointer


def test_only_an_extension_that_is_not_withdrawn_can_be_withdrawn():
    orders = [an_order(), an_order(no=2), an_order(no=3, withdraws=1, lao_due_at=None)]

    assert to_withdraw(orders, 2).no == 2
    for no in (0, 3, 4):
        assert isinstance(refusal_of(lambda no=no: to_withdraw(orders, no)), ExtensionNotFound)
    refusal = refusal_of(lambda: to_withdraw(orders, 1))
    assert isinstance(refusal, ExtensionAlreadyWithdrawn)
    assert refusal.details["by_no"] == "3"


def test_a_round_and_a_part_of_it_have_so_many_orders_and_no_more():
    of_part = [an_order(no=no) for no in range(1, MOST_FOR_ONE_PART + 1)]
    elsewhere = [an_order(no=no, obligation=str(no)) for no in range(1, MOST_EXTENSIONS + 1)]

    require_room(of_part[:-1], ("round", ""), ("stalls",))
    require_room(of_part, ("province", "81"), ("stalls",))
    require_room(elsewhere[:-1], ("round", ""), ("stalls",))
    for full in (of_part, elsewhere):
        refusal = refusal_of(lambda full=full: require_room(full, ("round", ""), ("stalls",)))
        assert isinstance(refusal, TooManyExtensions)


@pytest.mark.parametrize(
    ("limit", "last"),
    [(WHOLE, WHOLE + 999 * MILLISECOND), (DUE, DUE), (WHOLE + MILLISECOND, WHOLE + MILLISECOND)],
    ids=["whole seconds", "milliseconds", "the first millisecond"],
)
def test_a_limit_in_whole_seconds_lasts_to_the_end_of_that_second(limit, last):
    assert [is_past(limit, last + each * MILLISECOND) for each in (-1, 0, 1)] == [0, 0, 1]
    assert [is_in_time(last + each * MILLISECOND, limit) for each in (-1, 0, 1)] == [1, 1, 0]
