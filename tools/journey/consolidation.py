"""ก.ถ. and DLA report to ก.ม.จ., which has the whole: their slots, their consolidated reports and
their sum, and the papers of one filing.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from tools.journey.answers import MARKER
from tools.journey.client import Api, Facts, JourneyFailed, Refused
from tools.journey.codes import issue_codes, read_slips
from tools.journey.screen import Step

AGENCIES = {
    "central_hr_body": ("KOTHO", "สำนักงาน ก.ถ."),
    "code_owner": ("DLA", "กรมส่งเสริมการปกครองท้องถิ่น"),
    "ethics_board": ("KOMOCHO", "สำนักงาน ก.ม.จ."),
}
COUNTS = ("expected", "filed", "on_time", "late", "nil", "amended", "exempt", "missing")
PAPERS = {"receipt.pdf": "receipt.pdf", "document.pdf": "report.pdf"}


def agency(role: str, anyone: Api, operator: Api, password: str, step: Step) -> Api:
    """Return the signed-in slot of the agency of a role, which is made at the first run."""
    code, name = AGENCIES[role]
    username = f"{code.lower()}-1"
    try:
        return anyone.signed_in(username, password)[0]
    except Refused as refused:
        if refused.code != "wrong_credentials":
            raise
    founded = {"kind": "agency", "code": code, "name": f"{name} {MARKER}"}
    organisation = operator.post("/v1/organisations", json=founded).json()
    wanted = {"organisation_id": organisation["id"], "role": role, "label": "เลขานุการ"}
    operator.post("/v1/slots", json=wanted)
    scope = {"organisation": organisation["id"]}
    issuance_id = issue_codes(operator, scope, step, reissue=False)
    (slip,) = read_slips(operator, issuance_id).json()["items"]
    body = {name: slip[name] for name in ("username", "activation_code")}
    holder = {"name": f"{MARKER} {username}", "position": "เลขานุการ"}
    anyone.post("/v1/activations", json={**body, "password": password, "holder": holder})
    return anyone.signed_in(username, password)[0]


def consolidate_parts(central: Api, owner: Api, whole: Facts, out: Path, step: Step) -> None:
    """Have each body build its part as of the moment of the whole, and compare their sum with it.

    Raises JourneyFailed when the parts do not add up.
    """
    where = f"/v1/rounds/{whole['round_id']}/consolidations"
    sums = dict.fromkeys(COUNTS, 0)
    for name, body in (("ก.ถ.", central), ("DLA", owner)):
        part = body.job(body.post(where, json={"as_of": whole["as_of"]}), step.show)
        total = {count: part["total"][count] for count in COUNTS}
        sums = {count: sums[count] + total[count] for count in COUNTS}
        step.say(f"{name}, {', '.join(part['code_groups'])}: {_in_words(total)}")
        pdf = body.ask("GET", part["files"]["pdf"]["url"]).content
        (out / f"consolidated-{'-'.join(part['code_groups'])}.pdf").write_bytes(pdf)
    if any(sums[count] != whole["total"][count] for count in COUNTS):
        raise JourneyFailed(f"the parts add up to {sums}, and the whole is {whole['total']}")
    step.say(f"together: {_in_words(sums)}; that is the whole")


def _in_words(counts: Facts) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())


def consolidate(board: Api, round_id: str, out: Path, step: Step) -> Facts:
    """Build the report of the whole as of now, twice, and save its faces; return what it says.

    Raises JourneyFailed when a second building gives other bytes, or a file not those it states.
    """
    where = f"/v1/rounds/{round_id}/consolidations"
    made = board.job(board.post(where, json={}), step.show)
    again = board.job(board.post(where, json={"as_of": made["as_of"]}), step.show)
    if again["files"] != made["files"]:
        raise JourneyFailed("building the report of the same moment again gave another one")
    for name, face in made["files"].items():
        octets = board.ask("GET", face["url"]).content
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
