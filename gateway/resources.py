"""Lists what the gateway serves: every resource, and the collections that have theirs in common."""

from __future__ import annotations

from collections.abc import Sequence

from gateway import (
    audit,
    completeness,
    consolidations,
    corrections,
    evidence,
    extensions,
    filings,
    forms,
    issuances,
    jobs,
    ledger_acts,
    lookup,
    obligations,
    openid,
    operations,
    organisation_changes,
    organisations,
    pages,
    problem_reports,
    receipts,
    rounds,
    second_factors,
    sessions,
    slots,
    workbooks,
)
from gateway.collection import ETHICS, Collection
from gateway.http import Route
from gateway.routes import routes_of
from gateway.site import site_routes

COLLECTIONS = (ETHICS,)
RESOURCES = (
    sessions,
    second_factors,
    openid,
    operations,
    audit,
    organisations,
    organisation_changes,
    lookup,
    slots,
    issuances,
    rounds,
    forms,
    extensions,
    ledger_acts,
    obligations,
    filings,
    corrections,
    evidence,
    pages,
    receipts,
    problem_reports,
    consolidations,
    completeness,
    workbooks,
    jobs,
)


def all_routes(collections: Sequence[Collection] = COLLECTIONS) -> list[Route]:
    """Return every route but that of the description of them all."""
    return [*routes_of(*RESOURCES, collections=collections), *site_routes()]
