"""What an organisation is, and what storing a registry would change. Facts and comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from enum import StrEnum

from contracts.principal import Place
from contracts.reference.lao_types import LaoType, full_name, short_name
from contracts.reference.provinces import get_province
from services.accounts.registry.read import RegisteredLao


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


DETAILS = frozenset(field.name for field in fields(Details))


@dataclass(frozen=True, slots=True)
class District:
    """Where an LAO has its seat; the code begins with the province's."""

    code: str
    name: str


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
class Difference:
    """One fact that differs, as it was and as it is."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Dated:
    """What an organisation was from a day until another, on which it no longer was."""

    facts: Facts
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as it is now. The id never changes, whatever else does.

    `founded_on` is None where nobody told when it began, as the registry does not; `closed_on` is
    the first day it was no more. Its slots stay usable until `slots_close_on`, so that it can
    end what it owes.
    """

    id: str
    facts: Facts
    valid_from: date
    version: int = 1
    history: tuple[Dated, ...] = ()
    founded_on: date | None = None
    closed_on: date | None = None
    slots_close_on: date | None = None
    successor_ids: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """Where it stands in the tree of areas."""
        return Place(self.facts.province_code, self.facts.district_code or "", self.id)

    @property
    def versions(self) -> tuple[Dated, ...]:
        """All it was and is, from old to new."""
        return *self.history, Dated(self.facts, self.valid_from, self.closed_on)

    def on(self, day: date) -> Dated | None:
        """Return what it was on a day, or None when there was none.

        What is first on record holds for all days before, unless it is known to have been founded.
        """
        if self.closed_on is not None and day >= self.closed_on:
            return None
        held = [version for version in self.versions if version.valid_from <= day]
        if held:
            return held[-1]
        return None if self.founded_on is not None else self.versions[0]

    def since(self, day: date, facts: Facts) -> Organisation:
        """Return it with other facts from a day on; what it was goes to the history."""
        before = Dated(self.facts, min(self.valid_from, day), day)
        return replace(
            self,
            facts=facts,
            valid_from=day,
            version=self.version + 1,
            history=(*self.history, before),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """An organisation that is described otherwise than it is stored."""

    before: Organisation
    after: Organisation
    differences: list[str]

    @property
    def dated(self) -> list[str]:
        """The differences that others are told of and the history keeps: all but details."""
        return [name for name in self.differences if name not in DETAILS]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What storing a registry would do: to LAOs, and to the offices over them.

    `gone` are in force and not in the file, `closed` the other way round; neither is touched.
    """

    added: list[Organisation]
    changed: list[Change]
    unchanged: list[Organisation]
    gone: list[Organisation]
    closed: list[Organisation]

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
    plan = ImportPlan([], [], [], [], [])
    met = set()
    for facts in wanted:
        met.add(facts.key)
        before = stored.get(facts.key)
        if before is None:
            plan.added.append(Organisation(new_id(), facts, on))
        elif before.closed_on is not None:
            plan.closed.append(before)
        elif differences := before.facts.differences(facts):
            only_details = DETAILS.issuperset(differences)
            after = (
                replace(before, facts=facts, version=before.version + 1)
                if only_details
                else before.since(max(on, before.valid_from), facts)
            )
            plan.changed.append(Change(before, after, differences))
        else:
            plan.unchanged.append(before)
    plan.gone.extend(
        organisation
        for key, organisation in stored.items()
        if key not in met
        and organisation.facts.kind is OrganisationKind.LAO
        and organisation.facts.district_code is not None
        and organisation.closed_on is None
    )
    return plan


def lao_facts(
    lao_type: LaoType, *, code: str, name: str, province_code: str, district: District | None
) -> Facts:
    """Return the facts of an LAO; Bangkok lies in no district. Raises KeyError."""
    return Facts(
        kind=OrganisationKind.LAO,
        type=lao_type,
        code=code,
        name=name,
        full_name=full_name(lao_type, name),
        abbreviation=short_name(lao_type, name),
        province_code=province_code,
        province=get_province(province_code).name_th,
        district_code=district.code if district else None,
        district=district.name if district else None,
    )


def _lao(lao: RegisteredLao) -> Facts:
    facts = lao_facts(
        lao.type,
        code=lao.code,
        name=lao.name,
        province_code=lao.province_code,
        district=District(lao.district_code, lao.district),
    )
    return replace(
        facts,
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


def compared(before: Facts, after: Facts) -> list[Difference]:
    """Return every fact that differs, details by their own names."""
    was, is_now = asdict(before) | _details(before), asdict(after) | _details(after)
    return [Difference(name, was.get(name), is_now.get(name)) for name in before.differences(after)]


def _details(facts: Facts) -> dict[str, object]:
    return {} if facts.details is None else asdict(facts.details)
