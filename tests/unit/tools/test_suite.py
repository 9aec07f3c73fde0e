"""Every folder of tests is in one share of the suite, and a share that hangs is interrupted."""

from tools import suite
from tools.programs import ROOT
from tools.suite import SHARES

TOLD_BY_TIMEOUT = 124


def test_no_test_is_left_out_or_run_twice():
    shares = [ROOT / folder for share in SHARES.values() for folder in share]

    assert {sum(share in path.parents for share in shares) for path in found()} == {1}
    assert all(share.is_dir() for share in shares)


def test_a_share_that_hangs_before_its_first_test_is_interrupted(tmp_path, monkeypatch):
    monkeypatch.setattr(suite, "MOST_MINUTES", 0.1)
    module = tmp_path / "test_hanging.py"
    module.write_text("while True: pass")

    with suite._start((str(module),), port=0) as share:
        assert "KeyboardInterrupt" in share.stdout.read()
        assert share.wait() == TOLD_BY_TIMEOUT


def found():
    return (ROOT / "tests").glob("*/**/test_*.py")
