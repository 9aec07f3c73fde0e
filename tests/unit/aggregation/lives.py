"""Lives of a round: what becomes of each obligation, the events of it, and a count by hand."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from contracts.aggregation.axis import Axis
from contracts.events import Event
from contracts.reference.code_groups import CodeGroup
from contracts.reference.provinces import PROVINCES, get_province
from contracts.reports.events import (
    NilConfirmedV1,
    ObligationsOpenedV1,
    ReportAmendedV1,
    ReportFiledV1,
)

NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Duty:
    """One obligation and what becomes of it. `fate` is missing, filed or nil."""

    organisation: str
    type: str
    district: str
    group: CodeGroup
    fate: str = "missing"
    on_time: bool = True
    amendments: int = 0

    @property
    def province(self) -> str:
        return self.district[:2]


@dataclass(frozen=True)
class Life:
    """A round from its opening to its last amendment."""

    duties: tuple[Duty, ...]
    mode: str = "live"
    round_id: str = field(default_factory=lambda: f"ethics-2568-1-{uuid.uuid4().hex[:8]}")

    def obligation_id(self, duty: Duty) -> str:
        return f"{self.round_id}-{duty.organisation}-{duty.group.number}"

    def openings(self, most: int = 100) -> list[ObligationsOpenedV1]:
        """Return what opens the obligations, district by district, at most so many at once."""
        districts: dict[str, list[Duty]] = {}
        for duty in self.duties:
            districts.setdefault(duty.district, []).append(duty)
        return [
            ObligationsOpenedV1(
                round_id=self.round_id,
                mode=self.mode,
                district_code=district,
                obligations=[self._opened(duty) for duty in duties[start : start + most]],
            )
            for district, duties in districts.items()
            for start in range(0, len(duties), most)
        ]

    def filings(self) -> list[Event]:
        """Return all that is filed: first reports, nil reports, amendments."""
        return [event for duty in self.duties for event in self._filed(duty)]

    def events(self) -> list[Event]:
        return [*self.openings(most=4), *self.filings()]

    def _opened(self, duty: Duty) -> dict[str, str]:
        return {**self._place(duty), "due_at": "2026-12-31T23:59:59.000+07:00"}

    def _place(self, duty: Duty) -> dict[str, Any]:
        return {
            "obligation_id": self.obligation_id(duty),
            "organisation_id": duty.organisation,
            "organisation_code": f"5{duty.district}01",
            "organisation_type": duty.type,
            "province_code": duty.province,
            "district_code": duty.district,
            "code_group": duty.group.value,
        }

    def _filed(self, duty: Duty) -> Iterator[Event]:
        if duty.fate == "missing":
            return
        first = NilConfirmedV1 if duty.fate == "nil" else ReportFiledV1
        yield first(**self._filing(duty, revision=1))
        for revision in range(2, duty.amendments + 2):
            yield ReportAmendedV1(**self._filing(duty, revision=revision), reason="แก้ไขตัวเลข")

    def _filing(self, duty: Duty, *, revision: int) -> dict[str, Any]:
        return {
            "round_id": self.round_id,
            "mode": self.mode,
            **self._place(duty),
            "filing_id": uuid.uuid4().hex,
            "revision": revision,
            "accepted_at": NOON + timedelta(minutes=revision),
            "on_time": duty.on_time,
            "content_sha256": "0" * 64,
            "receipt_number": f"R-{uuid.uuid4().hex[:8]}",
        }


def key_of(axis: Axis, duty: Duty) -> str:
    """Return the row a duty belongs to."""
    return {
        Axis.COUNTRY: "th",
        Axis.REGION: get_province(duty.province).region,
        Axis.PROVINCE: duty.province,
        Axis.DISTRICT: duty.district,
        Axis.TYPE: duty.type,
        Axis.CODE_GROUP: duty.group.value,
    }[axis]


def count_by_hand(duties: Iterable[Duty], axis: Axis) -> dict[str, dict[str, int]]:
    """Return the counts of each row, counted in the plainest way there is."""
    counted: dict[str, dict[str, int]] = {}
    for duty in duties:
        names = ("expected", "filed", "on_time", "late", "amended", "nil", "missing")
        row = counted.setdefault(key_of(axis, duty), dict.fromkeys(names, 0))
        row["expected"] += 1
        if duty.fate == "missing":
            row["missing"] += 1
            continue
        row["filed"] += 1
        row["on_time" if duty.on_time else "late"] += 1
        if duty.amendments:
            row["amended"] += 1
        elif duty.fate == "nil":
            row["nil"] += 1
    return counted


def counted_alike(items: list[dict[str, Any]], by_hand: dict[str, dict[str, int]]) -> bool:
    """Whether rows show what was counted by hand, those of returns and exemptions being 0."""
    shown = {
        item["key"]: {name: item[name] for name in next(iter(by_hand.values()))} for item in items
    }
    return shown == by_hand and not any(item["returned"] or item["exempt"] for item in items)


def left_of(life: Life, database: Any) -> list[tuple[str, set[str]]]:
    """Return where anything in a database names the round, and which fields stand there."""
    return [
        (name, set(document))
        for name in database.list_collection_names()
        for document in database[name].find()
        if life.round_id in str(document)
    ]


def a_country(organisations: int = 7_849, districts: int = 878) -> tuple[Duty, ...]:
    """Return the duties of a country of that size, none met."""
    codes = [province.code for province in PROVINCES if province.code != "10"]
    places = [f"{codes[n % len(codes)]}{n // len(codes) + 1:02}" for n in range(districts)]
    types = ("sao", "sao", "subdistrict", "town", "city", "pao")
    return tuple(
        Duty(f"o{n}", types[n // districts % len(types)], places[n % districts], group)
        for n in range(organisations)
        for group in CodeGroup
    )


PLACES = (("8101", "sao"), ("8101", "town"), ("8102", "sao"), ("2004", "special"), ("9001", "city"))


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Draw a round of a few organisations, each obligation with its own fate."""
    organisations = draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=5))
    fates = st.tuples(
        st.sampled_from(["missing", "filed", "nil"]), st.booleans(), st.integers(0, 2)
    )
    return Life(
        tuple(
            Duty(f"o{number}", lao_type, district, group, *draw(fates))
            for number, (district, lao_type) in enumerate(organisations)
            for group in CodeGroup
        )
    )


@st.composite
def deliveries(draw: st.DrawFn, events: list[Event]) -> list[list[Event]]:
    """Draw how a broker may deliver: every event once or more, in any order, in batches."""
    repeats = draw(st.lists(st.sampled_from(events), max_size=len(events)))
    order = draw(st.permutations([*events, *repeats]))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=6)) | {len(order)})
    return [order[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]
