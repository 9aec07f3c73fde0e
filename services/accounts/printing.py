"""Slips on paper: one A4 page each, set by typst beside the loop so that nobody else waits.

`slip.typ` is the page. The code leaves this process in the answer only: typst is given it in
memory and returns the PDF in memory.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import segno
import typst
from eventlet.semaphore import Semaphore
from nameko.extensions import DependencyProvider

from chassis import metrics
from chassis.aside import aside
from contracts.principal import Role
from contracts.reference.calendar import as_bangkok, long_date
from services.accounts.codes import in_groups
from services.accounts.domain.organisations import Facts, OrganisationKind
from services.accounts.domain.slots import Slot
from services.accounts.settings import Settings

TEMPLATE = Path(__file__).with_name("slip.typ")
FONT = "Laksaman"
QR_MASK = 3  # choosing the handsomest of eight takes six times as long, and readers do not mind
_PURPOSE_OF_OFFICE = {
    Role.PROVINCE_OFFICER: "เจ้าหน้าที่ระดับจังหวัด",
    Role.DISTRICT_OFFICER: "เจ้าหน้าที่ระดับอำเภอ",
}


class FontMissing(SystemExit):
    """The font of the slips is not installed; the process must not start."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One activation code on its way to the holder of a slot."""

    slot: Slot
    facts: Facts
    code: str
    expires_at: datetime


class SlipPress:
    """Makes PDFs of slips, in memory."""

    def __init__(self, portal_url: str, font_dir: Path) -> None:
        self._portal = portal_url.rstrip("/")
        self._fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_dir)]
        )
        if FONT not in self._fonts.families():
            raise FontMissing(f"cannot start: the font {FONT} is not in {font_dir}")

    def print(self, slips: Sequence[Slip], office: str) -> bytes:
        """Return a PDF with one page per slip; `office` is who hands them out."""
        told = {
            "title": f"ใบรหัสเปิดใช้งาน {office}",
            "portal": self._portal,
            "office": office,
            "slips": [self.page(slip) for slip in slips],
        }
        inputs = {"told": json.dumps(told, ensure_ascii=False)}
        pdf = typst.Compiler(
            str(TEMPLATE), font_paths=self._fonts, ignore_system_fonts=True, sys_inputs=inputs
        ).compile(format="pdf")
        if not isinstance(pdf, bytes):
            raise TypeError("typst returned no single PDF")
        return pdf

    def page(self, slip: Slip) -> dict[str, str]:
        """Return what a page says of one slip, in the words it says it in."""
        group = slip.slot.code_group
        expires_at = as_bangkok(slip.expires_at)
        return {
            "organisation": slip.facts.full_name,
            "place": _place_of(slip.facts),
            "purpose": _PURPOSE_OF_OFFICE.get(slip.slot.role, "")
            if group is None
            else f"{group.title_th} (กลุ่มที่ {group.number})",
            "username": slip.slot.username,
            "code": in_groups(slip.code),
            "expires": f"{long_date(expires_at)} เวลา {expires_at:%H.%M} น.",
            "qr": self._qr(slip),
        }

    def _qr(self, slip: Slip) -> str:
        """Return an SVG. What follows the # stays in the browser: no server's log has the code."""
        told = urlencode({"username": slip.slot.username, "code": slip.code})
        code = segno.make(f"{self._portal}/activate#{told}", error="m", micro=False, mask=QR_MASK)
        svg = io.BytesIO()
        code.save(svg, kind="svg", xmldecl=False, omitsize=True, border=2)
        return svg.getvalue().decode()


def _place_of(facts: Facts) -> str:
    """Return the areas an organisation lies in, as far as its own name does not say them."""
    province = f"จังหวัด{facts.province}"
    if facts.kind is OrganisationKind.LAO and facts.district is not None:
        return f"อำเภอ{facts.district} {province}"
    return "" if facts.kind is OrganisationKind.PROVINCE_OFFICE else province


class GreenSlipPress:
    """The same in a thread of the machine, one PDF at a time; the others wait in green ways."""

    def __init__(self, press: SlipPress) -> None:
        self._press = press
        self._free = Semaphore(1)

    def print(self, slips: Sequence[Slip], office: str) -> bytes:
        """Return a PDF with one page per slip; `office` is who hands them out."""
        with self._free:
            metrics.show_pool("typst", in_use=1, size=1)
            try:
                pdf = aside(self._press.print, slips, office)
            finally:
                metrics.show_pool("typst", in_use=0, size=1)
        return pdf


class Printing(DependencyProvider):
    """Hands a service its press, with the address and the font its settings name."""

    def __init__(self) -> None:
        self._press: GreenSlipPress | None = None

    def setup(self) -> None:
        """Find the font."""
        settings = Settings.read()
        self._press = GreenSlipPress(SlipPress(settings.portal_url, settings.font_dir))

    def get_dependency(self, worker_ctx: Any) -> GreenSlipPress | None:
        """Return the press."""
        return self._press
