"""A form that serves any year: what of it follows the fiscal year of the round it is asked in.

A definition says `fiscal_year_be: any`, and `{fiscal_year_be}` in its words is that year.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ANY_YEAR = "any"
UNNAMED = "........"
"""What stands for the year on a form that nobody has been asked yet."""

_PLACE = "{fiscal_year_be}"


def for_year(definition: Mapping[str, Any], year: int | None) -> Mapping[str, Any]:
    """Return a definition as it is asked in a round of a fiscal year; without one, as a blank.

    A definition that names its own year is returned as it is.
    """
    if definition.get("fiscal_year_be") != ANY_YEAR:
        return definition
    filled: dict[str, Any] = _filled(definition, UNNAMED if year is None else str(year))
    return {**filled, "fiscal_year_be": ANY_YEAR if year is None else year}


def _filled(part: Any, year: str) -> Any:
    if isinstance(part, str):
        return part.replace(_PLACE, year)
    if isinstance(part, Mapping):
        return {name: _filled(inner, year) for name, inner in part.items()}
    return [_filled(inner, year) for inner in part] if isinstance(part, list) else part
