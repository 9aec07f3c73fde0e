"""Activation codes on their way: operator, province office, district offices, officers."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from itertools import zip_longest
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from rich import box
from rich.console import Console
from rich.table import Table

from tools.journey.answers import MARKER
from tools.journey.client import Api, Facts, JourneyFailed, Refused, in_parallel
from tools.journey.screen import Step
from tools.keys import write_privately

COVERED = ("slots", "issued", "read", "handed_out", "activated", "locked")
HEADINGS = {"handed_out": "handed", "activated": "active"}
WIDE = 124


def demo_password(keys: Path) -> str:
    """Return the one password of every slot activated here; made once, readable by its owner."""
    kept = keys / "demo-password"
    if not kept.exists():
        write_privately(kept, secrets.token_urlsafe(15).encode())
    return kept.read_text()


def issue_codes(operator: Api, scope: dict[str, str], step: Step, *, reissue: bool) -> str:
    """Issue a code to every slot of the scope not yet activated; return the issuance's id.

    With `reissue` those that are activated get one as well: the old ones were read, once.
    """
    request = {"scope": scope, "reissue": reissue}
    started = time.monotonic()
    issued = operator.job(operator.post("/v1/issuances", json=request), step.show)
    taken = time.monotonic() - started
    tiers = ", ".join(f"{tier} {count:,}" for tier, count in issued["by_tier"].items())
    step.say(f"{issued['slots']:,} codes issued in {taken:.1f} s, handed out by: {tiers}")
    return issued["issuance_id"]


def hand_out(
    anyone: Api, operator: Api, issuance_id: str, password: str, step: Step
) -> list[Facts]:
    """Activate office after office and then the officers; return the officers' slips.

    Each office signs in and reads the slips of those below it.
    """

    def activate(slip: Facts) -> Facts:
        body: dict[str, Any] = {name: slip[name] for name in ("username", "activation_code")}
        holder = {"name": f"{MARKER} {slip['username']}", "position": "เจ้าหน้าที่"}
        anyone.post("/v1/activations", json={**body, "password": password, "holder": holder})
        return slip

    def slips_below(office: Facts) -> list[Facts]:
        return _slips(anyone.signed_in(office["username"], password)[0], issuance_id)

    slips = _slips(operator, issuance_id)
    _require_read_once(operator, issuance_id)
    activated: list[Facts] = []
    while slips:
        activated += in_parallel(activate, slips, step.show)
        offices = [slip for slip in slips if slip["role"] != "lao_officer"]
        slips = [slip for below in in_parallel(slips_below, offices, step.show) for slip in below]
    counted = Counter(slip["role"] for slip in activated)
    roles = ", ".join(f"{role} {count}" for role, count in counted.items())
    step.say(f"{len(activated)} slots activated: {roles}; no slip can be read twice")
    return [slip for slip in activated if slip["role"] == "lao_officer"]


def read_slips(office: Api, issuance_id: str, accept: str = "application/json") -> httpx.Response:
    """Ask for the slips that the office hands out, for the only time."""
    headers = {"Accept": accept, "Idempotency-Key": uuid4().hex}
    path = f"/v1/issuances/{issuance_id}/slip-readings"
    return office.ask("POST", path, json={}, headers=headers)


def _slips(office: Api, issuance_id: str) -> list[Facts]:
    """Read the slips of an office and put on record that it handed them out; return them.

    There are none when there is nothing for it to hand out.
    """
    where = f"/v1/issuances/{issuance_id}"
    try:
        slips = read_slips(office, issuance_id).json()["items"]
    except Refused as refused:
        if refused.code == "issuance_not_found":
            return []
        raise
    office.post(f"{where}/handouts", json={"all": True})
    return slips


def print_slips(
    anyone: Api, operator: Api, district: tuple[str, str], password: str, path: Path, step: Step
) -> None:
    """Issue a district anew and have its office save its slips as a PDF.

    Its officers are activated by now and stay so until one of the new codes is used.
    """
    code, name = district
    issuance_id = issue_codes(operator, {"district": code}, step, reissue=True)
    office, _ = anyone.signed_in(f"d{code}", password)
    pdf = read_slips(office, issuance_id, accept="application/pdf").content
    write_privately(path, pdf)
    step.say(f"the slips of อำเภอ{name}, read by d{code}, are in {path} ({len(pdf):,} bytes)")


def show_coverage(title: str, items: list[Facts], console: Console) -> Facts:
    """Print how far the codes of every province have come, and return the sums.

    Two provinces stand on a line where there is room for it.
    """
    wide = console.width >= WIDE
    sums = {name: sum(item[name] for item in items) for name in COVERED}
    rows = [
        [item["name"], *(f"{item[name]:,}" for name in COVERED)]
        for item in (*items, {"name": "ทั้งประเทศ", **sums})
    ]
    half = (len(rows) + 1) // 2 if wide else len(rows)
    shown = Table(title=title, title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
    for _ in range(2 if wide else 1):
        shown.add_column("province", no_wrap=True)
        for name in COVERED:
            shown.add_column(HEADINGS.get(name, name), justify="right", no_wrap=True)
    for left, right in zip_longest(rows[:half], rows[half:], fillvalue=[]):
        shown.add_row(*left, *right)
    console.print(shown)
    return sums


def _require_read_once(office: Api, issuance_id: str) -> None:
    try:
        read_slips(office, issuance_id)
    except Refused as refused:
        if refused.code == "slips_already_read":
            return
        raise
    raise JourneyFailed("the operator could read the same slips twice")
