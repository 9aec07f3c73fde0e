"""The kind of the made-up collection: two subjects, an axis, events, words and forms of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from marshmallow import fields

from collecting.kind import Events, Kind, Subject, Supervision, Words
from contracts.collecting import events
from contracts.collecting.forms import FormNotFound
from contracts.collecting.obligations import ObligationSchema
from contracts.collecting.own_fields import with_own
from contracts.events import Event
from contracts.forms import Form, for_year
from contracts.principal import Principal, Role
from contracts.reference.years import Year, YearBasis


@dataclass(frozen=True, slots=True)
class LicenceOfficer(Principal):
    """A slot that is there for one kind of licence."""

    licence: str | None = None


def get_form(form_id: str, version: int, year: Year | None = None) -> Form:
    """Return a form as it is asked in a year. Raises FormNotFound."""
    return Form(for_year(get_definition(form_id, version), year))


@cache
def get_definition(form_id: str, version: int) -> dict[str, Any]:
    """Return a form as it was released. Raises FormNotFound."""
    path = Path(__file__).parent / f"{form_id}.v{version}.yaml"
    if not path.exists():
        raise FormNotFound(form_id=form_id, version=version)
    definition: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return definition


def _announced(base: type[Event]) -> type[Event]:
    """Return an event of every collection as this one announces it."""
    facts: dict[str, Any] = {
        "source": "licences",
        "name": re.sub(r"(?<!^)(?=[A-Z])", "_", base.__name__).lower(),
        "version": 1,
        "__module__": __name__,
    }
    if issubclass(base, events.Filing | events.OfficeAct):
        facts["__annotations__"] = {"licence": "str"}
    return type(base.__name__, (base,), facts)


_BY_CENTRAL = (Supervision(date(2020, 1, 1), Role.CENTRAL_HR_BODY, "ส่วนกลาง", "the centre"),)
_OWNER = Supervision(date(2024, 10, 1), Role.CODE_OWNER, "เจ้าของเรื่อง", "the owner")
_BY_TWO_IN_TURN = (_OWNER, *_BY_CENTRAL)
LICENCES = Kind(
    name="licences",
    prefix="/v1/licences",
    subjects=(
        Subject("licence", "stalls", 1, "แผงลอย", "แผงลอย (ประเภทที่ 1)", _BY_CENTRAL),
        Subject("licence", "signs", 2, "ป้าย", "ป้าย (ประเภทที่ 2)", _BY_TWO_IN_TURN),
    ),
    events=Events(
        round_opened=_announced(events.RoundOpened),
        round_extended=_announced(events.RoundExtended),
        subjects_extended=_announced(events.SubjectsExtended),
        extension_withdrawn=_announced(events.ExtensionWithdrawn),
        subjects_extension_withdrawn=_announced(events.SubjectsExtensionWithdrawn),
        round_closed=_announced(events.RoundClosed),
        trial_purged=_announced(events.TrialPurged),
        obligations_opened=_announced(events.ObligationsOpened),
        due_dates_moved=_announced(events.DueDatesMoved),
        exempted=_announced(events.ObligationExempted),
        exemption_lifted=_announced(events.ObligationExemptionLifted),
        renamed=_announced(events.ObligationRenamed),
        filed=_announced(events.ReportFiled),
        amended=_announced(events.ReportAmended),
        nil_confirmed=_announced(events.NilConfirmed),
        withdrawn=_announced(events.ReportWithdrawn),
        returned=_announced(events.ReportReturned),
        return_taken_back=_announced(events.ReportReturnTakenBack),
        accepted=_announced(events.ReportAccepted),
        roll_closed=_announced(events.ReceiptRollClosed),
    ),
    words=Words(
        axis="ประเภทใบอนุญาต",
        receipt="ใบรับรายงานใบอนุญาต",
        round="รายงานใบอนุญาต ประจำ{year} ครั้งที่ {no}",
    ),
    get_form=cache(get_form),
    get_definition=get_definition,
)
OwedSchema = with_own(
    ObligationSchema, "OwedSchema", after="organisation", licence=fields.String(required=True)
)
FORM = LICENCES.get_form("licences", 1, Year(2569, YearBasis.FISCAL))
FORM_OF_LAST_YEAR = LICENCES.get_form("licences-2568", 1, Year(2568, YearBasis.FISCAL))
