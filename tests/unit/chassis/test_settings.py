"""Settings are read complete, or the process does not start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from chassis.settings import Patience, ProcessSettings, Settings, SettingsIncomplete


@dataclass(frozen=True)
class Mill(Settings):
    prefix = "MILL_"

    grain: str
    key_file: Path
    stones: int
    speed: float = 1.5
    is_wet: bool = False


COMPLETE = {"MILL_GRAIN": "rice", "MILL_KEY_FILE": "/keys/mill", "MILL_STONES": "2"}


def test_each_field_has_its_type():
    mill = Mill.read(COMPLETE | {"MILL_SPEED": "2", "MILL_IS_WET": "1"})

    assert mill == Mill("rice", Path("/keys/mill"), 2, speed=2.0, is_wet=True)


def test_a_field_with_a_default_may_be_left_out():
    assert Mill.read(COMPLETE) == Mill("rice", Path("/keys/mill"), 2)


def test_all_that_is_missing_or_unreadable_is_named_at_once():
    with pytest.raises(SettingsIncomplete) as refused:
        Mill.read({"MILL_STONES": "two", "MILL_IS_WET": "yes"})

    for told in (
        "MILL_GRAIN is not set",
        "MILL_KEY_FILE is not set",
        "MILL_STONES must be a number, not 'two'",
        "MILL_IS_WET must be 0 or 1",
    ):
        assert told in str(refused.value)


def test_incomplete_settings_end_the_process_with_a_status_that_says_so():
    assert issubclass(SettingsIncomplete, SystemExit)
    with pytest.raises(SystemExit) as ended:
        ProcessSettings.read({})
    assert ended.value.code not in (0, None)


@pytest.mark.parametrize("text", ["0.9", "-1", "101", "nan", "much"])
def test_no_part_is_less_patient_than_usual_or_for_ever(text):
    assert (Patience("1"), Patience("100")) == (1, 100)
    with pytest.raises(ValueError, match=r"must be|could not"):
        Patience(text)
