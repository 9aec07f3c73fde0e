"""Which handler gets a request, what it is given, and how its answer goes out."""

import re

import orjson
import pytest
from prometheus_client import REGISTRY

from chassis.log import correlation_id
from gateway.app import App
from gateway.http import Answer, route
from gateway.routes import routes_of
from tests.unit.gateway import things


def test_a_handler_gets_what_its_schemas_made_of_the_request(call, ask):
    told = call(
        "POST",
        "/v1/things",
        json={"name": "lamp", "made_at": "2026-01-31T23:59:59+07:00"},
        signed_in=True,
        **{"Idempotency-Key": "k-1", "Accept-Language": "en", "User-Agent": "test"},
    )

    (request,) = ask.requests
    assert told.status == 201
    assert request.body["made_at"].isoformat() == "2026-01-31T23:59:59+07:00"
    assert (request.principal, request.session_id) == (things.OFFICER, "session-1")
    assert (request.idempotency_key, request.language) == ("k-1", "en")
    assert request.header("user-agent") == "test"
    assert request.received_at.tzinfo is not None


def test_an_answer_is_json_with_its_own_headers_and_never_cached(call):
    told = call(
        "POST",
        "/v1/things",
        json={"name": "lamp"},
        signed_in=True,
        **{"Idempotency-Key": "k"},
    )

    assert told.json == {"id": "t2", "name": "lamp", "version": 1}
    assert told.headers["Content-Type"] == "application/json"
    assert told.headers["Content-Length"] == str(len(told.raw))
    assert told.headers["Location"] == "/v1/things/t2"
    assert told.headers["Cache-Control"] == "no-store"
    assert told.headers["X-Content-Type-Options"] == "nosniff"


def test_head_is_answered_as_get_without_the_body(call):
    full, head = call("GET", "/v1/things/t1"), call("HEAD", "/v1/things/t1")

    assert (head.status, head.raw) == (200, b"")
    assert head.headers["Content-Length"] == full.headers["Content-Length"]


def test_head_does_nothing_where_get_changes_something(call, ask):
    head = call("HEAD", "/v1/only-readings")

    assert (head.status, head.headers["Allow"]) == (405, "GET")
    assert ask.requests == []
    assert call("GET", "/v1/only-readings").status == 200


def test_an_answer_without_a_body_says_so(call):
    removed = call("DELETE", "/v1/things/t1", signed_in=True)

    assert (removed.status, removed.raw) == (204, b"")
    assert "Content-Length" not in removed.headers


def test_an_address_nobody_has_is_404_and_another_method_405_with_what_is_allowed(call):
    nowhere, wrong_method = call("GET", "/v1/thing"), call("PUT", "/v1/things/t1")

    assert (nowhere.status, nowhere.json["code"]) == (404, "route_not_found")
    assert (wrong_method.status, wrong_method.json["code"]) == (405, "method_not_allowed")
    assert wrong_method.headers["Allow"] == "DELETE, GET, HEAD, PATCH"


@pytest.mark.parametrize("path", ["/v1/things/%2e%2e", "/v1/things/a%2Fb", "/v1/things/ก", "/"])
def test_a_path_outside_its_pattern_is_404(call, path):
    assert call("GET", path).status == 404


def test_an_escaped_letter_is_the_letter(call):
    assert call("GET", "/v1/things/%741").json["id"] == "t1"


def test_a_query_is_loaded_with_its_defaults_and_lists(call, ask):
    call("GET", "/v1/things?colour=red&colour=blue", signed_in=True)

    assert ask.requests[0].query == {"limit": 50, "colour": ["red", "blue"]}


def test_a_correlation_id_is_taken_over_bound_and_echoed(call, ask):
    told = call("GET", "/v1/things", signed_in=True, **{"X-Correlation-ID": "abc-1.2"})

    assert told.headers["X-Correlation-ID"] == "abc-1.2" == ask.requests[0].correlation_id
    assert correlation_id.get() == "abc-1.2"


@pytest.mark.parametrize("unsafe", ["", "a b", "x" * 65, 'a"b'])
def test_an_unsafe_correlation_id_is_replaced(call, unsafe):
    told = call("GET", "/v1/things/t1", **{"X-Correlation-ID": unsafe})

    assert re.fullmatch("[0-9a-f]{32}", told.headers["X-Correlation-ID"])


def test_requests_are_counted_by_template_and_never_by_id(call):
    def counted():
        labels = {"route": "/v1/things/{thing_id}", "method": "GET", "status_class": "4xx"}
        return REGISTRY.get_sample_value("gateway_request_seconds_count", labels) or 0

    before = counted()
    call("GET", "/v1/things/absent")

    assert counted() == before + 1


def test_a_multipart_body_reaches_the_handler_as_texts_and_files(call, ask):
    data = (
        b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nlamp\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        b"Content-Type: image/png\r\n\r\n\x89PNG\r\n--x--\r\n"
    )

    told = call(
        "POST",
        "/v1/things/t9/pictures",
        data=data,
        content_type="multipart/form-data; boundary=x",
    )

    assert told.status == 202
    assert ask.pictures["t9"] == {
        "name": "a.png",
        "type": "image/png",
        "size": 4,
        "title": "lamp",
    }


def test_a_multipart_body_without_its_file_points_at_it(call):
    told = call(
        "POST",
        "/v1/things/t9/pictures",
        data=b"--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )

    assert (told.status, told.json["errors"][0]["pointer"]) == (422, "/file")


def test_a_multipart_body_without_its_boundary_is_refused(call):
    told = call("POST", "/v1/things/t9/pictures", data=b"--x--", content_type="multipart/form-data")

    assert (told.status, told.json["code"]) == (400, "malformed_form")


def test_the_same_route_twice_stops_the_start():
    (first, *_) = routes_of(things)

    with pytest.raises(ValueError, match="routed twice"):
        App([first, first], None, things.authenticate)


def test_a_path_with_two_ideas_of_one_name_stops_the_start():
    def one(method, pattern):
        made = route(method, "/x/{y}", summary="", answers={200: None}, patterns={"y": pattern})
        return made(lambda _ask, _request: Answer(200)).route

    with pytest.raises(ValueError, match="two patterns"):
        App([one("GET", "a"), one("PUT", "b")], None, things.authenticate)


def test_a_path_that_names_no_resource_stops_the_start():
    made = route("GET", "/v1/{anything}/x", summary="", answers={200: None})
    nameless = made(lambda _ask, _request: Answer(200)).route

    with pytest.raises(ValueError, match="no resource's name"):
        App([nameless], None, things.authenticate)


def test_facts_that_are_not_json_are_a_bug_and_not_guessed_at(call, ask):
    ask.things["t1"]["name"] = things.OFFICER

    told = call("GET", "/v1/things/t1")

    assert told.status == 500
    assert orjson.loads(told.raw)["code"] == "internal_error"


def test_a_limited_session_may_ask_what_is_open_to_it_and_nothing_else(call):
    limited = {"Authorization": "Bearer limited", "Accept-Language": "en"}
    thing = {"json": {"name": "x"}, "Idempotency-Key": "k"}

    refused = call("POST", "/v1/things", **thing, **limited)
    told = call("DELETE", "/v1/things/t1", **limited)

    assert (refused.status, refused.json["type"]) == (403, "/problems/second_factor_not_set_up")
    assert "POST /v1/second-factors" in refused.json["detail"]
    assert told.status == 204
