"""How refusals are told: status, code, language, pointers and the headers that go with them."""

import pytest

from contracts.errors import InvalidInput, Kind
from edge.http1 import Head, Headers
from gateway.problems import EDGE, OF_KIND, edge_refusal, language_of, problem_response

HERE = {"language": "en", "instance": "/v1/x", "correlation_id": "c"}


def test_a_problem_has_every_member_of_rfc_9457_and_no_insides(call):
    told = call("GET", "/v1/things/absent", **{"Accept-Language": "en"})

    assert told.headers["Content-Type"] == "application/problem+json"
    assert told.json == {
        "type": "/problems/thing_not_found",
        "title": "Not found",
        "status": 404,
        "detail": "There is no thing absent.",
        "code": "thing_not_found",
        "instance": "/v1/things/absent",
        "correlation_id": told.headers["X-Correlation-ID"],
        "details": {"thing_id": "absent"},
        "thing_id": "absent",
    }


def test_thai_is_spoken_unless_english_is_preferred(call):
    told = call("GET", "/v1/things/absent")

    assert told.headers["Content-Language"] == "th"
    assert (told.json["title"], told.json["detail"]) == ("ไม่พบข้อมูล", "ไม่พบสิ่งของ absent")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "th"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("th-TH,th;q=0.9,en;q=0.8", "th"),
        ("en;q=0.8, th;q=0.5", "en"),
        ("de", "th"),
        ("*", "th"),
        ("en;q=nonsense", "th"),
    ],
)
def test_the_language_follows_the_preference(accepted, language):
    assert language_of(accepted) == language


def test_facts_are_told_at_the_top_too_unless_they_clash(call):
    told = call(
        "POST",
        "/v1/things",
        json={"name": "taken"},
        signed_in=True,
        **{"Idempotency-Key": "k"},
    )

    assert (told.status, told.json["status"]) == (409, 409)
    assert told.json["since"] == "2026-01-31"
    assert told.json["details"]["status"] == "a fact that clashes"


def test_a_missing_token_an_ugly_one_and_an_ended_session_are_each_401_with_a_challenge(call):
    missing = call("GET", "/v1/things")
    ugly = call("GET", "/v1/things", Authorization="Basic abc")
    ended = call("GET", "/v1/things", Authorization="Bearer old")

    assert [told.json["code"] for told in (missing, ugly, ended)] == [
        "token_required",
        "token_malformed",
        "session_ended",
    ]
    for told in (missing, ugly, ended):
        assert told.status == 401
        assert told.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_outage_says_when_to_come_back(call):
    told = call("POST", "/v1/accidents/outage")

    assert (told.status, told.headers["Retry-After"]) == (503, "7")


def test_what_is_out_of_scope_is_403(call):
    assert call("POST", "/v1/accidents/scope").status == 403


def test_a_bug_is_told_with_no_insides(call):
    told = call("POST", "/v1/accidents/bug", **{"Accept-Language": "en"})

    assert (told.status, told.json["code"]) == (500, "internal_error")
    assert b"hunter2" not in told.raw
    assert b"RuntimeError" not in told.raw


def test_an_input_refused_by_a_service_points_at_the_place():
    told = problem_response(InvalidInput(reason="too early", pointer="/opens_at"), **HERE)

    assert told.status == 422
    assert told.document["errors"] == [
        {"pointer": "/opens_at", "code": "invalid", "message": "too early"}
    ]


def test_every_kind_has_a_status_and_a_title_in_both_languages():
    assert set(OF_KIND) == set(Kind)
    assert all(face.title and face.title_th for face in OF_KIND.values())


def test_every_problem_of_the_edge_is_told_in_both_languages():
    for face in EDGE.values():
        assert face.title.isascii()
        assert not face.title_th.isascii()
        assert bool(face.detail) == bool(face.detail_th)


@pytest.mark.parametrize("status", [400, 408, 414, 431, 500, 501, 503, 505])
def test_what_the_server_refuses_by_itself_is_a_problem_too(status):
    headers = Headers({"accept-language": "en"})
    head = Head("GET", "/v1/rounds?a=1", "HTTP/1.1", headers, keep_alive=True, body_length=0)
    content_type, body = edge_refusal(status, head)

    assert content_type == "application/problem+json"
    assert f'"status":{status}'.encode() in body
    assert b'"instance":"/v1/rounds"' in body
    assert b'"instance":"/"' in edge_refusal(status, None)[1]
