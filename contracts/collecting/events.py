"""What every collection announces: facts and promises of its events, whatever it is about.

A collection's own event adds its name, its version and, of an obligation, the collection's axis.
Events of a trial round travel beside the live ones.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.events import Event


class OfRound(Event):
    """Facts of one round; `mode` is trial or live."""

    round_id: str
    mode: str

    @property
    def trial_round(self) -> str | None:
        return self.round_id if self.mode == "trial" else None


class RoundOpened(OfRound):
    """A round is open for filing. Sent once, after its last obligation is stored."""

    kind: str
    fiscal_year_be: int
    no: int
    form_id: str
    form_version: int
    opens_at: datetime
    lao_due_at: datetime
    closes_at: datetime
    obligations: int


class ObligationsOpened(OfRound):
    """Obligations of one district were created.

    Each item: `obligation_id, organisation_id, organisation_code, organisation_type, province_code,
    district_code, due_at, extension_no, stood` and the axis; `due_at, extension_no, stood` as in
    due_dates_moved, with `extension_no` 0 while no order reaches it.
    """

    district_code: str
    obligations: list[dict[str, Any]]


class Filing(OfRound):
    """Facts of one filing and of the obligation it is on."""

    filing_id: str
    obligation_id: str
    organisation_id: str
    organisation_code: str
    organisation_type: str
    province_code: str
    district_code: str
    revision: int
    accepted_at: datetime
    on_time: bool
    content_sha256: str
    receipt_number: str

    @property
    def subject(self) -> str:
        return self.obligation_id


class ReportFiled(Filing):
    """A report was recorded: the first on its obligation, or the first after a withdrawal."""


class ReportAmended(Filing):
    """A filing in force was amended. Sent once per revision.

    `judged_at` is the time by which being on time is judged from now on: that of the first filing,
    or of the last amendment of a class that restarts the clock in this round.
    """

    reason: str
    reason_class: str
    judged_at: datetime


class ReportWithdrawn(Filing):
    """The filer took back what was in force; nothing is until it is filed again.

    `revision` is the withdrawal's own; the times of what was filed before stay as they were.
    """

    reason: str


class NilConfirmed(Filing):
    """The organisation confirmed that it has nothing to report, first or after a withdrawal."""


class OfficeAct(OfRound):
    """What an office did about a filing.

    `act_no` counts the acts on an obligation: of several the highest stands.
    """

    obligation_id: str
    organisation_id: str
    organisation_code: str
    organisation_type: str
    province_code: str
    district_code: str
    revision: int
    act_no: int
    acted_at: datetime
    by_role: str

    @property
    def subject(self) -> str:
        return self.obligation_id


class ReportReturned(OfficeAct):
    """A district, a province or the central body returned the revision for correction.

    It is answered by any later revision, and may be amended until `correct_until`.
    """

    reason: str
    correct_until: datetime


class ReportReturnTakenBack(OfficeAct):
    """The return of the revision was taken back; it is in force as it was before."""


class ReportAccepted(OfficeAct):
    """A district, a province or the central body accepted the revision, and none but that."""

    note: str


class ObligationExempted(OfficeAct):
    """By an order nothing is owed any more; `kind` is exempt or waived. A filing in force that was
    under way meanwhile counts all the same.
    """

    kind: str
    order_no: str
    reason: str


class ObligationExemptionLifted(OfficeAct):
    """An exemption was lifted: it is owed as before."""


class ObligationRenamed(OfficeAct):
    """From now on the organisation goes by another name in this round; what it filed keeps its."""

    organisation_name: str
    order_no: str
    reason: str


class RoundClosed(OfRound):
    """Nothing can be filed in the round any more, but on what was extended beyond its end."""

    closed_at: datetime


class DueDateOrder(OfRound):
    """An order on due dates; `extension_no` numbers them through the round, from 1.

    It is for the smallest part that is named by `province_code, district_code, organisation_id,
    obligation_id`; with none of them, for all of the round. Of the orders for one part the last
    that is not withdrawn stands. What that makes of due dates is told by due_dates_moved.
    """

    extension_no: int
    province_code: str | None
    district_code: str | None
    organisation_id: str | None
    obligation_id: str | None


class RoundExtended(DueDateOrder):
    """Part of a round was given a due date by order, in place of what an order gave it before."""

    lao_due_at: datetime
    order_no: str
    reason: str
    extended_by: str
    extended_at: datetime


class SubjectsExtended(RoundExtended):
    """Of part of a round the obligations about some `subjects` alone were given a due date by the
    order of the body that supervises them.
    """

    subjects: list[str]


class ExtensionWithdrawn(DueDateOrder):
    """The extension of the number `withdraws` counts no more, as if it had not been given; what was
    filed while it stood stays on time.
    """

    withdraws: int
    order_no: str
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime


class SubjectsExtensionWithdrawn(ExtensionWithdrawn):
    """An extension that was about some `subjects` alone counts no more."""

    subjects: list[str]


class DueDatesMoved(OfRound):
    """The due dates of obligations of one district after an order, later or earlier than before.

    Of several the one with the highest `extension_no` stands: it was reckoned from all orders up to
    that number, in whatever order they are heard. Each item: `obligation_id, organisation_id,
    organisation_code, organisation_type, due_at, stood` and the axis. In `stood` are later due
    dates that stand no more, each with `since, until, due_at`: what was filed in that time by such
    a due date is on time.
    """

    extension_no: int
    province_code: str
    district_code: str
    order_no: str
    obligations: list[dict[str, Any]]


class ReceiptRollClosed(Event):
    """The roll of a day's receipts is closed. Sent once; whoever keeps `root` can later prove that
    nothing was added, taken out or changed.

    `round_id` names a trial round; the roll of all live rounds has none. `statement` is the signed
    roll (compact JWS).
    """

    day_id: str
    round_id: str | None
    receipts: int
    root: str
    previous_root: str | None
    statement: str
    closed_at: datetime

    @property
    def trial_round(self) -> str | None:
        return self.round_id


class TrialPurged(Event):
    """A trial round and all that was filed in it are gone; whoever kept anything of it deletes it.

    `statement` is the signed record of what was purged (compact JWS).
    """

    round_id: str
    obligations: int
    filings: int
    drafts: int
    purged_at: datetime
    statement: str
