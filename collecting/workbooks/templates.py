"""What a template for one obligation is filled with, and what its file is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from collecting.obligations.rules.obligation import Obligation
from collecting.rounds.rules import Mode, Round
from collecting.workbooks.stamp import Stamp
from collecting.workbooks.writing import Filled
from contracts.reference.calendar import as_bangkok, long_date


def filled_for(obligation: Obligation, round_: Round, answers: Mapping[str, Any]) -> Filled:
    """Return what to write for an obligation: what is in force is amended, else it is first."""
    stamp = Stamp(
        form_id=round_.form_id,
        form_version=round_.form_version,
        obligation_id=obligation.id,
        base_revision=obligation.revision if obligation.is_in_force else 0,
    )
    return Filled(stamp, _about(obligation, round_), answers)


def filename_for(obligation: Obligation) -> str:
    """Return a name people recognise: code, group and name of the organisation."""
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "-", obligation.organisation_name)
    return f"{obligation.organisation_code}-{obligation.subject.number} {name}.xlsx"


def _about(obligation: Obligation, round_: Round) -> tuple[str, str, str]:
    due = as_bangkok(obligation.due_at)
    because = f" ({obligation.due_because})" if obligation.due_because else ""
    trial = "รอบทดลอง ข้อมูลจะถูกลบ · " if round_.mode is Mode.TRIAL else ""
    of = f"{obligation.organisation_name} (รหัส {obligation.organisation_code})"
    return (
        f"{of} · {obligation.subject.title_th}",
        f"{trial}รอบ {round_.id} {round_.year.title_th}",
        f"ครบกำหนด {long_date(due)} เวลา {due:%H.%M} น.{because}",
    )
