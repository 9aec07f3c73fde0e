"""What reports announces. Events of a trial round travel beside the live ones."""

from __future__ import annotations

from datetime import datetime

from contracts.collecting import events as collecting
from contracts.collecting.events import OfRound


class RoundOpenedV1(collecting.RoundOpened):
    """A round is open for filing. Sent once, after its last obligation is stored."""

    source, name, version = "reports", "round_opened", 1


class ObligationsOpenedV2(collecting.ObligationsOpened):
    """Obligations of one district were created."""

    source, name, version = "reports", "obligations_opened", 2


class ReportFiledV1(collecting.ReportFiled):
    """A report was recorded: the first on its obligation, or the first after a withdrawal."""

    source, name, version = "reports", "report_filed", 1

    code_group: str


class ReportAmendedV2(collecting.ReportAmended):
    """A filing in force was amended. Sent once per revision."""

    source, name, version = "reports", "report_amended", 2

    code_group: str


class ReportWithdrawnV1(collecting.ReportWithdrawn):
    """The filer took back what was in force; nothing is until it is filed again."""

    source, name, version = "reports", "report_withdrawn", 1

    code_group: str


class NilConfirmedV1(collecting.NilConfirmed):
    """The organisation confirmed that it has nothing to report, first or after a withdrawal."""

    source, name, version = "reports", "nil_confirmed", 1

    code_group: str


class ReportReturnedV1(collecting.ReportReturned):
    """A district, a province or the central body returned the revision for correction."""

    source, name, version = "reports", "report_returned", 1

    code_group: str


class ReportReturnTakenBackV1(collecting.ReportReturnTakenBack):
    """The return of the revision was taken back; it is in force as it was before."""

    source, name, version = "reports", "report_return_taken_back", 1

    code_group: str


class ReportAcceptedV1(collecting.ReportAccepted):
    """A district, a province or the central body accepted the revision, and none but that."""

    source, name, version = "reports", "report_accepted", 1

    code_group: str


class ObligationExemptedV1(collecting.ObligationExempted):
    """By an order nothing is owed any more."""

    source, name, version = "reports", "obligation_exempted", 1

    code_group: str


class ObligationExemptionLiftedV1(collecting.ObligationExemptionLifted):
    """An exemption was lifted: it is owed as before."""

    source, name, version = "reports", "obligation_exemption_lifted", 1

    code_group: str


class ObligationRenamedV1(collecting.ObligationRenamed):
    """From now on the organisation goes by another name in this round; what it filed keeps its."""

    source, name, version = "reports", "obligation_renamed", 1

    code_group: str


class RoundClosedV1(collecting.RoundClosed):
    """Nothing can be filed in the round any more, but on what was extended beyond its end."""

    source, name, version = "reports", "round_closed", 1


class RoundExtendedV1(collecting.RoundExtended):
    """Part of a round was given a due date by order, in place of what an order gave it before."""

    source, name, version = "reports", "round_extended", 1


class ExtensionWithdrawnV1(collecting.ExtensionWithdrawn):
    """An extension counts no more, as if it had not been given."""

    source, name, version = "reports", "extension_withdrawn", 1


class GroupsExtendedV1(collecting.SubjectsExtended):
    """Part of a round was given a due date by the body that supervises some of the groups, theirs
    alone.
    """

    source, name, version = "reports", "groups_extended", 1


class GroupsExtensionWithdrawnV1(collecting.SubjectsExtensionWithdrawn):
    """An extension of some of the groups counts no more, as if it had not been given."""

    source, name, version = "reports", "groups_extension_withdrawn", 1


class DueDatesMovedV2(collecting.DueDatesMoved):
    """The due dates of obligations of one district after an order, later or earlier than before."""

    source, name, version = "reports", "due_dates_moved", 2


class ReceiptRollClosedV1(collecting.ReceiptRollClosed):
    """The roll of a day's receipts is closed. Sent once."""

    source, name, version = "reports", "receipt_roll_closed", 1


class TrialPurgedV1(collecting.TrialPurged):
    """A trial round is gone; whoever kept anything of it deletes it."""

    source, name, version = "reports", "trial_purged", 1


class ProblemReportedV1(OfRound):
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


class ProblemAnsweredV1(OfRound):
    """A problem report was answered; sent for each answer. Circulated ones can be read by all."""

    source, name, version = "reports", "problem_answered", 1

    problem_id: str
    category: str
    circulated: bool
    answered_at: datetime

    @property
    def subject(self) -> str:
        return self.problem_id


class ReportConsolidatedV1(OfRound):
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


class GroupsConsolidatedV1(ReportConsolidatedV1):
    """The report of one body to the ethics board, about the code groups that it supervises alone,
    was built as of a moment. Sent once for each content.
    """

    source, name, version = "reports", "groups_consolidated", 1

    code_groups: list[str]
