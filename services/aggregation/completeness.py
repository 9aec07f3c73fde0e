"""Whose figures a caller may see, and as which rows. Pure, like the domain it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from contracts.aggregation.axis import Axis
from contracts.aggregation.completeness import AxisTooWide, CompletenessItemFacts
from contracts.collecting.figures import Counts
from contracts.errors import OutOfScope
from contracts.principal import Principal
from contracts.reference.lao_types import LaoType
from contracts.reference.provinces import REGIONS, get_province
from services.aggregation.sources.table import SUBJECTS

COUNTRY_KEY, COUNTRY_NAME = "th", "ทั้งประเทศ"
TOTAL_KEY, TOTAL_NAME = "total", "รวม"
IN_NO_DISTRICT = "ไม่สังกัดอำเภอ"
_TYPES = tuple(LaoType)
_SUBJECTS = tuple(SUBJECTS)

_AREAS_INSIDE = {
    "country": tuple(Axis),
    "province": (Axis.PROVINCE, Axis.DISTRICT, Axis.TYPE, Axis.SUBJECT),
    "district": (Axis.DISTRICT, Axis.TYPE, Axis.SUBJECT),
}


@dataclass(frozen=True, slots=True)
class Area:
    """The area figures are asked of: a province and a district by code, None for all."""

    province: str | None = None
    district: str | None = None

    @property
    def size(self) -> str:
        """Whether it is the country, a province or a district."""
        if self.district is not None:
            return "district"
        return "country" if self.province is None else "province"


def area_of(
    principal: Principal, axis: Axis, *, province: str | None, district: str | None
) -> Area:
    """Return the area whose figures the caller gets.

    Raises OutOfScope for an area or rows wider than the caller's own; AxisTooWide for rows wider
    than the area the caller narrowed it to, since a row named for a whole shows all of it.
    """
    own = _own_area(principal)
    area = Area(own.province or province, own.district or district)
    elsewhere = (
        (own.province and province and province != own.province)
        or (own.province and district and not district.startswith(own.province))
        or (own.district and district and district != own.district)
    )
    if elsewhere or axis not in _AREAS_INSIDE[own.size]:
        raise OutOfScope(username=principal.username)
    if axis not in _AREAS_INSIDE[area.size]:
        raise AxisTooWide(axis=axis, area=area.size, pointer="/by")
    return area


def _own_area(principal: Principal) -> Area:
    if principal.area == "country":
        return Area()
    if principal.area == "province":
        return Area(province=principal.area_code)
    if principal.area == "district":
        # A district's code begins with its province's.
        return Area(province=principal.area_code[:2], district=principal.area_code)
    raise OutOfScope(username=principal.username)


def rows(
    axis: Axis, sums: Mapping[str, Counts], district_names: Mapping[str, str]
) -> list[CompletenessItemFacts]:
    """Return the rows of an axis, in its order; `sums` are by province for region and country."""
    folded: dict[str, Counts] = {}
    for code, counts in sums.items():
        key = _key(axis, code)
        folded[key] = folded.get(key, Counts()).plus(counts)
    return [
        _row(key, _name(axis, key, district_names), folded[key])
        for key in sorted(folded, key=lambda key: _place(axis, key))
        if folded[key].expected
    ]


def total(sums: Iterable[Counts]) -> CompletenessItemFacts:
    """Return the row that sums up the others."""
    whole = Counts()
    for counts in sums:
        whole = whole.plus(counts)
    return _row(TOTAL_KEY, TOTAL_NAME, whole)


def _row(key: str, name: str, counts: Counts) -> CompletenessItemFacts:
    facts = {"key": key, "name": name, **counts.figures()}
    return cast(CompletenessItemFacts, facts)  # the figures are those of a row


def _key(axis: Axis, code: str) -> str:
    if axis is Axis.COUNTRY:
        return COUNTRY_KEY
    return get_province(code).region if axis is Axis.REGION else code


def _name(axis: Axis, key: str, district_names: Mapping[str, str]) -> str:
    match axis:
        case Axis.COUNTRY:
            return COUNTRY_NAME
        case Axis.REGION:
            return key
        case Axis.PROVINCE:
            return get_province(key).name_th
        case Axis.DISTRICT:
            return district_names.get(key, key) or IN_NO_DISTRICT
        case Axis.TYPE:
            return LaoType(key).label
        case Axis.SUBJECT:
            return SUBJECTS[key]


def _place(axis: Axis, key: str) -> int | str:
    match axis:
        case Axis.REGION:
            return REGIONS.index(key)
        case Axis.TYPE:
            return _TYPES.index(key)
        case Axis.SUBJECT:
            return _SUBJECTS.index(key)
        case _:
            return key
