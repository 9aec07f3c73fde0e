"""What every request is held to: content type, JSON, pointers, sizes, keys and versions."""

import re

import pytest
from marshmallow import fields, validate

from contracts.fields import Day
from gateway.audit import AuditQuery
from gateway.faults import FaultyInput, load
from gateway.resources import all_routes
from gateway.rounds import version_of

KEY = {"Idempotency-Key": "k"}


def keep(call, thing, **headers):
    return call("POST", "/v1/things", json=thing, signed_in=True, **(KEY | headers))


def test_each_wrong_field_is_pointed_at_with_a_code_in_thai(call):
    told = keep(call, {"colour": "green", "parts": [{"size": 1}, {"size": 12}], "a/b~c": 1})

    assert (told.status, told.json["code"]) == (422, "input_invalid")
    assert sorted((one["pointer"], one["code"]) for one in told.json["errors"]) == [
        ("/a~1b~0c", "unknown_field"),
        ("/colour", "not_a_choice"),
        ("/name", "required"),
        ("/parts/1/size", "out_of_range"),
    ]
    assert {one["message"] for one in told.json["errors"]} >= {"ต้องระบุ", "ต้องอยู่ระหว่าง 1 ถึง 9"}


def test_the_sentences_are_english_when_english_is_preferred(call):
    told = keep(call, {}, **{"Accept-Language": "en"})

    assert told.json["errors"] == [
        {
            "pointer": "/name",
            "code": "required",
            "message": "Missing data for required field.",
        }
    ]


def test_a_body_that_is_no_object_is_pointed_at_as_a_whole(call):
    told = keep(call, [1, 2])

    assert told.json["errors"][0]["pointer"] == ""
    assert told.json["errors"][0]["code"] == "wrong_type"


def test_what_is_not_json_is_400_and_says_where(call):
    told = call(
        "POST",
        "/v1/things",
        data=b'{"name":\n "x",}',
        content_type="application/json; charset=utf-8",
        signed_in=True,
        **KEY,
    )

    assert (told.status, told.json["code"]) == (400, "malformed_json")
    assert (told.json["line"], told.json["column"]) == (2, 5)


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_is_415(call, content_type):
    told = call(
        "POST",
        "/v1/things",
        data=b"{}",
        content_type=content_type,
        signed_in=True,
        **KEY,
    )

    assert told.status == 415
    assert told.json["expected"] == "application/json"


def test_a_body_over_the_limit_of_its_route_is_413(call):
    told = keep(call, {"name": "x" * 1000})

    assert (told.status, told.json["limit_bytes"]) == (413, 1000)


def test_a_missing_or_ugly_idempotency_key_is_400(call, ask):
    missing = call("POST", "/v1/things", json={"name": "x"}, signed_in=True)
    ugly = keep(call, {"name": "x"}, **{"Idempotency-Key": "two words"})

    assert (missing.status, missing.json["code"]) == (400, "idempotency_key_required")
    assert (ugly.status, ugly.json["code"]) == (400, "idempotency_key_malformed")
    assert ask.requests == []


def test_the_etag_is_strong_and_a_get_that_holds_it_gets_304(call):
    first = call("GET", "/v1/things/t1")
    again = call("GET", "/v1/things/t1", **{"If-None-Match": first.headers["ETag"]})
    other = call("GET", "/v1/things/t1", **{"If-None-Match": '"6", W/"5"'})

    assert first.headers["ETag"] == '"7"'
    assert (again.status, again.raw, again.headers["ETag"]) == (304, b"", '"7"')
    assert other.status == 200


def change(call, **headers):
    return call("PATCH", "/v1/things/t1", json={"name": "new"}, signed_in=True, **headers)


def test_a_change_needs_the_version_it_is_based_on(call):
    blind = change(call)
    stale = change(call, **{"If-Match": '"6"'})
    current = change(call, **{"If-Match": '"7"'})

    assert (blind.status, blind.json["code"]) == (428, "if_match_required")
    assert (stale.status, stale.json["changed"]) == (412, "name")
    assert (current.status, current.headers["ETag"]) == (200, '"8"')


@pytest.mark.parametrize("ugly", ["7", "*", 'W/"7"', '"7", "8"', '""'])
def test_an_if_match_that_is_not_one_strong_etag_is_400(call, ugly):
    assert change(call, **{"If-Match": ugly}).json["code"] == "if_match_malformed"


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("limit=0", "/limit", "out_of_range"),
        ("limit=201", "/limit", "out_of_range"),
        ("limit=x", "/limit", "wrong_type"),
        ("limit=1&limit=2", "/limit", "repeated"),
        ("cursor=", "/cursor", "wrong_length"),
        ("color=red", "/color", "unknown_field"),
        ("a~b%2F=1&a~b%2F=2", "/a~0b~1", "repeated"),
        ("colour=red&colour=green", "/colour/1", "not_a_choice"),
    ],
)
def test_a_wrong_query_is_pointed_at(call, query, pointer, code):
    told = call("GET", f"/v1/things?{query}", signed_in=True)

    assert told.status == 422
    assert [(one["pointer"], one["code"]) for one in told.json["errors"]] == [(pointer, code)]


@pytest.mark.parametrize("query", ["cursor=%FF", "&".join(["a=1"] * 51)])
def test_an_unreadable_query_is_400(call, query):
    assert call("GET", f"/v1/things?{query}", signed_in=True).json["code"] == "malformed_query"


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("7", 7),
        ("9" * 15, 10**15 - 1),
        ("9" * 16, -1),
        ("-1", -1),
        ("๗", -1),
        ("", -1),
        (None, -1),
    ],
)
def test_a_version_has_at_most_fifteen_digits(tag, version):
    assert version_of(tag) == version


def fields_of(schema):
    """Yield every field of a schema and of those nested in it."""
    for one in schema.fields.values():
        inner = one.inner if isinstance(one, fields.List) else one
        yield inner
        if isinstance(inner, fields.Nested):
            yield from fields_of(inner.schema)


def takes_only_days(one):
    patterns = [each.regex for each in one.validators if isinstance(each, validate.Regexp)]
    return any(
        re.match(each, "2026-01-31") and not re.match(each, "2026-01-3x") for each in patterns
    )


def test_every_day_and_time_in_a_request_is_read_by_the_one_reader_of_dates():
    given = [schema for one in all_routes() for schema in (one.body, one.query) if schema]
    taken = [one for schema in given for one in fields_of(schema)]

    assert sum(isinstance(one, Day) for one in taken) > 3
    for one in taken:
        assert not isinstance(one, fields.Date | fields.DateTime) or isinstance(one, Day), one
        assert not takes_only_days(one), one


@pytest.mark.parametrize(
    ("day", "code"),
    [("31/1/69", "short_year"), ("1999-01-31", "out_of_range"), ("0", "wrong_format")],
)
def test_the_audit_is_asked_for_a_day_that_can_be_meant(day, code):
    with pytest.raises(FaultyInput) as refused:
        load(AuditQuery(), {"day": day})

    assert [(one.pointer, one.code) for one in refused.value.faults] == [("/day", code)]
    assert load(AuditQuery(), {"day": "31/1/2569"})["day"].isoformat() == "2026-01-31"
