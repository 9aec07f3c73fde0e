"""What of a form follows the year of the round it is asked in.

A definition says its `year_basis`. In its words `{year_be}` is the round's year, `{year_th}` and
`{year_en}` what such a year is called. A check with a `year_basis` is made in such rounds alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.reference.years import Year, YearBasis

ANY_YEAR = "any"
UNNAMED = "........"
"""What stands for the year on a form that nobody has been asked yet."""


def for_year(definition: Mapping[str, Any], year: Year | None) -> Mapping[str, Any]:
    """Return a definition as it is asked in a round of a year; without one, as a blank.

    A round of another basis than the form's was made before forms had one. It is asked as it was
    printed then: by the fiscal year that the form named, or by the round's where it named none.
    """
    basis = YearBasis(definition["year_basis"])
    be = UNNAMED if year is None else year.be
    if year is not None and year.basis is not basis:
        basis, named = year.basis, definition["fiscal_year_be"]
        be = be if named == ANY_YEAR else named
    words = {
        "{year_be}": str(be),
        "{year_th}": basis.called_th,
        "{year_en}": basis.called_en,
    }
    filled: dict[str, Any] = _filled(definition, words)
    checks = [each for each in filled.get("checks", ()) if each.get("year_basis", basis) == basis]
    asked_in = {} if year is None else {"year_be": be, "fiscal_year_be": be}
    return {**filled, "checks": checks, "year_basis": basis.value, **asked_in}


def _filled(part: Any, words: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        for place, word in words.items():
            part = part.replace(place, word)
        return part
    if isinstance(part, Mapping):
        return {name: _filled(inner, words) for name, inner in part.items()}
    return [_filled(inner, words) for inner in part] if isinstance(part, list) else part
