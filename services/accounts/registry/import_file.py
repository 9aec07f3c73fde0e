"""Importing a registry: read, compare, store; and what is told about it afterwards."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from chassis.jobs import Job
from chassis.run_in_thread import run_in_thread
from contracts.accounts.registry import RegistryRefused
from contracts.reference.calendar import as_bangkok
from services.accounts import metrics
from services.accounts.organisations.rules.organisation import (
    ImportPlan,
    Key,
    Organisation,
    OrganisationKind,
    described,
    plan_import,
)
from services.accounts.registry.read import Finding, Registry, RegistryUnreadable, read_registry
from services.accounts.registry.shapes import ROWS_SHOWN, show_comparison
from services.accounts.slots.rules.slot import slots_of
from services.accounts.stores import AccountsStore

KIND = "import_registry"
BATCH = 500

Item = TypeVar("Item")


def import_registry(store: AccountsStore, job: Job, *, at: datetime) -> dict[str, Any]:
    """Store what an uploaded file adds or changes, unless it is a dry run.

    Run again from the start after a crash it ends the same, and tells what there was to do when it
    was run first. Raises ImportNotFound, RegistryRefused.
    """
    file = store.uploads.read(job.arguments["import_id"])
    stored = store.organisations.list_by_key()
    # A second of reading belongs in a thread of its own.
    registry, plan = run_in_thread(_prepare, file, stored, at)
    told, is_first = job.first({"dry_run": job.arguments["dry_run"], **_summary(registry, plan)})
    if not job.arguments["dry_run"]:
        _apply(store, job, plan, at)
        store.changes.withdraw_proposals(each.id for each in plan.present)
        gone = [each.id for each in plan.gone]
        store.changes.propose_closing(gone, job.arguments["import_id"], at=at)
        if is_first:
            metrics.record_import(_counts(plan))
    return told


def _prepare(
    file: bytes, stored: Mapping[Key, Organisation], at: datetime
) -> tuple[Registry, ImportPlan]:
    try:
        registry = read_registry(file)
    except RegistryUnreadable as problem:
        reason = f"{problem.reason.replace('_', ' ')} {problem.detail}".rstrip()
        raise RegistryRefused(
            reason=reason, reason_th=problem.message_th, line=problem.line
        ) from problem
    today = as_bangkok(at).date()
    wanted = described(registry.organisations)
    return registry, plan_import(wanted, stored, on=today, new_id=_new_id)


def _apply(store: AccountsStore, job: Job, plan: ImportPlan, at: datetime) -> None:
    """Store organisations first and the slots of all there are after; each step may repeat."""
    total = len(plan.added) + len(plan.changed) + len(plan.present) + len(plan.gone)
    done = 0
    for batch in _batches(plan.added):
        store.organisations.add(batch, at=at)
        job.show(done=(done := done + len(batch)), total=total)
    for changes in _batches(plan.changed):
        store.organisations.change(changes, at=at)
        job.show(done=(done := done + len(changes)), total=total)
    # Read again: what a second import running beside this one has added counts as well.
    stored = list(store.organisations.list_by_key().values())
    there = store.slots.list_places()
    for batch in _batches(stored):
        store.slots.settle([slot for each in batch for slot in slots_of(each)], there)
        job.show(done=(done := done + len(batch)), total=max(done, total))
    store.coverage.recount()


def _summary(registry: Registry, plan: ImportPlan) -> dict[str, Any]:
    kinds = Counter(organisation.facts.kind for organisation in plan.present)
    return {
        "rows": registry.rows,
        "organisations": len(registry.organisations),
        **_counts(plan),
        "provinces": kinds[OrganisationKind.PROVINCE_OFFICE],
        "districts": kinds[OrganisationKind.DISTRICT_OFFICE],
        "comparison": show_comparison(plan),
        "rejected": _findings(registry.rejected),
        "dirt": _findings(registry.dirt),
    }


def _counts(plan: ImportPlan) -> dict[str, int]:
    return {
        "added": _laos(plan.added),
        "changed": _laos(change.after for change in plan.changed),
        "unchanged": _laos(plan.unchanged),
        "gone": len(plan.gone),
    }


def _laos(organisations: Iterable[Organisation]) -> int:
    return sum(each.facts.kind is OrganisationKind.LAO for each in organisations)


def _findings(findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "count": len(findings),
        "by_reason": dict(Counter(finding.reason for finding in findings)),
        "rows": [
            {
                "line": finding.line,
                "column": finding.column,
                "reason": finding.reason,
                "message": finding.message_th,
                "message_en": finding.message,
                "value": finding.value,
            }
            for finding in findings[:ROWS_SHOWN]
        ],
    }


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _new_id() -> str:
    """Return an id that means nothing, so that nothing can make it wrong."""
    return secrets.token_hex(6)
