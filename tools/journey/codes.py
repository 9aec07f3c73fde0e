"""Activation codes on their way: operator, province office, district offices, officers."""

from __future__ import annotations

import secrets
from collections import Counter
from pathlib import Path
from typing import Any

from tools.journey.answers import MARKER
from tools.journey.client import Api, Facts, JourneyFailed, Refused, in_parallel
from tools.journey.screen import Step
from tools.programs import write_privately


def demo_password(keys: Path) -> str:
    """Return the one password of every slot activated here; made once, readable by its owner."""
    kept = keys / "demo-password"
    if not kept.exists():
        write_privately(kept, secrets.token_urlsafe(15).encode())
    return kept.read_text()


def issue_codes(operator: Api, province: str, step: Step) -> str:
    """Issue a code to every slot of the province; return the issuance's id.

    Slots that an earlier run activated get a new one as well: the old ones were read, once.
    """
    request = {"scope": {"province": province}, "reissue": True}
    issued = operator.job(operator.post("/v1/issuances", json=request), step.show)
    tiers = ", ".join(f"{tier} {count}" for tier, count in issued["by_tier"].items())
    step.say(f"{issued['slots']} codes issued, handed out by: {tiers}")
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


def _slips(office: Api, issuance_id: str) -> list[Facts]:
    """Return the slips of an office; none when there is nothing for it to hand out."""
    try:
        return office.get(f"/v1/issuances/{issuance_id}/slips")["items"]
    except Refused as refused:
        if refused.code == "issuance_not_found":
            return []
        raise


def _require_read_once(office: Api, issuance_id: str) -> None:
    try:
        office.get(f"/v1/issuances/{issuance_id}/slips")
    except Refused as refused:
        if refused.code == "slips_already_read":
            return
        raise
    raise JourneyFailed("the operator could read the same slips twice")
