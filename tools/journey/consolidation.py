"""ก.ถ. reports to ก.ม.จ.: its slot, the consolidated report, and the papers of one filing."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tools.journey.answers import MARKER
from tools.journey.client import Api, Facts, JourneyFailed, Refused
from tools.journey.codes import issue_codes, read_slips
from tools.journey.screen import Step

AGENCY = {"kind": "agency", "code": "KOTHO", "name": f"สำนักงาน ก.ถ. {MARKER}"}
USERNAME = "kotho-1"
PAPERS = {"receipt.pdf": "receipt.pdf", "document.pdf": "report.pdf"}


def central_body(anyone: Api, operator: Api, password: str, step: Step) -> Api:
    """Return the signed-in slot of ก.ถ., which is made at the first run."""
    try:
        return anyone.signed_in(USERNAME, password)[0]
    except Refused as refused:
        if refused.code != "wrong_credentials":
            raise
    organisation = operator.post("/v1/organisations", json=AGENCY).json()
    wanted = {"organisation_id": organisation["id"], "role": "central_hr_body", "label": "เลขานุการ"}
    operator.post("/v1/slots", json=wanted)
    scope = {"organisation": organisation["id"]}
    issuance_id = issue_codes(operator, scope, step, reissue=False)
    (slip,) = read_slips(operator, issuance_id).json()["items"]
    body = {name: slip[name] for name in ("username", "activation_code")}
    holder = {"name": f"{MARKER} {USERNAME}", "position": "เลขานุการ"}
    anyone.post("/v1/activations", json={**body, "password": password, "holder": holder})
    return anyone.signed_in(USERNAME, password)[0]


def consolidate(central: Api, round_id: str, out: Path, step: Step) -> Facts:
    """Build the report to ก.ม.จ. as of now, twice, and save its faces; return what it says.

    Raises JourneyFailed when a second building gives other bytes, or a file not those it states.
    """
    where = f"/v1/rounds/{round_id}/consolidations"
    made = central.job(central.post(where, json={}), step.show)
    again = central.job(central.post(where, json={"as_of": made["as_of"]}), step.show)
    if again["files"] != made["files"]:
        raise JourneyFailed("building the report of the same moment again gave another one")
    for name, face in made["files"].items():
        octets = central.ask("GET", face["url"]).content
        if hashlib.sha256(octets).hexdigest() != face["sha256"]:
            raise JourneyFailed(f"the {name} is not what its hash says")
        (out / f"consolidated.{name}").write_bytes(octets)
    total = made["total"]
    step.say(
        f"as of {made['as_of']}: {total['filed']:,} of {total['expected']:,} filed, "
        f"{total['on_time']:,} on time, {total['nil']:,} nil, {total['amended']:,} amended, "
        f"{made['problems']['reported']} problems; SHA-256 {made['content_sha256'][:16]}…"
    )
    step.say(f"{out / 'consolidated'}.pdf, .xlsx and .json; built twice to the same bytes")
    return made


def save_papers(officer: Api, receipt: Facts, out: Path, step: Step) -> None:
    """Save the printed receipt and report of one filing, and the workbook of its obligation."""
    filing = f"/v1/filings/{receipt['filing_id']}"
    for path, name in PAPERS.items():
        (out / name).write_bytes(officer.ask("GET", f"{filing}/{path}").content)
    workbook = officer.ask("GET", f"/v1/obligations/{receipt['obligation_id']}/template.xlsx")
    (out / "workbook.xlsx").write_bytes(workbook.content)
    step.say(f"of receipt {receipt['number']}: {out}/receipt.pdf, report.pdf, workbook.xlsx")
