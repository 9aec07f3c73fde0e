"""What whoever imports a registry is told of it, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from services.accounts.organisations.rules.changes import kind_of
from services.accounts.organisations.rules.organisation import (
    Change,
    ImportPlan,
    Organisation,
    OrganisationKind,
    compared,
)

ROWS_SHOWN = 1_000


def show_comparison(plan: ImportPlan) -> dict[str, Any]:
    """Return the LAOs that only one side has, and each fact that the two have otherwise."""
    changed = [each for each in plan.changed if each.after.facts.kind is OrganisationKind.LAO]
    return {
        "added": _rows(plan.added, is_stored=False),
        "changed": {
            "count": len(changed),
            "rows": list(islice(_changed_rows(changed), ROWS_SHOWN)),
        },
        "gone": _rows(plan.gone),
        "closed": _rows(plan.closed),
    }


def _changed_rows(changes: Iterable[Change]) -> Iterator[dict[str, Any]]:
    for change in changes:
        was = change.before.facts
        for difference in compared(was, change.after.facts):
            yield {
                "organisation_id": change.before.id,
                "full_name": was.full_name,
                "code": was.code,
                "kind": kind_of(change.dated) if change.dated else "details",
                "field": difference.field,
                "before": difference.before,
                "after": difference.after,
            }


def _rows(organisations: Iterable[Organisation], *, is_stored: bool = True) -> dict[str, Any]:
    laos = [each for each in organisations if each.facts.kind is OrganisationKind.LAO]
    return {
        "count": len(laos),
        "rows": [
            {
                "organisation_id": each.id if is_stored else None,
                "code": each.facts.code,
                "full_name": each.facts.full_name,
                "district": each.facts.district,
                "province": each.facts.province,
            }
            for each in laos[:ROWS_SHOWN]
        ],
    }
