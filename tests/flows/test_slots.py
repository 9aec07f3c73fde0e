"""Slots outlive people: holders change, hand over, are locked; what was filed stays as it was."""

import pytest

from tests.builders.answers import some_answers
from tests.builders.country import HOLDER, PASSWORD, Caller
from tests.builders.waiting import soon

pytestmark = pytest.mark.needs("reports")

JSON = {"Accept": "application/json"}
AGENCY = {"kind": "agency", "code": "TESTER", "name": "หน่วยงานสมมติ"}
NEW_HOLDER = {"name": "สมมติ คนใหม่", "position": "ปลัด"}


@pytest.fixture(scope="module")
def round_id(country):
    return country.open_round()


def refusal(told):
    return told.status_code, told.json()["code"]


def slot_of(caller, username=None):
    slots = caller.get("/v1/slots", limit=200)["items"]
    return next(slot for slot in slots if slot["username"] == (username or caller.username))


def test_a_slot_changes_hands_and_old_acts_keep_their_holder(country, lao, round_id):
    (colleague, _, leaver), office = lao("8105", changes=True), country.callers["d8105"]
    obligation_id = leaver.obligation_of(round_id)["id"]
    filing_id = leaver.file(obligation_id).json()["filing"]["id"]
    receipt = office.client.get(f"/v1/filings/{filing_id}/receipt").content
    path = f"/v1/slots/{slot_of(leaver)['slot_id']}"

    begun = leaver.client.post(f"{path}/handovers", json={"reason": "ย้าย"})

    assert begun.status_code == 201, begun.text
    assert soon(lambda: leaver.client.get("/v1/sessions/current").status_code == 401)
    assert slot_of(colleague, leaver.username)["state"] == "handing_over"
    assert refusal(
        leaver.client.post("/v1/sessions", json={"username": leaver.username, "password": PASSWORD})
    ) == (
        401,
        "wrong_credentials",
    )
    issuance_id = begun.json()["issuance_id"]
    (slip,) = office.read_slips(issuance_id)
    assert refusal(office.try_slips(issuance_id)) == (410, "slips_already_read")
    successor = Caller(country.url, leaver.username)
    activated = successor.client.post(
        "/v1/activations",
        json={
            "username": leaver.username.partition("-")[
                0
            ],  # as in the old system; the code tells which slot
            "activation_code": slip["activation_code"],
            "password": PASSWORD,
            "holder": NEW_HOLDER,
        },
    )
    assert activated.status_code == 201, activated.text
    assert activated.json()["username"] == leaver.username
    country.callers[leaver.username] = successor.sign_in()
    amended = successor.file(
        obligation_id,
        kind="amendment",
        base_revision=1,
        reason="แก้",
        answers=some_answers(score=70),
    )
    assert amended.status_code == 201, amended.text
    revisions = successor.get(f"/v1/obligations/{obligation_id}/filings")["items"]
    assert [one["filed_by"]["holder_name"] for one in revisions] == [
        HOLDER["name"],
        NEW_HOLDER["name"],
    ]
    assert office.client.get(f"/v1/filings/{filing_id}/receipt").content == receipt
    past = office.get(path)["past_holders"]
    assert [one["name"] for one in past] == [HOLDER["name"]]


def test_a_holder_is_changed_from_the_version_that_was_read(lao):
    colleague, _, officer = lao(changes=True)
    path = f"/v1/slots/{slot_of(officer)['slot_id']}"
    read = officer.client.get(path)
    change = {"position": "หัวหน้าสำนักปลัด", "phone": "020000002", "standing": "acting"}

    blind = officer.client.patch(f"{path}/holder", json=change)
    changed = officer.client.patch(
        f"{path}/holder", json=change, headers={"If-Match": read.headers["ETag"]}
    )
    stale = officer.client.patch(
        f"{path}/holder", json={"position": "x"}, headers={"If-Match": read.headers["ETag"]}
    )
    foreign = colleague.client.patch(
        f"{path}/holder", json=change, headers={"If-Match": changed.headers["ETag"]}
    )

    assert refusal(blind) == (428, "if_match_required")
    assert changed.status_code == 200, changed.text
    assert changed.json()["holder"]["standing"] == "acting"
    assert changed.json()["contact"]["phone"] == change["phone"]
    assert officer.client.get(path).headers["ETag"] == changed.headers["ETag"]
    assert (*refusal(stale), stale.json()["changed"]) == (412, "stale_version", "position")
    assert refusal(foreign) == (403, "out_of_scope")


def test_a_locked_slot_says_so_only_to_whoever_has_its_password(country, lao):
    (colleague, _, officer), office = lao("8105"), country.callers["d8105"]
    path = f"/v1/slots/{slot_of(officer)['slot_id']}"

    locked = office.client.post(f"{path}/locks", json={"reason": "ทดสอบการระงับ"})

    assert locked.status_code == 201, locked.text
    assert soon(lambda: officer.client.get("/v1/obligations").status_code == 401)
    shown = slot_of(colleague, officer.username)
    assert (shown["state"], shown["lock"]["reason"]) == ("locked", "ทดสอบการระงับ")
    for password, said in (
        (PASSWORD, (409, "slot_locked")),
        ("not the password", (401, "wrong_credentials")),
    ):
        credentials = {"username": officer.username, "password": password}
        assert refusal(officer.client.post("/v1/sessions", json=credentials)) == said
    assert refusal(office.client.post(f"{path}/closures", json={"reason": "ทดสอบ"})) == (
        403,
        "out_of_scope",
    )
    assert office.client.delete(f"{path}/locks").status_code == 204
    officer.sign_in()


def test_an_agency_gets_slots_of_its_own_until_they_are_closed(country):
    operator = country.operator
    founded = operator.client.post("/v1/organisations", json=AGENCY)
    assert founded.status_code == 201, founded.text
    wanted = {"organisation_id": founded.json()["id"], "role": "code_owner", "label": "คนแรก"}

    key = {"Idempotency-Key": "agency-slot-1"}

    added = operator.client.post("/v1/slots", json=wanted, headers=key)
    repeated = operator.client.post("/v1/slots", json=wanted, headers=key)
    again = operator.client.post("/v1/slots", json=wanted)

    assert (added.status_code, added.json()["state"]) == (201, "not_issued"), added.text
    assert (repeated.status_code, repeated.json()) == (201, added.json())
    assert repeated.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in added.headers
    assert refusal(again) == (409, "slot_already_exists")
    path = added.headers["Location"]
    assert operator.get(path)["username"] == added.json()["username"]
    closed = operator.client.post(f"{path}/closures", json={"reason": "ทดสอบ"})
    assert (closed.status_code, closed.json()["state"]) == (201, "closed")
    assert refusal(operator.client.post(f"{path}/locks", json={"reason": "x"})) == (
        409,
        "slot_closed",
    )
