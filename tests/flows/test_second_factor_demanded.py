"""Where a second factor is demanded: nothing goes on without it, and with it at once."""

from datetime import UTC, datetime

import httpx
import pyotp
import pytest

from tests.builders.country import PASSWORD
from tests.builders.processes import one_more

pytestmark = pytest.mark.needs("reports")


@pytest.fixture(scope="module")
def agency(country):
    """An officer of an agency, who signed in while nothing was demanded."""
    return country.agency("FACTOR", "สำนักงานสมมติที่ต้องยืนยันตัวตน", role="nacc_officer")


@pytest.fixture(scope="module")
def demanded(agency, stack):
    """The stack with an accounts process that demands a second factor, in place of its own."""
    settings = {"ACCOUNTS_SECOND_FACTOR_DEMANDED": "1"}
    with one_more(stack, "accounts", ops=34, environment=settings):
        stack.stop("accounts")
        try:
            yield
        finally:
            stack.start("accounts")
            stack.wait_ready("accounts")


def refusal(told):
    return told.status_code, told.json()["code"]


def test_an_agency_without_one_sets_it_up_and_goes_on_in_the_same_session(agency, demanded):
    agency.sign_in()
    client = agency.client

    refused = client.get("/v1/rounds")
    assert refusal(refused) == (403, "second_factor_not_set_up")
    assert "POST /v1/second-factors" in refused.json()["detail"]
    page = httpx.get(client.base_url.join(refused.json()["type"]), trust_env=False)
    assert page.status_code == 200
    for path in ("/v1/password-changes", "/v1/second-factors/removals"):
        assert refusal(client.post(path, json={})) == (403, "second_factor_not_set_up")
    assert client.get("/v1/sessions/current").json()["username"] == agency.username
    begun = client.post("/v1/second-factors", json={"password": PASSWORD})
    assert begun.status_code == 201, begun.text
    assert client.get("/v1/rounds").status_code == 403, "one that is not confirmed counts"
    code = pyotp.TOTP(begun.json()["secret"]).at(datetime.now(UTC))
    confirmed = client.post("/v1/second-factors/confirmations", json={"code": code})
    assert confirmed.status_code == 201, confirmed.text

    assert client.get("/v1/rounds").status_code == 200


def test_the_operator_may_sign_out_and_no_more(country, demanded):
    operator = country.operator.sign_in()
    try:
        told = operator.client.post("/v1/issuances", json={"scope": {}, "reissue": False})
        assert refusal(told) == (403, "second_factor_not_set_up")
        assert operator.client.delete("/v1/sessions/current").status_code == 204
    finally:
        operator.sign_in()


@pytest.mark.parametrize("who", ["officer", "d8104", "p81"])
def test_the_local_officer_and_the_offices_above_go_on_as_before(country, lao, demanded, who):
    caller = (lao()[1] if who == "officer" else country.callers[who]).sign_in()

    assert caller.client.get("/v1/obligations").status_code == 200
