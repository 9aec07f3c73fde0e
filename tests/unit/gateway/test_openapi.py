"""That the description is valid OpenAPI 3.1 and says what the routes do."""

import pytest
from marshmallow import Schema, fields
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from gateway import operations
from gateway.http import route
from gateway.openapi import describe, openapi_route
from gateway.resources import all_routes
from gateway.routes import routes_of
from tests.builders.odd_requests import LEFT_OUT, NOT_FUZZED
from tests.unit.gateway import things


@pytest.fixture(scope="module")
def document():
    routes = routes_of(things, operations)
    return describe([*routes, openapi_route(routes)])


def test_the_description_is_valid_openapi_3_1(document):
    OPENAPI_31_VALIDATOR.validate(document)


def test_every_status_a_route_may_answer_is_described(document):
    keep = document["paths"]["/v1/things"]["post"]
    read = document["paths"]["/v1/things/{thing_id}"]["get"]
    change = document["paths"]["/v1/things/{thing_id}"]["patch"]

    assert set(keep["responses"]) == {
        "201",
        "400",
        "401",
        "403",
        "408",
        "409",
        "413",
        "414",
        "415",
        "422",
        "429",
        "500",
        "503",
    }
    assert set(read["responses"]) == {"200", "304", "400", "404", "414", "500", "503"}
    assert set(change["responses"]) == {
        "200",
        "400",
        "401",
        "403",
        "404",
        "408",
        "412",
        "413",
        "414",
        "415",
        "422",
        "428",
        "429",
        "500",
        "503",
    }
    assert "thing_not_found" in read["responses"]["404"]["description"]


def test_bodies_and_queries_come_from_the_schemas_the_routes_load_with(document):
    body = document["paths"]["/v1/things"]["post"]["requestBody"]["content"]
    schema = document["components"]["schemas"]["ThingInput"]
    parameters = document["paths"]["/v1/things"]["get"]["parameters"]

    assert body["application/json"]["schema"] == {"$ref": "#/components/schemas/ThingInput"}
    assert schema["additionalProperties"] is False
    assert schema["properties"]["made_at"] == {"type": "string", "format": "date-time"}
    assert {one["name"] for one in parameters} == {"limit", "cursor", "colour"}


def test_headers_and_sign_in_are_described(document):
    keep = document["paths"]["/v1/things"]["post"]
    change = document["paths"]["/v1/things/{thing_id}"]["patch"]
    read = document["paths"]["/v1/things/{thing_id}"]["get"]

    def headers(operation):
        return {
            one["name"]: one["required"] for one in operation["parameters"] if one["in"] == "header"
        }

    assert headers(keep) == {"Idempotency-Key": True}
    assert headers(change) == {"If-Match": True}
    assert headers(read) == {"If-None-Match": False}
    assert keep["security"] == [{"session": []}]
    assert read["security"] == []
    assert "Retry-After" in keep["responses"]["503"]["headers"]


def test_two_handlers_of_one_name_stop_the_start():
    (first, *_) = routes_of(things)

    with pytest.raises(ValueError, match="two handlers"):
        describe([first, first])


def test_two_shapes_of_one_name_stop_the_start():
    """So every name in the description of what is served stands for one shape."""

    class Thing(Schema):
        other = fields.String()

    @route("GET", "/v1/others", summary="Other", answers={200: Thing})
    def show_other(_ask, _request):
        """Show another thing."""

    with pytest.raises(ValueError, match="name Thing"):
        describe([*routes_of(things), show_other.route])


def test_the_description_of_all_that_is_served_is_valid():
    OPENAPI_31_VALIDATOR.validate(describe(all_routes()))


@pytest.mark.filterwarnings("ignore:Multiple schemas resolved")
def test_the_routes_left_out_of_fuzzing_are_there_and_of_odd_requests_change_something():
    paths = describe(all_routes())["paths"]
    routes = {f"{method.upper()} {path}" for path, of in paths.items() for method in of}

    assert not {path for left in NOT_FUZZED.values() for path in left} - paths.keys()
    assert not LEFT_OUT - routes
    assert not [route for route in LEFT_OUT if route.startswith("GET ")]
