"""A receipt's whole life over HTTP: shown, printed, rolled, proven; and checked offline."""

import json
import re
import subprocess
import warnings
from datetime import timedelta

import httpx
import pytest
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet

from contracts.fields import wire_time
from tests.builders.answers import some_answers
from tests.builders.country import DISTRICTS
from tests.builders.waiting import HANG_SECONDS, soon
from tools.keys import OLD_SIGNING_KEYS, SIGNING_KEY
from tools.programs import ROOT
from tools.rotate_key import rotate

pytestmark = pytest.mark.needs("reports")

DISTRICT = next(iter(DISTRICTS))


@pytest.fixture(scope="module")
def anyone(stack):
    """Somebody who has not signed in."""
    with httpx.Client(base_url=stack.url, timeout=HANG_SECONDS, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def officer(lao):
    return lao(DISTRICT)[0]


def filed_in(country, officer, mode):
    round_id = country.open_round(mode=mode, scope={"district": DISTRICT})
    told = officer.file(officer.obligation_of(round_id)["id"])
    assert told.status_code == 201, told.text
    return told.json()


@pytest.fixture(scope="module")
def filed(country, officer):
    """A filing in a live round, with its receipt."""
    return filed_in(country, officer, "live")


def checked(anyone, receipt, **changes):
    told = anyone.post("/v1/receipts/verify", json=receipt | changes)
    assert told.status_code == 200, told.text
    return told.json()


def verify_offline(folder, receipt, **more):
    """Run `./sucharit receipt verify` on files; return its exit code."""
    options = []
    for name, facts in ({"receipt": receipt} | more).items():
        (folder / f"{name}.json").write_text(json.dumps(facts, ensure_ascii=False))
        options += [f"--{name}", f"{name}.json"]
    command = (ROOT / "sucharit", "receipt", "verify", "receipt.json", *options[2:])
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


def read_by_others(receipt_jws, jwks):
    """Verify with a library that is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # as test_receipts of collecting says
        keys = KeySet.import_key_set(jwks)
        return json.loads(jws.deserialize_compact(receipt_jws, keys, algorithms=["EdDSA"]).payload)


def test_a_receipt_that_copying_broke_into_lines_is_no_forgery(anyone, filed):
    receipt = filed["receipt"]
    broken = f"\n{receipt['jws'][:60]}\r\n{receipt['jws'][60:]}\n"

    told = checked(anyone, receipt, jws=broken)
    assert (told["valid"], told["reason"]) == (True, None)
    for part, reason in ((receipt["jws"][:60], "malformed"), (receipt["jws"][:-6], "signature")):
        told = checked(anyone, receipt, jws=part)
        assert (told["valid"], told["reason"]) == (False, reason)


def test_a_receipt_is_printed_on_one_page_the_same_each_time(officer, filed):
    path = f"/v1/filings/{filed['filing']['id']}/receipt.pdf"

    told = officer.client.get(path, headers={"Accept": "application/pdf"})

    assert told.headers["Content-Type"] == "application/pdf"
    assert filed["receipt"]["number"] in told.headers["Content-Disposition"]
    assert re.findall(rb"/Count (\d+)", told.content) == [b"1"]
    assert officer.client.get(path).content == told.content


def test_a_receipt_is_not_shown_to_those_whose_it_is_not(lao, anyone, filed):
    neighbour = lao(DISTRICT)[0]

    for path in ("receipt", "receipt.pdf", "receipt/proof"):
        path = f"/v1/filings/{filed['filing']['id']}/{path}"
        assert neighbour.client.get(path).status_code == 404
        assert anyone.get(path).status_code == 401


def test_an_amended_receipt_stays_genuine_and_is_said_to_be_superseded(country, anyone, officer):
    first = filed_in(country, officer, "live")
    assert checked(anyone, first["receipt"])["superseded"] is False

    told = officer.file(
        first["filing"]["obligation_id"],
        kind="amendment",
        base_revision=1,
        reason="แก้ไขคะแนน",
        answers=some_answers(score=81),
    )

    assert told.status_code == 201, told.text
    before, after = first["receipt"], told.json()["receipt"]
    assert (
        checked(anyone, before).items()
        >= {
            "valid": True,
            "superseded": True,
            "last_revision": 2,
        }.items()
    )
    assert checked(anyone, after).items() >= {"valid": True, "superseded": False}.items()
    assert checked(anyone, before, on_time=False)["valid"] is False


def test_a_rotated_key_leaves_every_receipt_as_it_was(
    stack, infrastructure, country, anyone, officer, filed, tmp_path
):
    path = f"/v1/filings/{filed['filing']['id']}/receipt"
    keys = infrastructure.site.keys
    before = officer.client.get(path).content
    page = officer.client.get(f"{path}.pdf").content

    rotate(keys / SIGNING_KEY, keys / OLD_SIGNING_KEYS)
    for file in (keys / OLD_SIGNING_KEYS).iterdir():
        file.unlink()  # the database has kept it too
    infrastructure.stop("reports")
    infrastructure.start("reports")
    infrastructure.wait_ready("reports")

    assert officer.client.get(path).content == before
    assert officer.client.get(f"{path}.pdf").content == page
    assert checked(anyone, filed["receipt"])["valid"] is True
    new = filed_in(country, officer, "live")["receipt"]
    jwks = anyone.get("/.well-known/jwks.json").json()
    for receipt in (filed["receipt"], new):
        assert checked(anyone, receipt)["valid"] is True
        assert verify_offline(tmp_path, receipt, keys=jwks) == 0
        assert read_by_others(receipt["jws"], jwks)["number"] == receipt["number"]
    assert [key["retired_at"] is None for key in jwks["keys"]] == [False, True]


def test_a_day_is_closed_into_a_roll_that_proves_each_receipt(
    country, anyone, officer, mongo, tmp_path
):
    live, trial = (filed_in(country, officer, mode) for mode in ("live", "trial"))
    trial_id = trial["receipt"]["round_id"]
    path = f"/v1/filings/{live['filing']['id']}/receipt/proof"
    told = officer.client.get(path)
    assert (told.status_code, told.json()["code"]) == (409, "receipt_not_in_roll")

    # As if they had been recorded the day before yesterday, and reports down since.
    filings = mongo["sucharit_reports"]["filings"]
    for filing in (live, trial):
        wanted = {"_id": filing["filing"]["id"]}
        recorded_at = filings.find_one(wanted)["recorded_at"] - timedelta(days=2)
        filings.update_one(wanted, {"$set": {"recorded_at": recorded_at}})
    day = wire_time(recorded_at.astimezone())[:10]
    soon(lambda: officer.client.get(path).status_code == 200)

    proof, roll = officer.get(path), anyone.get(f"/v1/receipt-rolls/{day}").json()
    assert (proof["day"], proof["count"], proof["root"]) == (day, roll["count"], roll["root"])
    assert roll in anyone.get("/v1/receipt-rolls").json()["items"]
    assert trial_id not in anyone.get("/v1/receipt-rolls").text
    jwks = anyone.get("/.well-known/jwks.json").json()
    more = {"keys": jwks, "proof": proof, "roll": roll, "content": some_answers()}
    assert verify_offline(tmp_path, live["receipt"], **more) == 0
    assert verify_offline(tmp_path, trial["receipt"], **more) == 1
    more["roll"] = roll | {"count": roll["count"] + 1}
    assert verify_offline(tmp_path, live["receipt"], **more) == 1

    own = {"round": trial_id}
    soon(lambda: anyone.get(f"/v1/receipt-rolls/{day}", params=own).status_code == 200)
    assert anyone.get("/v1/receipt-rolls", params=own).json()["items"][0]["count"] == 1
    country.operator.job(country.operator.client.post(f"/v1/rounds/{trial_id}/purge"))
    told = anyone.get(f"/v1/receipt-rolls/{day}", params=own)
    assert (told.status_code, told.json()["code"]) == (404, "roll_not_found")
    assert not mongo["sucharit_reports"]["receipt_rolls"].find_one({"round_id": trial_id})
    assert anyone.get(f"/v1/receipt-rolls/{day}").json() == roll
