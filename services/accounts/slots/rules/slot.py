"""Which slots an organisation has, what each may see, and who hands out its code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from contracts.accounts.slots import SlotNotAddable
from contracts.principal import AREA_OF_ROLE, Place, Principal, Role
from contracts.reference.code_groups import CodeGroup
from contracts.reference.lao_types import RoutingTier
from services.accounts.organisations.rules.organisation import Organisation, OrganisationKind

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
    label: str | None = None

    @property
    def where(self) -> tuple[str | None, str | None, Tier | None]:
        """Where it stands and who hands out its code: what follows its organisation."""
        return self.province_code, self.district_code, self.handed_out_by

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


def may_see(by: Principal, slot: Slot) -> bool:
    """Whether the slot is the caller's to know of; an agency's slots see those of the agency."""
    if by.role is Role.OPERATOR or by.slot_id == slot.id:
        return True
    if by.area == "country":
        return by.organisation_id is not None and by.organisation_id == slot.organisation_id
    return by.covers(
        Place(slot.province_code or "", slot.district_code or "", slot.organisation_id or "")
    )


def stands_above(by: Principal, slot: Slot) -> bool:
    """Whether the caller answers for the slot: the operator, or the office that hands out its slip.

    Over the operator's own slot stands nobody.
    """
    if slot.handed_out_by is None:
        return False
    is_its_office = TIER_OF_ROLE.get(by.role) is slot.handed_out_by and may_see(by, slot)
    return by.role is Role.OPERATOR or is_its_office


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
    if lao.facts.district_code is None:  # Bangkok: no office stands between it and the country
        tier = Tier.OPERATOR
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


AGENCY_ROLES = (
    Role.CENTRAL_HR_BODY,
    Role.CODE_OWNER,
    Role.ETHICS_BOARD,
    Role.NACC_OFFICER,
)
_ROLE_OF_OFFICE = {
    OrganisationKind.DISTRICT_OFFICE: Role.DISTRICT_OFFICER,
    OrganisationKind.PROVINCE_OFFICE: Role.PROVINCE_OFFICER,
}
_TIER_OVER_OFFICE = {
    OrganisationKind.DISTRICT_OFFICE: Tier.PROVINCE,
    OrganisationKind.PROVINCE_OFFICE: Tier.OPERATOR,
}
_USERNAME_BEFORE_NUMBER = {
    OrganisationKind.DISTRICT_OFFICE: "d",
    OrganisationKind.PROVINCE_OFFICE: "p",
}


def another_slot(organisation: Organisation, number: int, *, role: Role | None, label: str) -> Slot:
    """Return slot `number` of an office or an agency, such as p81-2 or dla-1.

    An office's slots have its one role, an agency's the one given. Raises SlotNotAddable.
    """
    kind = organisation.facts.kind
    if kind is OrganisationKind.LAO:
        raise SlotNotAddable(
            reason="an LAO has one slot for each code group",
            reason_th="อปท. มีบัญชีกลุ่มประมวลจริยธรรมละหนึ่งบัญชีเท่านั้น",
        )
    office_role = _ROLE_OF_OFFICE.get(kind)
    if role is None:
        role = office_role
    if role is None or role not in ((office_role,) if office_role else AGENCY_ROLES):
        raise SlotNotAddable(
            reason="the role is missing or not one of this organisation",
            reason_th="ไม่ได้ระบุบทบาท หรือหน่วยงานนี้ไม่มีบทบาทที่ระบุ",
            pointer="/role",
        )
    username = f"{_USERNAME_BEFORE_NUMBER.get(kind, '')}{organisation.facts.code}-{number}"
    tier = _TIER_OVER_OFFICE.get(kind, Tier.OPERATOR)
    return replace(
        _slot(organisation, number, username.lower(), role, tier),
        province_code=organisation.facts.province_code if office_role else None,
        district_code=organisation.facts.district_code if office_role else None,
        label=label,
    )


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
