"""A body that is plainly right is loaded as marshmallow would load it; the rest is left to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from contracts.collecting.filings import FilingBodySchema
from contracts.fields import Closed, Day, Email, Phone, Timestamp
from gateway.fast_schema import fast_loader
from gateway.resources import all_routes
from tests.length import examples

FILING = {
    "answers": {"headcount": 3},
    "form_version": 2,
    "kind": "original",
    "notes": {"few": "ตรวจสอบแล้ว"},
}
BODY = FilingBodySchema()
BODIES = {type(one.body).__name__: one.body for one in all_routes() if one.body}
FAST = {name for name, schema in BODIES.items() if fast_loader(schema)}

odd = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.just({"a": 1})
    | st.just([1])
)


def bodies_of(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    """What may be sent for a schema: right, or with some of it changed."""
    parts = {name: values_of(field) for name, field in schema.load_fields.items()}
    needed = {name for name, field in schema.load_fields.items() if field.required}
    sound = st.fixed_dictionaries(
        {name: parts[name] for name in parts if name in needed},
        optional={name: parts[name] for name in parts if name not in needed},
    )
    changes = st.dictionaries(st.sampled_from([*parts, "strange"]), odd, max_size=2)
    return sound | st.builds(lambda body, changed: body | changed, sound, changes)


def values_of(field: fields.Field[Any]) -> st.SearchStrategy[Any]:
    """What may stand in a field: most of it is right, and the limits are among it."""
    limited = [found for rule in field.validators if (found := within(rule)) is not None]
    kinds = [of for kind, of in KINDS.items() if isinstance(field, kind)]
    return limited[0] if limited else kinds[0](field)


def within(rule: validate.Validator) -> st.SearchStrategy[Any] | None:
    if isinstance(rule, validate.OneOf):
        return st.sampled_from([*rule.choices])
    if isinstance(rule, validate.Regexp):
        return st.from_regex(rule.regex, fullmatch=True)
    if isinstance(rule, validate.Range):
        ends = [end + by for end in (rule.min, rule.max) for by in (-1, 0, 1)]
        return st.sampled_from([*ends, *map(float, ends)])
    return None


def mappings_of(field: fields.Dict) -> st.SearchStrategy[Any]:
    values = values_of(field.value_field) if field.value_field else odd
    return st.dictionaries(st.text(min_size=1, max_size=3), values, max_size=3)


KINDS = {
    Timestamp: lambda _: st.sampled_from(["2026-01-31T23:59:59+07:00", "2026-01-31"]),
    Day: lambda _: st.sampled_from(["2026-01-31", "31/1/2569", "2026-02-30"]),
    Email: lambda _: st.sampled_from(["a@example.go.th", "a"]),
    Phone: lambda _: st.sampled_from(["02-123-4567", "1"]),
    fields.Nested: lambda field: bodies_of(field.schema),
    fields.List: lambda field: st.lists(values_of(field.inner), max_size=3),
    fields.Dict: mappings_of,
    fields.Boolean: lambda _: st.booleans(),
    fields.Field: lambda _: st.text(min_size=1, max_size=20),
}


@pytest.mark.parametrize("name", sorted(BODIES))
@settings(max_examples=examples(200), suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_what_is_loaded_fast_is_what_marshmallow_loads(name, data):
    schema = BODIES[name]
    body = data.draw(bodies_of(schema))
    fast = fast_loader(schema)
    loaded = fast(body) if fast else None

    try:
        judged = schema.load(body)
    except ValidationError:
        judged = None
    if loaded is not None:
        assert repr(loaded) == repr(judged)


@pytest.mark.parametrize("name", sorted(FAST))
def test_there_is_a_body_that_is_loaded_fast(name):
    fast = fast_loader(BODIES[name])

    assert find(bodies_of(BODIES[name]), lambda body: fast(body) is not None) is not None


def test_what_is_sent_most_is_loaded_fast():
    assert {"FilingBodySchema", "WithdrawalBodySchema", "AcceptanceBodySchema"} <= FAST


def test_a_plain_filing_is_loaded_fast():
    assert fast_loader(BODY)(FILING) == BODY.load(FILING)


@pytest.mark.parametrize("body", [None, [], "text", {}, FILING | {"strange": 1}])
def test_what_is_not_plainly_right_is_left_to_marshmallow(body):
    assert fast_loader(BODY)(body) is None


class Checked(Closed):
    name = fields.String()

    @validates_schema
    def check(self, data, **_):
        raise ValidationError("never")


class Dated(Closed):
    day = fields.Date()


class Renamed(Closed):
    name = fields.String(data_key="called")


@pytest.mark.parametrize("schema", [Checked, Dated, Renamed])
def test_a_schema_with_anything_unknown_in_it_is_marshmallows_alone(schema):
    assert fast_loader(schema()) is None


def test_a_default_is_made_anew_each_time():
    schema = Closed.from_dict(
        {"notes": fields.Dict(load_default=dict), "n": fields.String(validate=validate.Length(1))}
    )()

    first, second = fast_loader(schema)({}), fast_loader(schema)({})

    assert first == {"notes": {}}
    assert first["notes"] is not second["notes"]
