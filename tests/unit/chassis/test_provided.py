"""What a service is given is made once, before it serves."""

from __future__ import annotations

import pytest

from chassis.service import Provided
from chassis.settings import SettingsIncomplete


def test_it_is_made_at_the_start_and_the_same_for_every_call():
    provided = Provided(object)

    provided.setup()

    assert provided.get_dependency(None) is provided.get_dependency(None)


def test_what_cannot_be_made_stops_the_start():
    def fail():
        raise SettingsIncomplete("cannot start: no key")

    with pytest.raises(SettingsIncomplete):
        Provided(fail).setup()
