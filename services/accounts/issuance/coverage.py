"""Coverage: how far the activation codes have come, area by area."""

from __future__ import annotations

from typing import cast

from contracts.accounts.issuance import CoverageItemFacts
from contracts.principal import Principal
from contracts.reference.provinces import get_province
from contracts.reference.thai_text import sort_key
from services.accounts.organisations.rules.organisation import OrganisationKind
from services.accounts.stores import AccountsStore


def show_coverage(store: AccountsStore, by: Principal, axis: str) -> list[CoverageItemFacts]:
    """Return the counts of each province or district in the caller's area, sorted by name."""
    counted = store.coverage.list_counts(by, axis)
    if axis == "province":
        names = {row["key"]: get_province(row["key"]).name_th for row in counted}
    else:
        names = store.organisations.list_names(OrganisationKind.DISTRICT_OFFICE)
    items = [
        cast(CoverageItemFacts, {"key": row["key"], "name": names[row["key"]], **row})
        for row in counted  # the counts are named as they are shown
    ]
    return sorted(items, key=lambda item: (sort_key(item["name"]), item["key"]))
