"""What an extension is, and how a due date that was moved explains itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.principal import Place
from contracts.reference.calendar import as_bangkok, short_date
from services.reports.domain.rounds import Scope


@dataclass(frozen=True, slots=True)
class Extension:
    """A later due date for part of a round that was opened, with the order it rests on.

    It never makes a due date earlier: of several, whatever their order, the latest date stands.
    """

    id: str
    round_id: str
    no: int
    scope: Scope
    obligation: str | None
    lao_due_at: datetime
    order_no: str
    reason: str
    extended_by: str
    extended_at: datetime

    def covers(self, place: Place) -> bool:
        """Whether it was given to all of a part of the country that the place lies in."""
        return self.obligation is None and self.scope.covers(place)

    def because(self, previous: datetime) -> str:
        """Return why a due date is what this made of the previous one."""
        return explained(previous, self.lao_due_at, self.order_no, self.reason)


def explained(previous: datetime, due_at: datetime, order_no: str, reason: str) -> str:
    """Return e.g. "28 ธ.ค. 2566 + 7 วัน ตามคำสั่งที่ ก 12/2566 (อุทกภัย)"."""
    days = (as_bangkok(due_at).date() - as_bangkok(previous).date()).days
    if days:
        moved = f"{'+' if days > 0 else '−'} {abs(days)} วัน"
    else:
        moved = f"ถึงเวลา {as_bangkok(due_at):%H.%M} น."
    return f"{short_date(previous)} {moved} ตามคำสั่งที่ {order_no} ({reason})"
