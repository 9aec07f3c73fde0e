"""What was compared is told to people: a difference, none, or that it is not known."""

from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from contracts.fields import wire_time
from tools.reconcile import FRESH, judge, table

AT = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
STEP = timedelta(milliseconds=1)


def a_row(round_id="r1", difference=0, age=timedelta()):
    counts = {"receipts": 23_547, "events": 23_547, "counted": 23_547 - difference}
    as_of = wire_time(AT - age)
    return {
        "round_id": round_id,
        "mode": "live",
        **counts,
        "difference": difference,
        "as_of": as_of,
    }


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([a_row()], 0),
        ([a_row(age=FRESH)], 0),
        ([a_row(), a_row(age=FRESH + STEP)], 2),
        ([a_row(), a_row("r2", 1)], 1),
        ([a_row("r2", -1, age=FRESH + STEP)], 1),
        ([], 2),
    ],
)
def test_a_difference_in_any_round_is_one_and_what_is_old_or_absent_is_not_known(rows, status):
    assert judge(rows, AT)[0] == status


def test_the_table_tells_each_round_with_its_counts():
    console = Console(width=100)
    with console.capture() as captured:
        console.print(table([a_row(), a_row("r2", 3)]))

    lines = [line.split() for line in captured.get().splitlines()]
    first, second = (line for line in lines if line and line[0] in ("r1", "r2"))
    assert first[:6] == ["r1", "live", "23,547", "23,547", "23,547", "0"]
    assert second[4:6] == ["23,544", "3"]
