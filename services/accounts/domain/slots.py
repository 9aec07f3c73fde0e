"""Which slots an organisation has, what each may see, and who hands out its code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from contracts.principal import AREA_OF_ROLE, Principal, Role
from contracts.reference.code_groups import CodeGroup
from contracts.reference.lao_types import RoutingTier
from services.accounts.domain.organisations import Organisation, OrganisationKind

OPERATOR_USERNAME = "operator"


class Tier(StrEnum):
    """Who hands out a slot's activation code: the operator, or the office over the slot."""

    OPERATOR = "operator"
    PROVINCE = "province"
    DISTRICT = "district"


TIER_OF_ROLE = {
    Role.OPERATOR: Tier.OPERATOR,
    Role.PROVINCE_OFFICER: Tier.PROVINCE,
    Role.DISTRICT_OFFICER: Tier.DISTRICT,
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One credential. Its id and username stay whatever becomes of people, names and codes."""

    id: str
    username: str
    role: Role
    code_group: CodeGroup | None
    organisation_id: str | None
    province_code: str | None
    district_code: str | None
    handed_out_by: Tier | None

    @property
    def area(self) -> str:
        """The kind of area its role covers."""
        return AREA_OF_ROLE.get(self.role, "country")

    @property
    def area_code(self) -> str:
        """Which area of that kind."""
        codes = {
            "organisation": self.organisation_id,
            "district": self.district_code,
            "province": self.province_code,
        }
        return codes.get(self.area) or ""

    def principal(self, holder_name: str | None) -> Principal:
        """Return who signs in with it."""
        return Principal(
            slot_id=self.id,
            username=self.username,
            role=self.role,
            area=self.area,
            area_code=self.area_code,
            organisation_id=self.organisation_id,
            code_group=self.code_group,
            holder_name=holder_name,
        )


OPERATOR_SLOT = Slot(
    id=OPERATOR_USERNAME,
    username=OPERATOR_USERNAME,
    role=Role.OPERATOR,
    code_group=None,
    organisation_id=None,
    province_code=None,
    district_code=None,
    handed_out_by=None,
)


def slots_of(organisation: Organisation) -> list[Slot]:
    """Return the slots it has by its kind: three for an LAO, one for an office, none else."""
    return _SLOTS_OF_KIND[organisation.facts.kind](organisation)


def _slots_of_lao(lao: Organisation) -> list[Slot]:
    routed = lao.facts.type and lao.facts.type.routing_tier
    tier = Tier.DISTRICT if routed is RoutingTier.DISTRICT else Tier.PROVINCE
    return [
        _slot(lao, group.number, f"{lao.facts.code}-{group.number}", Role.LAO_OFFICER, tier, group)
        for group in CodeGroup
    ]


def _slots_of_district_office(office: Organisation) -> list[Slot]:
    username = f"d{office.facts.code}"
    return [_slot(office, 1, username, Role.DISTRICT_OFFICER, Tier.PROVINCE)]


def _slots_of_province_office(office: Organisation) -> list[Slot]:
    username = f"p{office.facts.code}"
    return [_slot(office, 1, username, Role.PROVINCE_OFFICER, Tier.OPERATOR)]


_SLOTS_OF_KIND: dict[OrganisationKind, Callable[[Organisation], list[Slot]]] = {
    OrganisationKind.LAO: _slots_of_lao,
    OrganisationKind.DISTRICT_OFFICE: _slots_of_district_office,
    OrganisationKind.PROVINCE_OFFICE: _slots_of_province_office,
    OrganisationKind.AGENCY: lambda _: [],
}


def _slot(
    organisation: Organisation,
    number: int,
    username: str,
    role: Role,
    tier: Tier,
    code_group: CodeGroup | None = None,
) -> Slot:
    return Slot(
        id=f"{organisation.id}-{number}",
        username=username,
        role=role,
        code_group=code_group,
        organisation_id=organisation.id,
        province_code=organisation.facts.province_code,
        district_code=organisation.facts.district_code,
        handed_out_by=tier,
    )
