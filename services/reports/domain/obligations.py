"""What an obligation is: the line of the ledger, and who may see it or file on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.principal import Place, Principal, Role
from contracts.reports.errors import ObligationNotFound
from services.reports.domain.rounds import Mode


class State(StrEnum):
    """The state of one obligation, as far as this release moves it."""

    OPEN = "open"
    DRAFT = "draft"
    FILED = "filed"
    CONFIRMED_NIL = "confirmed_nil"
    AMENDED = "amended"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Obligation:
    """One organisation's duty in one round for one code group: the ledger's line."""

    id: str
    round_id: str
    mode: Mode
    organisation_id: str
    organisation_code: str
    organisation_type: str
    organisation_name: str
    province_code: str
    district_code: str
    code_group: str
    due_at: datetime
    due_because: str = ""
    state: State = State.OPEN
    revision: int = 0
    first_accepted_at: datetime | None = None
    on_time: bool | None = None
    content_sha256: str = ""
    last_filing_id: str | None = None

    @property
    def place(self) -> Place:
        """Where the organisation stands."""
        return Place(self.province_code, self.district_code, self.organisation_id)

    def require_seen_by(self, by: Principal) -> None:
        """Refuse whoever may not know of it. Raises ObligationNotFound."""
        own_group = by.role is not Role.LAO_OFFICER or by.code_group == self.code_group
        if not (by.covers(self.place) and own_group):
            raise ObligationNotFound(obligation_id=self.id)

    def require_filed_by(self, by: Principal) -> None:
        """Refuse everybody but the slot whose duty it is. Raises ObligationNotFound."""
        if by.role is not Role.LAO_OFFICER:
            raise ObligationNotFound(obligation_id=self.id)
        self.require_seen_by(by)
