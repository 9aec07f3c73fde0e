"""What a draft shows: answers, what is missing, what is wrong; and how revisions differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from contracts.errors import InvalidInput
from contracts.forms import Fault, Form
from services.reports import wire
from services.reports.domain.filings import changed_pointers
from services.reports.domain.obligations import Obligation
from services.reports.prefilling import needs_confirming, pointer_of

Facts = dict[str, Any]
# A person typing cannot cause these; whatever else is wrong may be kept in a draft.
_NOT_KEPT = frozenset({"unknown", "type"})


def faults_to_keep(form: Form, answers: Facts) -> list[Fault]:
    """Return what is wrong with the answers and may stay so in a draft.

    Raises InvalidInput for answers that are not of the form or not of their field's type.
    """
    faults = form.faults(answers)
    for fault in faults:
        if fault.code in _NOT_KEPT:
            raise InvalidInput(pointer=fault.pointer, reason=f"{fault.pointer}: {fault.message_th}")
    return faults


def shown(
    obligation: Obligation,
    form: Form,
    answers: Facts,
    version: int,
    *,
    marks: Mapping[str, Facts],
    absent: Iterable[str] = (),
    known: list[Fault] | None = None,
) -> Facts:
    """Return a draft as the API shows it; what is left unconfirmed of last year is missing.

    `known` are its faults when they have been found already.
    """
    faults = form.faults(answers) if known is None else known
    return {
        "obligation_id": obligation.id,
        "form": {"id": form.id, "version": form.version},
        "base_revision": obligation.revision,
        "answers": answers,
        "version": version,
        "missing": [
            *(fault.pointer for fault in faults if fault.code == "required"),
            *needs_confirming(marks),
        ],
        "faults": [
            {"pointer": fault.pointer, "code": fault.code, "message": fault.message_th}
            for fault in faults
            if fault.code != "required"
        ],
        "warnings": [
            {"check": each.check, "pointer": each.pointer, "message": each.message_th}
            for each in form.warnings(answers)
        ],
        "prefilled": {
            pointer_of(name): {"source": mark["source"], "from": mark["from"]}
            for name, mark in marks.items()
        },
        "not_prefilled": list(absent),
    }


def with_changes(filings: list[Facts]) -> list[Facts]:
    """Return filings as the API shows them, each with the answers it changed."""
    before: list[Facts] = [{}, *(filing["answers"] for filing in filings)]
    return [
        {**wire.filing_to_wire(filing), "changed": list(changed_pointers(was, now)) if was else []}
        for filing, (was, now) in zip(filings, pairwise(before), strict=True)
    ]
