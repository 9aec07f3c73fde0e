"""Who is asking: the slot behind a sign-in and the area it covers. Every service decides by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypedDict

from contracts.errors import OutOfScope


class Role(StrEnum):
    """What a slot is for. One slot has one role."""

    LAO_OFFICER = "lao_officer"
    DISTRICT_OFFICER = "district_officer"
    PROVINCE_OFFICER = "province_officer"
    CENTRAL_HR_BODY = "central_hr_body"
    CODE_OWNER = "code_owner"
    ETHICS_BOARD = "ethics_board"
    NACC_OFFICER = "nacc_officer"
    OPERATOR = "operator"


AREA_OF_ROLE = {
    Role.LAO_OFFICER: "organisation",
    Role.DISTRICT_OFFICER: "district",
    Role.PROVINCE_OFFICER: "province",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an organisation stands in the tree of areas; province and district by code."""

    province: str
    district: str
    organisation_id: str


class PrincipalFacts(TypedDict):
    """A Principal on the wire."""

    slot_id: str
    username: str
    role: str
    area: str
    area_code: str
    organisation_id: str | None
    code_group: str | None
    holder_name: str | None


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in slot. `area` is country, province, district or organisation; `area_code`
    is "", a province code, a district code or an organisation id.
    """

    slot_id: str
    username: str
    role: Role
    area: str
    area_code: str
    organisation_id: str | None = None
    code_group: str | None = None
    holder_name: str | None = None

    @classmethod
    def from_wire(cls, facts: PrincipalFacts) -> Principal:
        """Rebuild the principal the gateway sent along; unknown facts are left out."""
        given: Mapping[str, Any] = facts
        known = {name: given[name] for name in cls.__dataclass_fields__ if name in given}
        return cls(**{**known, "role": Role(known["role"])})

    def to_wire(self) -> PrincipalFacts:
        """Return the principal as JSON-ready facts."""
        return {
            "slot_id": self.slot_id,
            "username": self.username,
            "role": self.role,
            "area": self.area,
            "area_code": self.area_code,
            "organisation_id": self.organisation_id,
            "code_group": self.code_group,
            "holder_name": self.holder_name,
        }

    def covers(self, place: Place) -> bool:
        """Whether `place` lies inside the caller's area."""
        own = {
            "country": "",
            "province": place.province,
            "district": place.district,
            "organisation": place.organisation_id,
        }
        return self.area_code == own[self.area]

    def within(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return what a record must say to lie in the caller's area; `fields` names where it says
        its province, district and organisation.
        """
        return {} if self.area == "country" else {fields[self.area]: self.area_code}

    def require_role(self, *roles: Role) -> None:
        """Refuse anybody without one of `roles`. Raises OutOfScope."""
        if self.role not in roles:
            raise OutOfScope(username=self.username)
