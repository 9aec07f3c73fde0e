"""Every folder of tests is in one half of the suite."""

from tools.programs import ROOT
from tools.suite import HALVES


def test_no_folder_of_tests_is_left_out_or_run_twice():
    folders = {f"tests/{path.parent.relative_to(ROOT / 'tests').parts[0]}" for path in found()}

    halves = [folder for half in HALVES.values() for folder in half]

    assert sorted(halves) == sorted(folders)


def found():
    return (ROOT / "tests").glob("*/**/test_*.py")
