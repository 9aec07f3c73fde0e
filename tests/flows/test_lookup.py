"""Anybody finds the code of an LAO; nobody reads the registry off without signing in."""

import pytest

from tests.builders.country import Caller
from tests.builders.waiting import soon

pytestmark = pytest.mark.needs()

WHERE = "/v1/lookup/organisations"


def look_up(anybody, text):
    """Look up once the address may: other tests come from it too."""
    asked = {"q": text}
    return soon(
        lambda: (told := anybody.client.get(WHERE, params=asked)).status_code != 429 and told
    )


def test_a_code_is_looked_up_without_signing_in_and_of_two_of_one_name_the_place_is_told(country):
    anybody = Caller(country.url)
    known = country.operator.get("/v1/organisations", q="คลองท่อมใต้")["items"]

    told = look_up(anybody, "คลองท่อมใต้").json()

    laos = {each["code"] for each in known if each["kind"] == "lao"}
    assert {each["code"] for each in told["items"]} == laos
    assert all(
        set(each) == {"code", "full_name", "type", "district", "province"} for each in told["items"]
    )
    for too_little in ("ค", "x" * 101):
        assert anybody.client.get(WHERE, params={"q": too_little}).status_code == 422


def test_look_ups_of_one_address_are_limited(country):
    anybody = Caller(country.url)

    look_up(anybody, "กระบี่")
    told = [anybody.client.get(WHERE, params={"q": "กระบี่"}) for _ in range(200)]

    refused = [each for each in told if each.status_code == 429]
    assert {each.status_code for each in told} <= {200, 429}
    assert refused[0].json()["code"] == "too_many_lookups"
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert country.operator.client.get("/v1/organisations").status_code == 200
