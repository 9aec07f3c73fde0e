"""A line of heavy work is bounded: at work, waiting, by caller; and no line holds up another."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import eventlet
import pytest
from eventlet.patcher import original

from chassis.work_line import WorkLine
from contracts.errors import Kind, TooManyAtOnce, WorkLineFull
from tests.builders.waiting import HANG_SECONDS, soon

THREADS, WAITING, PER_CALLER = 2, 3, 2


@pytest.fixture
def door() -> Iterator[SimpleNamespace]:
    """Work that lasts until the door is opened, and how much of it has begun."""
    opened, begun = original("threading").Event(), []

    def pass_through(name: str = "") -> str:
        begun.append(name)
        opened.wait(HANG_SECONDS)
        return name

    yield SimpleNamespace(work=pass_through, begun=begun, open=opened.set)
    opened.set()


@pytest.fixture
def line() -> WorkLine:
    return WorkLine("test", threads=THREADS, waiting=WAITING, per_caller=PER_CALLER)


def ask(line: WorkLine, door: Any, caller: str | None, name: str = "") -> Any:
    thread = eventlet.spawn(line.run, caller, door.work, name)
    eventlet.sleep(0)
    return thread


def test_a_few_are_at_work_and_the_others_wait_in_the_order_they_came(line, door):
    asked = [ask(line, door, None, str(n)) for n in range(THREADS + WAITING)]
    soon(lambda: len(door.begun) == THREADS)

    door.open()

    assert [thread.wait() for thread in asked] == ["0", "1", "2", "3", "4"]
    assert sorted(door.begun[:THREADS]) == ["0", "1"]
    assert sorted(door.begun) == ["0", "1", "2", "3", "4"]


def test_the_last_place_is_given_and_one_beyond_is_refused_before_anything_is_done(line, door):
    asked = [ask(line, door, None) for _ in range(THREADS + WAITING)]
    assert not any(thread.dead for thread in asked)

    with pytest.raises(WorkLineFull) as refused:
        line.run(None, door.work, "too much")

    assert refused.value.kind is Kind.UNAVAILABLE
    assert int(refused.value.details["retry_after_seconds"]) > 0
    door.open()
    for thread in asked:
        thread.wait()
    assert "too much" not in door.begun
    assert line.run(None, str.upper, "free again") == "FREE AGAIN"


def test_a_caller_has_a_share_of_the_places_and_others_have_theirs(line, door):
    asked = [ask(line, door, "greedy") for _ in range(PER_CALLER)]

    with pytest.raises(TooManyAtOnce) as refused:
        line.run("greedy", door.work)
    asked.append(ask(line, door, "modest"))

    assert refused.value.kind is Kind.TOO_MANY
    assert refused.value.details["places"] == str(PER_CALLER)
    door.open()
    for thread in asked:
        thread.wait()
    assert line.run("greedy", str.upper, "again") == "AGAIN"
    assert not line._held_by


def test_a_place_is_held_over_several_works(line, door):
    with line.place("one") as run, line.place("one"):
        with pytest.raises(TooManyAtOnce):
            line.run("one", str.upper, "more")
        assert run(str.upper, "first") == "FIRST"
        assert run(str.upper, "second") == "SECOND"


def test_what_the_work_raises_is_raised_and_gives_its_place_back(line):
    for _ in range(THREADS + WAITING + 1):
        with pytest.raises(ZeroDivisionError):
            line.run("clumsy", divmod, 1, 0)


def test_what_the_work_raises_is_written_down_by_nobody(line, capfd):
    with pytest.raises(ZeroDivisionError):
        line.run("one", lambda: 1 / 0)

    assert capfd.readouterr() == ("", "")


def test_a_full_line_does_not_hold_up_another(line, door):
    asked = [ask(line, door, None) for _ in range(THREADS + WAITING)]
    soon(lambda: len(door.begun) == THREADS)

    assert WorkLine("other", threads=1, waiting=0).run(None, str.upper, "quick") == "QUICK"

    door.open()
    for thread in asked:
        thread.wait()


def test_a_thread_is_free_when_its_work_is_over_not_when_its_asker_has_gone(line, door):
    asked = [ask(line, door, None, str(n)) for n in range(THREADS)]
    soon(lambda: len(door.begun) == THREADS)
    for thread in asked:
        thread.kill()

    later = ask(line, door, None, "later")
    eventlet.sleep(0)
    assert "later" not in door.begun

    door.open()
    assert later.wait() == "later"
