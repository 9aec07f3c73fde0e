"""What an organisation is, and what storing a registry would change. Facts and comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum

from contracts.principal import Place
from contracts.reference.lao_types import LaoType, full_name, short_name
from contracts.reference.provinces import get_province
from services.accounts.registry import RegisteredLao


class OrganisationKind(StrEnum):
    """What an organisation is to Sucharit."""

    LAO = "lao"
    DISTRICT_OFFICE = "district_office"
    PROVINCE_OFFICE = "province_office"
    AGENCY = "agency"


Key = tuple[str, str]
"""The kind, and the part of the code that stays the organisation's own when its type changes."""


@dataclass(frozen=True, slots=True)
class Details:
    """What only an LAO has and nothing depends on; None where the registry has nothing usable."""

    address_no: str | None
    moo: str | None
    postcode: str | None
    area_km2: float | None
    latitude: float | None
    longitude: float | None
    website: str | None


_DETAILS = frozenset(field.name for field in fields(Details))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of an organisation from one day to another."""

    kind: OrganisationKind
    type: LaoType | None
    code: str
    name: str
    full_name: str
    abbreviation: str
    province_code: str
    province: str
    district_code: str | None
    district: str | None
    details: Details | None = None

    @property
    def key(self) -> Key:
        """The first digit of an LAO's code follows its type; the six after it are its own."""
        return self.kind, self.code[1:] if self.kind is OrganisationKind.LAO else self.code

    def differences(self, other: Facts) -> list[str]:
        """Return the names of the facts in which they differ, details by their own names."""
        names = [
            field.name
            for field in fields(self)
            if field.name != "details" and getattr(self, field.name) != getattr(other, field.name)
        ]
        mine, theirs = _details(self), _details(other)
        return names + [name for name, value in mine.items() if theirs.get(name) != value]


@dataclass(frozen=True, slots=True)
class Past:
    """What an organisation was until a day."""

    facts: Facts
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as it is now. The id never changes, whatever else does."""

    id: str
    facts: Facts
    valid_from: date
    version: int = 1
    history: tuple[Past, ...] = ()

    @property
    def place(self) -> Place:
        """Where it stands in the tree of areas."""
        return Place(self.facts.province_code, self.facts.district_code or "", self.id)


@dataclass(frozen=True, slots=True)
class Change:
    """An organisation that is described otherwise than it is stored."""

    before: Organisation
    after: Organisation
    differences: list[str]

    @property
    def dated(self) -> list[str]:
        """The differences that others are told of and the history keeps: all but details."""
        return [name for name in self.differences if name not in _DETAILS]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What storing a registry would do: to LAOs, and to the offices over them."""

    added: list[Organisation]
    changed: list[Change]
    unchanged: list[Organisation]
    gone: list[Organisation]

    @property
    def present(self) -> list[Organisation]:
        """Every organisation the file describes, as it will be."""
        return [*self.added, *(change.after for change in self.changed), *self.unchanged]


def described(laos: Iterable[RegisteredLao]) -> list[Facts]:
    """Return the facts of the LAOs and of the province and district offices over them."""
    facts = [_lao(lao) for lao in laos]
    provinces = {lao.province_code: lao for lao in facts}
    districts = {lao.district_code: lao for lao in facts}
    return [
        *facts,
        *(_province_office(lao) for _, lao in sorted(provinces.items())),
        *(_district_office(lao) for _, lao in sorted(districts.items(), key=str)),
    ]


def plan_import(
    wanted: Iterable[Facts],
    stored: Mapping[Key, Organisation],
    *,
    on: date,
    new_id: Callable[[], str],
) -> ImportPlan:
    """Compare what a file describes with what is stored. Nothing that vanished is removed."""
    plan = ImportPlan([], [], [], [])
    met = set()
    for facts in wanted:
        met.add(facts.key)
        before = stored.get(facts.key)
        if before is None:
            plan.added.append(Organisation(new_id(), facts, on))
        elif differences := before.facts.differences(facts):
            only_details = _DETAILS.issuperset(differences)
            since = before.valid_from if only_details else on
            after = Organisation(before.id, facts, since, before.version + 1)
            plan.changed.append(Change(before, after, differences))
        else:
            plan.unchanged.append(before)
    plan.gone.extend(
        organisation
        for key, organisation in stored.items()
        if organisation.facts.kind is OrganisationKind.LAO and key not in met
    )
    return plan


def _lao(lao: RegisteredLao) -> Facts:
    return Facts(
        kind=OrganisationKind.LAO,
        type=lao.type,
        code=lao.code,
        name=lao.name,
        full_name=full_name(lao.type, lao.name),
        abbreviation=short_name(lao.type, lao.name),
        province_code=lao.province_code,
        province=get_province(lao.province_code).name_th,
        district_code=lao.district_code,
        district=lao.district,
        details=Details(
            address_no=lao.address_no,
            moo=lao.moo,
            postcode=lao.postcode,
            area_km2=lao.area_km2,
            latitude=lao.latitude,
            longitude=lao.longitude,
            website=lao.website,
        ),
    )


def _province_office(inside: Facts) -> Facts:
    return Facts(
        kind=OrganisationKind.PROVINCE_OFFICE,
        type=None,
        code=inside.province_code,
        name=inside.province,
        full_name=f"สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด{inside.province}",
        abbreviation=f"สถจ.{inside.province}",
        province_code=inside.province_code,
        province=inside.province,
        district_code=None,
        district=None,
    )


def _district_office(inside: Facts) -> Facts:
    return Facts(
        kind=OrganisationKind.DISTRICT_OFFICE,
        type=None,
        code=str(inside.district_code),
        name=str(inside.district),
        full_name=f"อำเภอ{inside.district}",
        abbreviation=f"อ.{inside.district}",
        province_code=inside.province_code,
        province=inside.province,
        district_code=inside.district_code,
        district=inside.district,
    )


def _details(facts: Facts) -> dict[str, object]:
    return {} if facts.details is None else asdict(facts.details)
