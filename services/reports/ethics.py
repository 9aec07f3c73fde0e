"""The collection of ethics reports: an organisation owes one for each of the three codes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from collecting.kind import Events, Kind, Subject, Supervision, Words
from contracts.principal import Role
from contracts.reference.code_groups import CodeGroup
from contracts.reports import events
from services.reports.forms import get_definition, get_form


def _supervision(group: CodeGroup) -> Iterator[Supervision]:
    """Yield which body supervises a group from when on, as `supervision.csv` says."""
    path = Path(__file__).with_name("supervision.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["code_group"] == group.value:
                since = date.fromisoformat(row["since"])
                yield Supervision(since, Role(row["role"]), row["name_th"], row["name_en"])


ETHICS = Kind(
    name="ethics",
    prefix="/v1",
    subjects=tuple(
        Subject(
            axis="code_group",
            id=group.value,
            number=group.number,
            title_th=group.title_th,
            shown_th=f"{group.title_th} (กลุ่มที่ {group.number})",
            supervision=tuple(_supervision(group)),
        )
        for group in CodeGroup
    ),
    events=Events(
        round_opened=events.RoundOpenedV1,
        round_extended=events.RoundExtendedV1,
        subjects_extended=events.GroupsExtendedV1,
        extension_withdrawn=events.ExtensionWithdrawnV1,
        subjects_extension_withdrawn=events.GroupsExtensionWithdrawnV1,
        round_closed=events.RoundClosedV1,
        trial_purged=events.TrialPurgedV1,
        obligations_opened=events.ObligationsOpenedV2,
        due_dates_moved=events.DueDatesMovedV2,
        exempted=events.ObligationExemptedV1,
        exemption_lifted=events.ObligationExemptionLiftedV1,
        renamed=events.ObligationRenamedV1,
        filed=events.ReportFiledV1,
        amended=events.ReportAmendedV2,
        nil_confirmed=events.NilConfirmedV1,
        withdrawn=events.ReportWithdrawnV1,
        returned=events.ReportReturnedV1,
        return_taken_back=events.ReportReturnTakenBackV1,
        accepted=events.ReportAcceptedV1,
        roll_closed=events.ReceiptRollClosedV1,
    ),
    words=Words(
        axis="กลุ่มประมวลจริยธรรม",
        receipt="ใบรับรายงานจริยธรรม",
        round="รายงานจริยธรรม ประจำ{year} ครั้งที่ {no}",
    ),
    get_form=get_form,
    get_definition=get_definition,
)
