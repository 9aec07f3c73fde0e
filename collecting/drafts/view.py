"""What a draft shows: answers, what is missing, what is wrong; and how revisions differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from collecting.drafts.prefill import needs_confirming, pointer_of
from collecting.filings.rules.changes import changed_pointers
from collecting.filings.shapes import filing_to_wire
from collecting.obligations.rules.obligation import Obligation
from contracts.collecting.drafts import DraftFacts
from contracts.collecting.filings import FilingFacts
from contracts.errors import InvalidInput, Wording
from contracts.forms import Form, Lacking, listed, unprintable

Facts = dict[str, Any]
# A person typing cannot cause these; whatever else is wrong may be kept in a draft.
_NOT_KEPT = frozenset({"unknown", "type", "items", "size"})


def require_keepable(form: Form, answers: Mapping[str, Any]) -> None:
    """Raise InvalidInput for answers that are not of the form, not of their field's type, or beyond
    every size; whatever else is wrong may stay so in a draft.
    """
    for fault in form.every_fault(answers):
        if fault.code in _NOT_KEPT:
            reason = Wording(fault.code, fault.in_full_th, fault.in_full)
            raise InvalidInput(pointer=fault.pointer, reason=reason)


def shown(
    obligation: Obligation,
    form: Form,
    answers: Facts,
    version: int,
    *,
    lacking: Lacking,
    marks: Mapping[str, Facts],
    absent: Iterable[str] = (),
) -> DraftFacts:
    """Return a draft as the API shows it; what is left unconfirmed of last year is missing.

    Among its warnings are the characters `lacking` on paper; they need no confirming.
    """
    faults = list(form.every_fault(answers))
    absent_answers = [each for each in faults if each.code == "required"]
    return {
        "obligation_id": obligation.id,
        "form": {"id": form.id, "version": form.version},
        "base_revision": obligation.revision,
        "answers": answers,
        "version": version,
        "missing": [
            *(fault.pointer for fault in absent_answers),
            *needs_confirming(marks),
        ],
        "questions": {each.pointer: each.question_th for each in absent_answers},
        "faults": [
            {
                "pointer": fault.pointer,
                "code": fault.code,
                "message": fault.in_full_th,
                "message_en": fault.in_full,
            }
            for fault in listed(each for each in faults if each.code != "required")
        ],
        "warnings": [
            {
                "check": each.check,
                "pointer": each.pointer,
                "code": each.code,
                "message": each.in_full_th,
                "message_en": each.in_full,
            }
            for each in (*form.warnings(answers), *unprintable(form, answers, lacking))
        ],
        "prefilled": {
            pointer_of(name): {"source": mark["source"], "from": mark["from"]}
            for name, mark in marks.items()
        },
        "not_prefilled": list(absent),
    }


def with_changes(filings: list[Facts]) -> list[FilingFacts]:
    """Return filings as the API shows them, each with the answers it changed."""
    before: list[Facts] = [{}, *(filing["answers"] for filing in filings)]
    return [
        {**filing_to_wire(filing), "changed": list(changed_pointers(was, now)) if was else []}
        for filing, (was, now) in zip(filings, pairwise(before), strict=True)
    ]
