import stat

import pytest

from tools.journey.codes import demo_password
from tools.stack import Stack


@pytest.fixture
def stack(tmp_path, monkeypatch):
    monkeypatch.delenv("SUCHARIT_OPERATOR_PASSWORD", raising=False)
    stack = Stack(tmp_path, 8000)
    stack.site.keys.mkdir()
    return stack


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_an_operator_password_is_made_once_printed_once_and_kept_privately(stack, capsys):
    made = stack.keep_operator_password(None)
    told = capsys.readouterr().out
    again = stack.keep_operator_password(None)

    assert made in told
    assert (again, capsys.readouterr().out) == (made, "")
    assert mode_of(stack.site.keys / "operator-password") == 0o600


def test_an_operator_password_that_is_given_replaces_the_kept_one_in_silence(stack, capsys):
    stack.keep_operator_password(None)
    capsys.readouterr()

    assert stack.keep_operator_password("given by hand") == "given by hand"
    assert stack.keep_operator_password(None) == "given by hand"
    assert capsys.readouterr().out == ""


def test_the_demonstration_has_one_private_password_that_stays(stack):
    made = demo_password(stack.site.keys)

    assert len(made) >= 12
    assert demo_password(stack.site.keys) == made
    assert mode_of(stack.site.keys / "demo-password") == 0o600
