"""What reports announces. Events of a trial round travel beside the live ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.events import Event


class _OfRound(Event):
    """Facts of one round; `mode` is trial or live."""

    round_id: str
    mode: str

    @property
    def trial_round(self) -> str | None:
        return self.round_id if self.mode == "trial" else None


class RoundOpenedV1(_OfRound):
    """A round is open for filing. Sent once, after its last obligation is stored."""

    source, name, version = "reports", "round_opened", 1

    kind: str
    fiscal_year_be: int
    no: int
    form_id: str
    form_version: int
    opens_at: datetime
    lao_due_at: datetime
    closes_at: datetime
    obligations: int


class ObligationsOpenedV2(_OfRound):
    """Obligations of one district were created.

    Each item: `obligation_id, organisation_id, organisation_code, organisation_type, province_code,
    district_code, code_group, due_at, extension_no, stood`; the last three as in due_dates_moved,
    with `extension_no` 0 while no order reaches it.
    """

    source, name, version = "reports", "obligations_opened", 2

    district_code: str
    obligations: list[dict[str, Any]]


class _Filing(_OfRound):
    """Facts of one filing and of the obligation it is on."""

    filing_id: str
    obligation_id: str
    organisation_id: str
    organisation_code: str
    organisation_type: str
    province_code: str
    district_code: str
    code_group: str
    revision: int
    accepted_at: datetime
    on_time: bool
    content_sha256: str
    receipt_number: str

    @property
    def subject(self) -> str:
        return self.obligation_id


class ReportFiledV1(_Filing):
    """A report was recorded: the first on its obligation, or the first after a withdrawal."""

    source, name, version = "reports", "report_filed", 1


class ReportAmendedV2(_Filing):
    """A filing in force was amended. Sent once per revision.

    `judged_at` is the time by which being on time is judged from now on: that of the first filing,
    or of the last amendment of a class that restarts the clock in this round.
    """

    source, name, version = "reports", "report_amended", 2

    reason: str
    reason_class: str
    judged_at: datetime


class ReportWithdrawnV1(_Filing):
    """The filer took back what was in force; nothing is until it is filed again.

    `revision` is the withdrawal's own; the times of what was filed before stay as they were.
    """

    source, name, version = "reports", "report_withdrawn", 1

    reason: str


class NilConfirmedV1(_Filing):
    """The organisation confirmed that it has nothing to report, first or after a withdrawal."""

    source, name, version = "reports", "nil_confirmed", 1


class _OfficeAct(_OfRound):
    """What an office did about a filing.

    `act_no` counts the acts on an obligation: of several the highest stands.
    """

    obligation_id: str
    organisation_id: str
    organisation_code: str
    organisation_type: str
    province_code: str
    district_code: str
    code_group: str
    revision: int
    act_no: int
    acted_at: datetime
    by_role: str

    @property
    def subject(self) -> str:
        return self.obligation_id


class ReportReturnedV1(_OfficeAct):
    """A district, a province or the central body returned the revision for correction.

    It is answered by any later revision, and may be amended until `correct_until`.
    """

    source, name, version = "reports", "report_returned", 1

    reason: str
    correct_until: datetime


class ReportReturnTakenBackV1(_OfficeAct):
    """The return of the revision was taken back; it is in force as it was before."""

    source, name, version = "reports", "report_return_taken_back", 1


class ReportAcceptedV1(_OfficeAct):
    """A district, a province or the central body accepted the revision, and none but that."""

    source, name, version = "reports", "report_accepted", 1

    note: str


class ObligationExemptedV1(_OfficeAct):
    """By an order nothing is owed any more; `kind` is exempt or waived. A filing in force that was
    under way meanwhile counts all the same.
    """

    source, name, version = "reports", "obligation_exempted", 1

    kind: str
    order_no: str
    reason: str


class ObligationExemptionLiftedV1(_OfficeAct):
    """An exemption was lifted: it is owed as before."""

    source, name, version = "reports", "obligation_exemption_lifted", 1


class ObligationRenamedV1(_OfficeAct):
    """From now on the organisation goes by another name in this round; what it filed keeps its."""

    source, name, version = "reports", "obligation_renamed", 1

    organisation_name: str
    order_no: str
    reason: str


class RoundClosedV1(_OfRound):
    """Nothing can be filed in the round any more, but on what was extended beyond its end."""

    source, name, version = "reports", "round_closed", 1

    closed_at: datetime


class _DueDateOrder(_OfRound):
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


class RoundExtendedV1(_DueDateOrder):
    """Part of a round was given a due date by order, in place of what an order gave it before."""

    source, name, version = "reports", "round_extended", 1

    lao_due_at: datetime
    order_no: str
    reason: str
    extended_by: str
    extended_at: datetime


class ExtensionWithdrawnV1(_DueDateOrder):
    """The extension of the number `withdraws` counts no more, as if it had not been given; what was
    filed while it stood stays on time.
    """

    source, name, version = "reports", "extension_withdrawn", 1

    withdraws: int
    order_no: str
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime


class DueDatesMovedV2(_OfRound):
    """The due dates of obligations of one district after an order, later or earlier than before.

    Of several the one with the highest `extension_no` stands: it was reckoned from all orders up to
    that number, in whatever order they are heard. Each item: `obligation_id, organisation_id,
    organisation_code, organisation_type, code_group, due_at, stood`. In `stood` are later due dates
    that stand no more, each with `since, until, due_at`: what was filed in that time by such a due
    date is on time.
    """

    source, name, version = "reports", "due_dates_moved", 2

    extension_no: int
    province_code: str
    district_code: str
    order_no: str
    obligations: list[dict[str, Any]]


class ProblemReportedV1(_OfRound):
    """Somebody reported a trouble met in a round. The words stay in reports.

    The group is None when an office above LAOs reported it.
    """

    source, name, version = "reports", "problem_reported", 1

    problem_id: str
    category: str
    province_code: str
    district_code: str
    code_group: str | None
    reported_at: datetime

    @property
    def subject(self) -> str:
        return self.problem_id


class ProblemAnsweredV1(_OfRound):
    """A problem report was answered; sent for each answer. Circulated ones can be read by all."""

    source, name, version = "reports", "problem_answered", 1

    problem_id: str
    category: str
    circulated: bool
    answered_at: datetime

    @property
    def subject(self) -> str:
        return self.problem_id


class ReportConsolidatedV1(_OfRound):
    """The report to the ethics board was built as of a moment. Sent once for each content.

    `content_sha256` is that of its canonical JSON; counts are of obligations.
    """

    source, name, version = "reports", "report_consolidated", 1

    consolidation_id: str
    as_of: datetime
    content_sha256: str
    expected: int
    filed: int
    on_time: int
    late: int
    amended: int
    returned: int
    nil: int
    exempt: int
    missing: int

    @property
    def subject(self) -> str:
        return self.consolidation_id


class ReceiptRollClosedV1(Event):
    """The roll of a day's receipts is closed. Sent once; whoever keeps `root` can later prove that
    nothing was added, taken out or changed.

    `round_id` names a trial round; the roll of all live rounds has none. `statement` is the signed
    roll (compact JWS).
    """

    source, name, version = "reports", "receipt_roll_closed", 1

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


class TrialPurgedV1(Event):
    """A trial round and all that was filed in it are gone; whoever kept anything of it deletes it.

    `statement` is the signed record of what was purged (compact JWS).
    """

    source, name, version = "reports", "trial_purged", 1

    round_id: str
    obligations: int
    filings: int
    drafts: int
    purged_at: datetime
    statement: str
