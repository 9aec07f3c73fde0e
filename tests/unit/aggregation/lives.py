"""Lives of a round: what becomes of each obligation, the events of it, and a count by hand."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from contracts.aggregation.axis import Axis
from contracts.collecting.due_dates import Stood
from contracts.events import Event
from contracts.fields import wire_time
from contracts.reference.code_groups import CodeGroup
from contracts.reference.provinces import PROVINCES, get_province
from contracts.reports.events import (
    DueDatesMovedV2,
    NilConfirmedV1,
    ObligationExemptedV1,
    ObligationExemptionLiftedV1,
    ObligationsOpenedV2,
    ReportAcceptedV1,
    ReportAmendedV2,
    ReportFiledV1,
    ReportReturnedV1,
    ReportReturnTakenBackV1,
    ReportWithdrawnV1,
)

COUNTED = (
    "expected",
    "filed",
    "on_time",
    "late",
    "amended",
    "returned",
    "nil",
    "exempt",
    "missing",
)
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
DUE = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)
IN_THE_LAST_SECOND = DUE + timedelta(milliseconds=999)
JUST_LATE = DUE + timedelta(seconds=1)
LATE = datetime(2027, 1, 5, 5, 0, tzinfo=UTC)
EXTENDED = datetime(2027, 1, 31, 16, 59, 59, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORDERS = {
    "": [],
    "extended": [(DUE + HOUR, None), (EXTENDED, None)],
    "shortened_before": [(EXTENDED, None), (DUE + HOUR, (NOON, LATE))],
    "shortened_after": [(EXTENDED, None), (DUE + HOUR, (NOON, LATE + HOUR))],
    "withdrawn_before": [(EXTENDED, None), (DUE, (NOON, LATE)), (DUE, (NOON, LATE))],
    "withdrawn_after": [(EXTENDED, None), (DUE, (NOON, LATE + HOUR))],
}
"""By what becomes of due dates: what is due after each order, and when the first one's date stood
if it does not any more.
"""


@dataclass(frozen=True)
class Duty:
    """One obligation and what becomes of it. `fate` is missing, filed or nil.

    `ending` is what happens to what is filed: nothing, or it is withdrawn, refiled, returned,
    taken_back, accepted or answered. `exemption` is none, exempt or lifted, `extension` of ORDERS.
    """

    organisation: str
    type: str
    district: str
    group: CodeGroup
    fate: str = "missing"
    accepted_at: datetime = NOON
    amendments: int = 0
    restarted: bool = False
    extension: str = ""
    ending: str = ""
    exemption: str = ""

    @property
    def province(self) -> str:
        return self.district[:2]

    @property
    def judged_at(self) -> datetime:
        """An amendment that restarts the clock comes after the due date."""
        return LATE if self.restarted and self.amendments else self.accepted_at

    @property
    def is_on_time(self) -> bool:
        if self.extension in ("extended", "shortened_after", "withdrawn_after"):
            return True
        if self.extension == "shortened_before":
            return self.judged_at < LATE
        return self.judged_at < (LATE if self.extension == "withdrawn_before" else JUST_LATE)

    @property
    def is_filed(self) -> bool:
        return self.fate != "missing" and self.ending != "withdrawn"


@dataclass(frozen=True)
class Life:
    """A round from its opening to its last amendment."""

    duties: tuple[Duty, ...]
    mode: str = "live"
    round_id: str = field(default_factory=lambda: f"ethics-2568-1-{uuid.uuid4().hex[:8]}")

    def obligation_id(self, duty: Duty) -> str:
        return f"{self.round_id}-{duty.organisation}-{duty.group.number}"

    def openings(self, most: int = 100) -> list[ObligationsOpenedV2]:
        """Return what opens the obligations, district by district, at most so many at once."""
        districts: dict[str, list[Duty]] = {}
        for duty in self.duties:
            districts.setdefault(duty.district, []).append(duty)
        return [
            ObligationsOpenedV2(
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

    def orders(self) -> list[Event]:
        """Return what is done by order: due dates moved, exemptions, exemptions lifted."""
        return [event for duty in self.duties for event in self._ordered(duty)]

    def events(self) -> list[Event]:
        return [*self.openings(most=4), *self.filings(), *self.orders()]

    def _opened(self, duty: Duty) -> dict[str, str]:
        return {**self._place(duty), "due_at": wire_time(DUE), "extension_no": 0, "stood": []}

    def _ordered(self, duty: Duty) -> Iterator[Event]:
        for number, (due_at, stood) in enumerate(ORDERS[duty.extension], start=1):
            former = [Stood(*stood, EXTENDED).to_wire()] if stood else []
            due = {"due_at": wire_time(due_at), "stood": former}
            yield DueDatesMovedV2(
                round_id=self.round_id,
                mode=self.mode,
                extension_no=number,
                province_code=duty.province,
                district_code=duty.district,
                order_no="ก 12/2566",
                obligations=[self._place(duty) | due],
            )
        if duty.exemption:
            order = {"kind": "exempt", "order_no": "ก 1", "reason": "ยุบเลิก"}
            yield ObligationExemptedV1(**self._act(duty, 11, revision=0), **order)
        if duty.exemption == "lifted":
            yield ObligationExemptionLiftedV1(**self._act(duty, 12, revision=0))

    def _act(self, duty: Duty, number: int, *, revision: int) -> dict[str, Any]:
        return {
            "round_id": self.round_id,
            "mode": self.mode,
            **self._place(duty),
            "revision": revision,
            "act_no": number,
            "acted_at": LATE,
            "by_role": "central_hr_body",
        }

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
            yield self._amended(duty, revision)
        yield from self._ended(duty, duty.amendments + 1)

    def _amended(self, duty: Duty, revision: int) -> Event:
        return ReportAmendedV2(
            **self._filing(duty, revision=revision),
            reason="แก้ไขตัวเลข",
            reason_class="correction",
            judged_at=duty.judged_at,
        )

    def _ended(self, duty: Duty, last: int) -> Iterator[Event]:
        if duty.ending in ("withdrawn", "refiled"):
            yield ReportWithdrawnV1(**self._filing(duty, revision=last + 1), reason="ยื่นผิด")
        if duty.ending == "refiled":
            yield ReportFiledV1(**self._filing(duty, revision=last + 2))
        if duty.ending in ("returned", "taken_back", "accepted", "answered"):
            acted = self._act(duty, 1, revision=last)
            yield ReportReturnedV1(**acted, reason="คะแนนไม่ตรง", correct_until=EXTENDED)
        if duty.ending == "taken_back":
            yield ReportReturnTakenBackV1(**self._act(duty, 2, revision=last))
        if duty.ending in ("accepted", "answered"):
            last += 1
            yield self._amended(duty, last)
        if duty.ending == "accepted":
            yield ReportAcceptedV1(**self._act(duty, 2, revision=last), note="")

    def _filing(self, duty: Duty, *, revision: int) -> dict[str, Any]:
        return {
            "round_id": self.round_id,
            "mode": self.mode,
            **self._place(duty),
            "filing_id": uuid.uuid4().hex,
            "revision": revision,
            "accepted_at": duty.accepted_at + timedelta(minutes=revision - 1),
            "on_time": duty.judged_at < JUST_LATE,
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
        Axis.SUBJECT: duty.group.value,
    }[axis]


def count_by_hand(duties: Iterable[Duty], axis: Axis) -> dict[str, dict[str, int]]:
    """Return the counts of each row, counted in the plainest way there is."""
    counted: dict[str, dict[str, int]] = {}
    for duty in duties:
        row = counted.setdefault(key_of(axis, duty), dict.fromkeys(COUNTED, 0))
        row["expected"] += 1
        if not duty.is_filed:
            row["exempt" if duty.exemption == "exempt" else "missing"] += 1
            continue
        row["filed"] += 1
        row["on_time" if duty.is_on_time else "late"] += 1
        answered = duty.ending in ("accepted", "answered")
        if duty.ending == "refiled":
            continue
        if duty.amendments or answered:
            row["amended"] += 1
        elif duty.fate == "nil":
            row["nil"] += 1
        if duty.ending == "returned":
            row["returned"] += 1
    return counted


def counted_alike(items: list[dict[str, Any]], by_hand: dict[str, dict[str, int]]) -> bool:
    """Whether rows show what was counted by hand."""
    return by_hand == {item["key"]: {name: item[name] for name in COUNTED} for item in items}


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
    fates = st.fixed_dictionaries(
        {
            "fate": st.sampled_from(["missing", "filed", "nil"]),
            "accepted_at": st.sampled_from([NOON, DUE, IN_THE_LAST_SECOND, JUST_LATE, LATE]),
            "amendments": st.integers(0, 2),
            "restarted": st.booleans(),
            "extension": st.sampled_from(sorted(ORDERS)),
            "ending": st.sampled_from(
                ["", "withdrawn", "refiled", "returned", "taken_back", "accepted", "answered"]
            ),
            "exemption": st.sampled_from(["", "exempt", "lifted"]),
        }
    )
    return Life(
        tuple(
            Duty(f"o{number}", lao_type, district, group, **draw(fates))
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
