"""What a caller covers, and what a record must say to be within it, are the same."""

from __future__ import annotations

import pytest

from contracts.principal import Place, Principal, Role

FIELDS = {"province": "province_code", "district": "district_code", "organisation": "_id"}
PLACES = [
    Place("81", "8101", "o1"),
    Place("81", "8101", "o2"),
    Place("81", "8102", "o3"),
    Place("50", "5001", "o4"),
]


@pytest.mark.parametrize(
    ("role", "area", "code", "seen"),
    [
        (Role.OPERATOR, "country", "", ["o1", "o2", "o3", "o4"]),
        (Role.PROVINCE_OFFICER, "province", "81", ["o1", "o2", "o3"]),
        (Role.DISTRICT_OFFICER, "district", "8101", ["o1", "o2"]),
        (Role.LAO_OFFICER, "organisation", "o2", ["o2"]),
    ],
)
def test_records_within_the_area_are_those_whose_places_it_covers(role, area, code, seen):
    caller = Principal("s1", "somebody", role, area, code)

    condition = caller.within(FIELDS).items()

    records = {
        place.organisation_id: {
            "province_code": place.province,
            "district_code": place.district,
            "_id": place.organisation_id,
        }
        for place in PLACES
    }
    assert [one for one, record in records.items() if condition <= record.items()] == seen
    assert [place.organisation_id for place in PLACES if caller.covers(place)] == seen
