"""Which answers differ from one revision to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def changed_pointers(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the pointers of the answers that differ, in order."""
    names = sorted(before.keys() | after.keys())
    return tuple(f"/answers/{name}" for name in names if before.get(name) != after.get(name))
