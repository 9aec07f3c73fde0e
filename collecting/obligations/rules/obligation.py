"""What an obligation is: the line of the ledger, and who may see it or file on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from collecting.kind import Subject
from collecting.rounds.rules import Mode, Round, RoundState, SignOff
from contracts.collecting.drafts import DraftSigned
from contracts.collecting.due_dates import Stood, is_in_time, is_past
from contracts.collecting.obligations import ObligationNotFound
from contracts.collecting.rounds import RoundNotInState
from contracts.principal import Place, Principal, Role

PARTS = ("preparer", "head")
"""Who signs a report, or is declared to stand by it, where its round asks for that."""
DRAFT, WITHDRAWAL = "draft", "withdrawal"
"""What is signed: the draft that is to be filed, or that what is in force is taken back."""


_FILE_ON_BEHALF = (Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER)
MOST_ACTS = 200


class State(StrEnum):
    """The state of one obligation."""

    OPEN = "open"
    DRAFT = "draft"
    FILED = "filed"
    CONFIRMED_NIL = "confirmed_nil"
    AMENDED = "amended"
    RETURNED = "returned"
    EXEMPT = "exempt"
    WAIVED = "waived"
    MISSED = "missed"


class Channel(StrEnum):
    """How a submission came: typed by the officer, or in a workbook that an office may upload."""

    FORM = "form"
    WORKBOOK = "workbook"


@dataclass(frozen=True, slots=True)
class Act:
    """What an office did about an obligation.

    `no` counts what was done on it, signing included, from 1; `due_at` is until when a return
    may be answered, `state_before` and `accepted_before` what taking it back restores.
    """

    no: int
    kind: str
    revision: int
    at: datetime
    role: str
    slot_id: str
    username: str
    holder_name: str | None = None
    reason: str = ""
    order_no: str = ""
    due_at: datetime | None = None
    state_before: str = ""
    name_before: str = ""
    accepted_before: int | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """That a person stands by one content of the draft, or by taking back one that was filed.

    `part` is one of PARTS. In a round that asks for a declaration it says whom the slot named, in
    one that two persons sign, who signed in it. Of a withdrawal, `draft_version` is the revision.
    """

    part: str
    name: str
    position: str
    acting: bool
    content_sha256: str
    draft_version: int
    slot_id: str
    username: str
    holder_name: str | None
    signed_at: datetime
    of: str = DRAFT

    def is_by(self, name: str) -> bool:
        """Whether it is that person's, however spaced the name is."""
        return _plain(self.name) == _plain(name)

    def is_of_one_slot_with(self, other: Signature) -> bool:
        """Whether both were given in one slot, or in slots that one person holds."""
        holder, others = _plain(self.holder_name or ""), _plain(other.holder_name or "")
        return self.slot_id == other.slot_id or (bool(holder) and holder == others)


@dataclass(frozen=True, slots=True)
class Obligation:
    """One organisation's duty in one round about one subject: the ledger's line.

    `judged_at` is the time by which being on time is judged: of the first filing, or of the last
    amendment that restarted the clock. It and `first_accepted_at` stand through a withdrawal.
    `last_filing_id` is the last revision with answers. `acts` are at most MOST_ACTS. `extension_no`
    is the last order on due dates that reached it; `stood` are later due dates shortened since.
    """

    id: str
    round_id: str
    mode: Mode
    organisation_id: str
    organisation_code: str
    organisation_type: str
    organisation_name: str
    province_code: str
    district_code: str
    subject: Subject
    due_at: datetime
    due_because: str = ""
    district_name: str = ""
    extension_no: int = 0
    stood: tuple[Stood, ...] = ()
    state: State = State.OPEN
    revision: int = 0
    first_accepted_at: datetime | None = None
    on_time: bool | None = None
    content_sha256: str = ""
    last_filing_id: str | None = None
    judged_at: datetime | None = None
    correct_until: datetime | None = None
    accepted_revision: int | None = None
    signatures: tuple[Signature, ...] = ()
    act_no: int = 0
    acts: tuple[Act, ...] = ()

    @property
    def place(self) -> Place:
        """Where the organisation stands."""
        return Place(self.province_code, self.district_code, self.organisation_id)

    @property
    def is_in_force(self) -> bool:
        """Whether something filed stands: there is a filing, and it was not withdrawn."""
        return bool(self.content_sha256)

    @property
    def is_accepted(self) -> bool:
        """Whether an office accepted what is in force; a later revision is not accepted by that."""
        return self.is_in_force and self.accepted_revision == self.revision

    def is_in_time(self, moment: datetime) -> bool:
        """Whether what was filed at that moment is on time."""
        return is_in_time(moment, self.due_at, self.stood)

    def due_for(self, moment: datetime) -> tuple[datetime, str]:
        """Return the due date by which what was filed at that moment is judged, and why that."""
        if is_past(self.due_at, moment):
            for each in self.stood:
                if each.holds_at(moment) and not is_past(each.due_at, moment):
                    return each.due_at, "ตามกำหนดที่มีผลในขณะที่ยื่น"
        return self.due_at, self.due_because

    def files_until(self, closes_at: datetime, moment: datetime) -> datetime:
        """Return the end of filing for what came at a moment: that of the round, or the due date of
        what was extended, also when it stood then and was withdrawn or shortened since.
        """
        if not self.extension_no:
            return closes_at
        stood = [each.due_at for each in self.stood if each.holds_at(moment)]
        return max(closes_at, self.due_at, *stood)

    def corrects_until(self, round_: Round, moment: datetime) -> datetime:
        """Return the end of amending: the round's, that of filing, or what a return allows."""
        filing_ends_at = self.files_until(round_.closes_at, moment)
        return max(round_.correction_ends_at, filing_ends_at, self.correct_until or filing_ends_at)

    def require_draftable(self, round_: Round, at: datetime) -> None:
        """Refuse typing where nothing can be filed any more, or over what was signed.

        Raises RoundNotInState, DraftSigned.
        """
        ends_at = self.files_until(round_.closes_at, at)
        if self.is_in_force:
            ends_at = self.corrects_until(round_, at)
        is_late = round_.state is RoundState.CLOSED and is_past(ends_at, at)
        if is_late or round_.state not in (RoundState.OPEN, RoundState.CLOSED):
            raise RoundNotInState(state=round_.state, needed=RoundState.OPEN.value)
        if self.signatures:
            raise DraftSigned(signed_by=", ".join(one.part for one in self.signatures))

    def is_signed_by(self, by: Principal, round_: Round) -> bool:
        """Whether it is for that slot to sign: the one whose duty it is, and where two persons sign
        any slot of its organisation. Who signs may read.
        """
        own = self.subject.is_of(by) or round_.sign_off is SignOff.TWO_PERSONS
        return by.role is Role.LAO_OFFICER and by.covers(self.place) and own

    def require_signed_by(self, by: Principal, round_: Round) -> None:
        """Refuse everybody else. Raises ObligationNotFound."""
        if not self.is_signed_by(by, round_):
            raise ObligationNotFound(obligation_id=self.id)

    def require_seen_by(self, by: Principal) -> None:
        """Refuse whoever may not know of it. Raises ObligationNotFound."""
        own = by.role is not Role.LAO_OFFICER or self.subject.is_of(by)
        if not (by.covers(self.place) and own):
            raise ObligationNotFound(obligation_id=self.id)

    def require_filed_by(self, by: Principal, channel: Channel = Channel.FORM) -> None:
        """Refuse everybody but the slot whose duty it is; a workbook may also come from the
        district or the province office of its area. Raises ObligationNotFound.
        """
        on_behalf = channel is Channel.WORKBOOK and by.role in _FILE_ON_BEHALF
        if by.role is not Role.LAO_OFFICER and not on_behalf:
            raise ObligationNotFound(obligation_id=self.id)
        self.require_seen_by(by)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
