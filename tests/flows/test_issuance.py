"""Slips over HTTP: a PDF for a browser, JSON for a program, once; handed out, and covered."""

import pytest

pytestmark = pytest.mark.needs()

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def issue(country):
    """Issues an LAO's codes again and returns the id of the issuance and the slots' ids.

    Its officers are activated and stay so.
    """

    def issue(officers):
        organisation_id = officers[0].get("/v1/sessions/current")["organisation"]["id"]
        told = country.operator.client.post(
            "/v1/issuances", json={"scope": {"organisation": organisation_id}, "reissue": True}
        )
        issued = country.operator.job(told)
        assert issued["by_tier"] == {"operator": 0, "province": 0, "district": 3}
        slots = country.operator.get("/v1/slots", organisation_id=organisation_id)["items"]
        return issued["issuance_id"], [slot["slot_id"] for slot in slots]

    return issue


def refusal(told):
    return told.status_code, told.json()["code"]


@pytest.mark.parametrize("headers", [BROWSER, {"Accept": "*/*"}, {"Accept": "application/pdf"}])
def test_an_office_prints_its_slips_once(country, lao, issue, headers):
    office = country.callers["d8104"]
    issuance, _ = issue(lao("8104"))

    told = office.try_slips(issuance, headers=headers, key=issuance)

    assert told.status_code == 200, told.text
    assert told.headers["Content-Type"] == "application/pdf"
    assert told.headers["Content-Disposition"].startswith('inline; filename="slips-d8104-')
    assert told.headers["Cache-Control"] == "no-store"
    assert told.content.startswith(b"%PDF-")
    assert b"/Count 3" in told.content
    assert len(office.read_slips(issuance, key=issuance)) == 3  # a connection may have broken
    assert refusal(office.try_slips(issuance, headers=headers)) == (410, "slips_already_read")
    keyless = office.client.post(f"/v1/issuances/{issuance}/slip-readings", json={})
    assert refusal(keyless) == (400, "idempotency_key_required")


def test_an_office_finds_what_it_has_to_hand_out(country, lao, issue):
    office = country.callers["d8104"]
    officers = lao("8104")
    issuance, _ = issue(officers)

    def listed():
        (first, *_) = office.get("/v1/issuances", limit=1)["items"]
        assert first["issuance_id"] == issuance
        return [first[name] for name in ("slips", "read", "handed_out", "used", "issued_by")]

    assert listed() == [3, 0, 0, 0, "operator"]
    codes = [slip["activation_code"] for slip in office.read_slips(issuance)]
    assert listed() == [3, 3, 0, 0, "operator"]
    office.client.post(f"/v1/issuances/{issuance}/handouts", json={"all": True})
    assert listed() == [3, 3, 3, 0, "operator"]
    page = office.client.get("/v1/issuances").text
    assert not any(code in page for code in codes)
    others = [country.callers[name].get("/v1/issuances")["items"] for name in ("p81", "d8105")]
    assert not any(each["issuance_id"] == issuance for items in others for each in items)
    assert refusal(officers[0].client.get("/v1/issuances")) == (
        403,
        "out_of_scope",
    )


def test_an_lao_slip_is_for_the_office_over_it_alone(country, lao, issue):
    officers = lao("8104")
    issuance, _ = issue(officers)
    others = {
        "operator": country.operator,
        "officer": officers[0],
        **{name: country.callers[name] for name in ("p81", "d8105")},
    }

    told = {name: refusal(caller.try_slips(issuance)) for name, caller in others.items()}

    assert told == {
        "operator": (404, "issuance_not_found"),
        "p81": (404, "issuance_not_found"),
        "d8105": (404, "issuance_not_found"),
        "officer": (403, "out_of_scope"),
    }
    assert len(country.callers["d8104"].read_slips(issuance)) == 3


def test_slips_are_handed_out_by_the_office_that_read_them(country, lao, issue):
    office = country.callers["d8104"]
    issuance, slots = issue(lao("8104"))
    path = f"/v1/issuances/{issuance}/handouts"
    early = office.client.post(path, json={"all": True})
    office.read_slips(issuance)

    some = office.client.post(path, json={"slot_ids": slots[:1], "handed_to": "สมมติ ผู้รับแทน"})
    every = office.client.post(path, json={"all": True})

    assert refusal(early) == (409, "slips_not_read")
    assert some.status_code == every.status_code == 200, some.text
    assert (some.json()["handed_out"], some.json()["already"]) == (1, 0)
    assert (every.json()["handed_out"], every.json()["already"]) == (2, 1)
    above = country.callers["p81"].client.post(path, json={"slot_ids": slots})
    assert refusal(above) == (409, "slips_not_read")


@pytest.mark.parametrize("body", [{}, {"all": False}, {"all": True, "slot_ids": ["x"]}])
def test_a_hand_out_names_slips_or_all(country, issue, body):
    told = country.callers["d8104"].client.post("/v1/issuances/any/handouts", json=body)

    assert refusal(told) == (422, "input_invalid")


def test_coverage_is_told_by_area_to_whom_it_concerns(country, lao):
    provinces = country.operator.get("/v1/issuances/coverage", by="province")["items"]
    districts = country.callers["p81"].get("/v1/issuances/coverage", by="district")["items"]
    officer = lao()[0].client.get("/v1/issuances/coverage")

    (krabi,) = (row for row in provinces if row["key"] == "81")
    counts = ("slots", "issued", "read", "handed_out", "activated")
    assert sorted((krabi[name] for name in counts), reverse=True) == [krabi[n] for n in counts]
    assert krabi["activated"] > 0
    slots = country.callers["p81"].get("/v1/slots", limit=200)["items"]
    own = [slot for slot in slots if slot["role"] == "province_officer"]
    open_ = [slot for slot in own if slot["state"] != "closed"]
    assert sum(row["slots"] for row in districts) == krabi["slots"] - len(open_)
    assert refusal(officer) == (403, "out_of_scope")
