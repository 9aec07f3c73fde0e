"""A change of structure changes nothing that others see."""

from __future__ import annotations

import json

from tests.contracts.golden.things import KEPT, digests


def test_what_others_see_is_what_it_was():
    kept, now = json.loads(KEPT.read_text("utf-8")), digests()

    other = sorted(name for name in kept.keys() | now.keys() if kept.get(name) != now.get(name))
    assert not other, "if that is meant: `python -m tests.contracts.golden`"
