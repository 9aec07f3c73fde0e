"""Every folder of tests is in one share of the suite, and a share that hangs is interrupted."""

from tools import suite
from tools.programs import ROOT
from tools.suite import SHARES

TOLD_BY_TIMEOUT = 124


def test_no_folder_of_tests_is_left_out_or_run_twice():
    folders = {f"tests/{path.parent.relative_to(ROOT / 'tests').parts[0]}" for path in found()}

    shares = [folder for share in SHARES.values() for folder in share]

    assert sorted(shares) == sorted(folders)


def test_a_share_that_hangs_before_its_first_test_is_interrupted(tmp_path, monkeypatch):
    monkeypatch.setattr(suite, "MOST_MINUTES", 0.1)
    module = tmp_path / "test_hanging.py"
    module.write_text("while True: pass")

    with suite._start((str(module),), port=0) as share:
        assert "KeyboardInterrupt" in share.stdout.read()
        assert share.wait() == TOLD_BY_TIMEOUT


def found():
    return (ROOT / "tests").glob("*/**/test_*.py")
