"""What reports announces of the yearly ethics reports: one obligation for each code group."""

from __future__ import annotations

from contracts.reference.code_groups import CodeGroup
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
    RoundOpenedV1,
    TrialPurgedV1,
)
from services.aggregation.sources import statements as says
from services.aggregation.sources.statements import Source

REPORTS = Source(
    subject_field="code_group",
    subjects={group.value: group.name_th for group in CodeGroup},
    round_opened=RoundOpenedV1,
    trial_purged=TrialPurgedV1,
    statements={
        ObligationsOpenedV2: says.opened,
        DueDatesMovedV2: says.due_dates_moved,
        ReportFiledV1: says.filed,
        NilConfirmedV1: says.nil_confirmed,
        ReportAmendedV2: says.amended,
        ReportWithdrawnV1: says.withdrawn,
        ReportReturnedV1: says.returned,
        ReportReturnTakenBackV1: says.return_taken_back,
        ReportAcceptedV1: says.accepted,
        ObligationExemptedV1: says.exempted,
        ObligationExemptionLiftedV1: says.exemption_lifted,
    },
)
