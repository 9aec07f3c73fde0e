"""The orders on due dates of a round that was opened, and what due date stands after them.

An order gives one part of the round a due date, or withdraws an earlier order. They are numbered
through the round by whoever keeps them, and none is kept as of a time before the last. So what
stands after the order of a number follows from the orders up to it alone, whenever it is reckoned
and in whatever order their work is done:

- of the orders for one part, the last that is not withdrawn stands, be its date later or earlier;
  one that is not about all subjects stands in the place of others for its own alone;
- of the parts that hold an obligation, the latest date stands, and none before the round's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from collecting.rounds.rules import Round, Scope
from contracts.collecting.due_dates import Stood, is_in_time
from contracts.collecting.extensions import (
    ExtensionAlreadyWithdrawn,
    ExtensionNotFound,
    TooManyExtensions,
)
from contracts.errors import InvalidInput
from contracts.principal import Place
from contracts.reference.calendar import as_bangkok, short_date

MOST_EXTENSIONS = 10_000
"""Orders on due dates in one round, withdrawals included."""
MOST_FOR_ONE_PART = 100
"""Orders on due dates of one part of a round about a subject: what is told of them stays small."""
LONGEST_EXTENSION = timedelta(days=366)
"""How far an order may move a due date beyond the round's own."""

Part = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Extension:
    """An order on the due dates of part of a round: a date, or that an earlier order ends.

    It reaches the obligations of the part about its `subjects`: those that whoever gave it
    supervises. One that withdraws has the part of the order it `withdraws`, and no date.
    """

    id: str
    round_id: str
    no: int
    scope: Scope
    obligation: str | None
    lao_due_at: datetime | None
    order_no: str
    reason: str
    extended_by: str
    extended_at: datetime
    subjects: tuple[str, ...]
    withdraws: int | None = None

    @property
    def part(self) -> Part:
        """Which part of the round it is for: the smallest that is named."""
        named = (
            ("obligation", self.obligation),
            ("organisation", self.scope.organisation),
            ("district", self.scope.district),
            ("province", self.scope.province),
        )
        return next(((kind, name) for kind, name in named if name is not None), ("round", ""))


@dataclass(frozen=True, slots=True)
class Due:
    """When an obligation is due after the orders that reach it, why, and what stood before.

    `extension_no` is the last of these orders, 0 for none. `stood` are the later due dates that
    were shortened or withdrawn.
    """

    at: datetime
    because: str
    extension_no: int = 0
    stood: tuple[Stood, ...] = ()

    def is_met_at(self, moment: datetime) -> bool:
        """Whether what was filed at that moment is on time."""
        return is_in_time(moment, self.at, self.stood)


class Orders:
    """The orders of a round by number, found by the part that they are for."""

    def __init__(self, orders: Iterable[Extension]) -> None:
        self._of_part: dict[Part, list[Extension]] = {}
        for each in sorted(orders, key=lambda order: order.no):
            self._of_part.setdefault(each.part, []).append(each)

    def reaching(
        self, obligation_id: str, place: Place, subject_id: str | None = None
    ) -> tuple[Extension, ...]:
        """Return the orders for any part that holds the obligation, by number; without a subject
        those about any.
        """
        parts = (
            ("obligation", obligation_id),
            ("organisation", place.organisation_id),
            ("district", place.district),
            ("province", place.province),
            ("round", ""),
        )
        found = [
            each
            for part in parts
            for each in self._of_part.get(part, ())
            if subject_id is None or subject_id in each.subjects
        ]
        return tuple(sorted(found, key=lambda order: order.no))

    def ended_by(self) -> dict[int, int]:
        """Return for each order that does not stand any more the number of that which ended it."""
        ended: dict[int, int] = {}
        for of_part in self._of_part.values():
            ended |= _ended_by(of_part)
        return ended


def due_after(orders: Sequence[Extension], due_at: datetime, because: str) -> Due:
    """Return what the orders that reach an obligation make of the due date its round gives it.

    They come by number. A due date is explained by the last order that changed it.
    """
    due, since = Due(due_at, because), datetime.min.replace(tzinfo=due_at.tzinfo)
    given: dict[Part, list[Extension]] = {}
    former: list[Stood] = []
    for order in orders:
        of_part = given.setdefault(order.part, [])
        if order.withdraws is None:
            of_part.append(order)
        else:
            of_part[:] = [each for each in of_part if each.no != order.withdraws]
        standing = [of_part[-1].lao_due_at for of_part in given.values() if of_part]
        at = max([due_at, *filter(None, standing)])
        if at != due.at:
            former.append(Stood(since, order.extended_at, due.at))
            because = explained(due.at, at, order.order_no, order.reason)
            due, since = Due(at, because), order.extended_at
    last_no = max((order.no for order in orders), default=0)
    stood = tuple(each for each in former if each.due_at > due.at)
    return Due(due.at, due.because, last_no, stood)


def require_possible(proposal: Extension, round_: Round) -> None:
    """Refuse a date that extends nothing, or goes too far. Raises InvalidInput."""
    due_at = proposal.lao_due_at
    if due_at is None:
        return
    if due_at <= round_.first_due_at:
        reason = "วันครบกำหนดใหม่ต้องอยู่หลังวันครบกำหนดเดิมของรอบ หากต้องการยกเลิกการขยาย ให้ถอนคำสั่งขยาย"
        raise InvalidInput(pointer="/lao_due_at", reason=reason)
    furthest = round_.lao_due_at + LONGEST_EXTENSION
    if due_at > furthest:
        reason = f"ขยายได้ไม่เกิน {LONGEST_EXTENSION.days} วันจากวันครบกำหนดของรอบ คือไม่เกิน "
        raise InvalidInput(pointer="/lao_due_at", reason=reason + short_date(as_bangkok(furthest)))


def to_withdraw(orders: Iterable[Extension], no: int) -> Extension:
    """Return the extension of that number, while it can be withdrawn.

    Raises ExtensionNotFound, ExtensionAlreadyWithdrawn.
    """
    of_round = {order.no: order for order in orders}
    withdrawn = {order.withdraws: order for order in of_round.values()}
    if no not in of_round or of_round[no].withdraws is not None:
        raise ExtensionNotFound(no=no)
    if no in withdrawn:
        raise ExtensionAlreadyWithdrawn(
            no=no, by_no=withdrawn[no].no, order_no=withdrawn[no].order_no
        )
    return of_round[no]


def require_room(orders: Sequence[Extension], part: Part, subjects: Iterable[str]) -> None:
    """Refuse one order more than a round, or a part of it about a subject, may have.

    Raises TooManyExtensions.
    """
    if len(orders) >= MOST_EXTENSIONS:
        raise TooManyExtensions(most=MOST_EXTENSIONS)
    for subject in subjects:
        given = sum(order.part == part and subject in order.subjects for order in orders)
        if given >= MOST_FOR_ONE_PART:
            raise TooManyExtensions(most=MOST_FOR_ONE_PART)


def explained(previous: datetime, due_at: datetime, order_no: str, reason: str) -> str:
    """Return e.g. "28 ธ.ค. 2566 + 7 วัน ตามคำสั่งที่ ก 12/2566 (อุทกภัย)"."""
    days = (as_bangkok(due_at).date() - as_bangkok(previous).date()).days
    if days:
        moved = f"{'+' if days > 0 else '−'} {abs(days)} วัน"
    else:
        moved = f"ถึงเวลา {as_bangkok(due_at):%H.%M} น."
    return f"{short_date(as_bangkok(previous))} {moved} ตามคำสั่งที่ {order_no} ({reason})"


def _ended_by(of_part: list[Extension]) -> dict[int, int]:
    ended = {order.withdraws: order.no for order in of_part if order.withdraws is not None}
    left = [order for order in of_part if order.withdraws is None and order.no not in ended]
    for place, order in enumerate(left):
        standing = set(order.subjects)
        for later in left[place + 1 :]:
            standing -= set(later.subjects)
            if not standing:
                ended[order.no] = later.no
                break
    return ended
