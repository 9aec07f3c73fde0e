"""Which code each district has, read from the codes of the LAOs named in it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

Area = tuple[str, str]  # province code and district name: district names recur in the country
Doubt = tuple[str, dict[str, str]]  # a reason and the facts its message needs

Key = TypeVar("Key")


def settle_district_codes(
    seats: Iterable[tuple[Area, str]],
) -> tuple[dict[Area, str], dict[Area, Doubt]]:
    """Return the code of each district that has a certain one, and why each other has none.

    ``seats`` is one pair per LAO: the district it names and the district code it carries. A
    district has the code most of its LAOs carry, unless another with as many claims it too.
    """
    carried: dict[Area, Counter[str]] = defaultdict(Counter)
    for area, code in seats:
        carried[area][code] += 1

    claims: dict[str, dict[Area, int]] = defaultdict(dict)
    doubts: dict[Area, Doubt] = {}
    for area, counted in carried.items():
        leaders = _leaders(counted)
        if len(leaders) == 1:
            claims[leaders[0]][area] = counted[leaders[0]]
        else:
            doubts[area] = "district_code_tied", {"codes": ", ".join(sorted(leaders))}

    codes: dict[Area, str] = {}
    for code, claimants in claims.items():
        owners = _leaders(claimants)
        for area in claimants:
            if owners == [area]:
                codes[area] = code
            else:
                others = ", ".join(sorted(name for _, name in claimants.keys() - {area}))
                doubts[area] = "district_code_taken", {"code": code, "others": others}
    return codes, doubts


def _leaders(counted: Mapping[Key, int]) -> list[Key]:
    most = max(counted.values())
    return [key for key, count in counted.items() if count == most]
