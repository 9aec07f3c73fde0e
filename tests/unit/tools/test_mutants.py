"""Single changes are judged by the tests of their room, and one that hangs is stopped."""

from pathlib import Path

import pytest

from tools import mutants

HANGS_FOR_GOOD = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True: pass
"""


@pytest.mark.parametrize(
    ("room", "tests"),
    [
        ("contracts/forms/values.py", ["tests/unit/contracts", "tests/contracts"]),
        ("services/aggregation", ["tests/unit/aggregation", "tests/component/aggregation"]),
        ("clients", []),
    ],
)
def test_a_room_is_judged_by_the_tests_that_bear_its_name(room, tests):
    assert mutants.tests_of(Path(room)) == tests


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("def test_it(): pass", "survived"),
        ("def test_it(): assert 0", "killed"),
        ("this is no code", "killed"),
    ],
)
def test_a_change_is_killed_by_whatever_fails(tmp_path, code, outcome):
    (tmp_path / "test_it.py").write_text(code)

    assert mutants.ended(["test_it.py"], 60, tmp_path) == outcome


def test_what_hangs_is_stopped_from_outside_also_when_it_does_not_listen(tmp_path, monkeypatch):
    monkeypatch.setattr(mutants, "GRACE_SECONDS", 0.5)
    (tmp_path / "test_it.py").write_text(HANGS_FOR_GOOD)

    assert mutants.ended(["test_it.py"], 2, tmp_path) == "hung"


@pytest.mark.parametrize(
    ("other", "same"),
    [("a: int | None = 1", True), ("a: int & None = 1", True), ("a: int | None = 2", False)],
)
def test_a_change_of_an_annotation_is_none(other, same):
    assert mutants.means_the_same("a: int | None = 1", other) is same


def test_a_difference_shows_the_changed_line_and_where_it_is():
    told = mutants.Mutant("a.py", 2, "x = 1\ny = 2\n", "x = 1\ny = 3\n").difference()

    assert told.splitlines()[:2] == ["--- a.py", "+++ a.py"]
    assert told.splitlines()[-2:] == ["-y = 2", "+y = 3"]
