"""Slips on paper: one A4 page each. `slip.typ` is the page; this is what it says.

The code leaves this process in the answer only: typst is given it in memory and returns the
PDF in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from chassis.typesetter import qr_svg
from contracts.check_characters import in_groups
from contracts.principal import Role
from contracts.reference.calendar import as_bangkok, long_date
from services.accounts.organisations.rules.organisation import Facts, OrganisationKind
from services.accounts.slots.rules.slot import Slot

TEMPLATE = Path(__file__).with_name("slip.typ")
_PURPOSE_OF_OFFICE = {
    Role.PROVINCE_OFFICER: "เจ้าหน้าที่ระดับจังหวัด",
    Role.DISTRICT_OFFICER: "เจ้าหน้าที่ระดับอำเภอ",
}


@dataclass(frozen=True, slots=True)
class Slip:
    """One activation code on its way to the holder of a slot."""

    slot: Slot
    facts: Facts
    code: str
    expires_at: datetime


def pages_of(slips: Sequence[Slip], *, office: str, portal_url: str) -> dict[str, Any]:
    """Return what the pages say, one per slip; `office` is who hands them out."""
    portal = portal_url.rstrip("/")
    return {
        "title": f"ใบรหัสเปิดใช้งาน {office}",
        "portal": portal,
        "office": office,
        "slips": [page_of(slip, portal) for slip in slips],
    }


def page_of(slip: Slip, portal: str) -> dict[str, str]:
    """Return what a page says of one slip, in the words it says it in.

    What follows the # in the QR code stays in the browser: no server's log has the code.
    """
    group = slip.slot.code_group
    expires_at = as_bangkok(slip.expires_at)
    secret = urlencode({"username": slip.slot.username, "code": slip.code})
    return {
        "organisation": slip.facts.full_name,
        "place": _place_of(slip.facts),
        "purpose": _PURPOSE_OF_OFFICE.get(slip.slot.role, "")
        if group is None
        else f"{group.title_th} (กลุ่มที่ {group.number})",
        "username": slip.slot.username,
        "code": in_groups(slip.code),
        "expires": f"{long_date(expires_at)} เวลา {expires_at:%H.%M} น.",
        "qr": qr_svg(f"{portal}/activate#{secret}"),
    }


def _place_of(facts: Facts) -> str:
    """Return the areas an organisation lies in, as far as its own name does not say them."""
    province = f"จังหวัด{facts.province}"
    if facts.kind is OrganisationKind.LAO and facts.district is not None:
        return f"อำเภอ{facts.district} {province}"
    return "" if facts.kind is OrganisationKind.PROVINCE_OFFICE else province
