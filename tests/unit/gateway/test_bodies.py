"""How a JSON body is read: what is bounded before it is judged, and which cause is named."""

import gzip
import json

import orjson
import pytest
from hypothesis import given, strategies
from marshmallow import fields

from contracts.fields import Closed
from gateway.bodies import (
    LARGE_BODY_BYTES,
    LARGE_BODY_VALUES,
    MOST_DEPTH,
    MOST_VALUES,
    read_json,
)
from gateway.http import JSON_LIMIT_BYTES, PUBLIC_LIMIT_BYTES
from gateway.problems import EdgeProblem
from gateway.resources import all_routes

KEY = {"Idempotency-Key": "k"}


class Anything(Closed):
    """One field that takes whatever comes."""

    all = fields.Raw()


SCHEMA = Anything()


def keep(call, data, **headers):
    given = {"data": data, "content_type": "application/json", "signed_in": True}
    return call("POST", "/v1/things", **given, **(KEY | headers))


def deep(levels):
    return b'{"all": ' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


def wide(values):
    """Return a body of so many values, the list among them."""
    return orjson.dumps({"all": [1] * (values - 1)})


@pytest.mark.parametrize("body", [deep(MOST_DEPTH), wide(MOST_VALUES), b'{"all": ",,{[["}'])
def test_what_is_within_the_bounds_is_read(body):
    assert read_json(body, SCHEMA, caller="me").value == orjson.loads(body)


@pytest.mark.parametrize("body", [deep(MOST_DEPTH + 1), wide(MOST_VALUES + 1), deep(900)])
def test_one_step_beyond_is_refused_with_the_bounds(body):
    with pytest.raises(EdgeProblem) as refused:
        read_json(body, SCHEMA, caller="me")

    assert refused.value.code == "too_many_values"
    assert refused.value.facts == {"most_values": MOST_VALUES, "most_depth": MOST_DEPTH}


def test_a_text_full_of_commas_and_brackets_is_one_value():
    text = "[,{" * MOST_VALUES

    assert read_json(orjson.dumps({"all": text}), SCHEMA, caller="me").value == {"all": text}


@pytest.mark.parametrize(
    ("body", "is_large"),
    [
        (wide(LARGE_BODY_VALUES - 2), False),
        (wide(LARGE_BODY_VALUES + 2), True),
        (b'{"all": 1}'.ljust(LARGE_BODY_BYTES), False),
        (b'{"all": 1}'.ljust(LARGE_BODY_BYTES + 1), True),
    ],
)
def test_only_what_is_large_is_read_beside_the_loop(body, is_large):
    assert read_json(body, SCHEMA, caller="me").is_large is is_large


def test_a_flood_of_unknown_names_is_refused_before_they_are_looked_at(call, monkeypatch):
    monkeypatch.setattr("gateway.bodies.MOST_VALUES", 10)
    told = call("POST", "/v1/things", json=dict.fromkeys("abcdefghijk"), signed_in=True, **KEY)

    assert (told.status, told.json["code"]) == (413, "too_many_values")
    assert told.json["most_values"] == 10


def test_many_faults_are_told_up_to_a_hundred_with_how_many_more(call):
    flood = {f"n{number:03}": 1 for number in range(110)}

    told = call("POST", "/v1/floods", json=flood)

    assert (told.status, len(told.json["errors"])) == (422, 101)
    assert told.json["errors"][-1] == {"pointer": "", "code": "more", "message": "และอีก 11 จุด"}


def test_a_byte_order_mark_before_json_is_passed_over(call, ask):
    assert keep(call, b'\xef\xbb\xbf{"name": "lamp"}').status == 201


@pytest.mark.parametrize(
    ("text", "coding", "looks_like"),
    [
        ('{"name": "โคมไฟ"}', "cp874", "Windows-874"),
        ('{"name": "โคมไฟ"}', "utf-16", "UTF-16"),
        ('{"name": "lamp"}', "utf-16-le", "UTF-16"),
        ('{"name": "lamp"}', "utf-16-be", "UTF-16"),
    ],
)
def test_json_in_another_coding_is_named_as_such(call, text, coding, looks_like):
    told = keep(call, text.encode(coding))

    assert (told.status, told.json["code"]) == (400, "not_utf8")
    assert told.json["looks_like"] == looks_like
    assert looks_like in told.json["detail"]


def test_a_compressed_body_is_415_with_its_own_cause(call):
    told = keep(call, gzip.compress(b'{"name": "lamp"}'), **{"Content-Encoding": "gzip"})

    assert (told.status, told.json["code"]) == (415, "content_encoding_unsupported")
    assert told.json["coding"] == "gzip"
    assert told.headers["Accept-Encoding"] == "identity"
    assert keep(call, b'{"name": "lamp"}', **{"Content-Encoding": "Identity"}).status == 201


def test_whoever_has_not_signed_in_may_send_sixteen_kibibytes():
    public = [one for one in all_routes() if one.public and one.consumes]
    others = [one for one in all_routes() if not one.public and one.body]

    assert public
    assert {one.limit_bytes for one in public} == {PUBLIC_LIMIT_BYTES}
    assert {one.limit_bytes for one in others} == {JSON_LIMIT_BYTES}


@pytest.mark.parametrize(("size", "status"), [(-1, 422), (0, 422), (1, 413)])
def test_the_bound_of_a_public_body_is_in_bytes(call, size, status):
    body = b'{"unknown": 1}'.ljust(PUBLIC_LIMIT_BYTES + size)

    told = call("POST", "/v1/floods", data=body, content_type="application/json")

    assert told.status == status


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"all": 1, "all": 1}', "all"),
        (b'{"all": {"a": 1, "b": 2, "a" : {"c": 3}}}', "a"),
        (b'[{"all": [{"a:b": "x:y", "a:b": ":"}]}]', "a:b"),
        (rb'{"all": 1, "\u0061ll": ":::"}', "all"),
        (rb'{"all": {"a": "\u003a\u003A", "a": ""}}', "a"),
        ('{"all": {"ก": 1, "ก": 2}}'.encode(), "ก"),
        (b'{"all": 1, "all": [%b]}' % b",".join([b"{}"] * LARGE_BODY_VALUES), "all"),
    ],
)
def test_a_name_given_twice_in_one_object_is_refused_and_named(body, name):
    with pytest.raises(EdgeProblem) as refused:
        read_json(body, SCHEMA, caller="me")

    assert (refused.value.code, refused.value.facts) == ("name_repeated", {"name": name})


def test_what_a_repeated_name_hides_is_not_followed_without_bound():
    with pytest.raises(EdgeProblem) as refused:
        read_json(b'{"all": %b, "all": 1}' % (b"[" * 1000 + b"]" * 1000), SCHEMA, caller="me")

    assert refused.value.code == "too_many_values"


@given(strategies.dictionaries(strategies.text(), strategies.text() | strategies.booleans()))
def test_whatever_has_each_name_once_is_read(facts):
    for body in (orjson.dumps({"all": facts}), json.dumps({"all": facts}).encode()):
        assert read_json(body, SCHEMA, caller="me").value == {"all": facts}
