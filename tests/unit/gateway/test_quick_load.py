"""A body that is plainly right is loaded as marshmallow would load it; the rest is left to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.collecting.filings import FilingBodySchema
from contracts.fields import Closed
from gateway.quick_load import quick

FILING = {
    "answers": {"headcount": 3},
    "form_version": 2,
    "kind": "original",
    "notes": {"few": "ตรวจสอบแล้ว"},
}
BODY = FilingBodySchema()

odd = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just({"a": 1})
names = st.sampled_from([*FILING, "base_revision", "reason", "reason_class", "strange"])


@given(st.dictionaries(names, odd))
def test_whatever_is_changed_in_a_body_marshmallow_and_the_quick_way_agree(changes):
    given_ = FILING | changes

    loaded = quick(BODY)(given_)

    try:
        judged = BODY.load(given_)
    except ValidationError:
        judged = None
    if loaded is not None:
        assert loaded == judged
        assert [type(value) for value in loaded.values()] == [type(judged[name]) for name in loaded]


def test_a_plain_filing_is_loaded_the_quick_way():
    assert quick(BODY)(FILING) == BODY.load(FILING)


@pytest.mark.parametrize("body", [None, [], "text", {}, FILING | {"strange": 1}])
def test_what_is_not_plainly_right_is_left_to_marshmallow(body):
    assert quick(BODY)(body) is None


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
    assert quick(schema()) is None


def test_a_default_is_made_anew_each_time():
    schema = Closed.from_dict(
        {"notes": fields.Dict(load_default=dict), "n": fields.String(validate=validate.Length(1))}
    )()

    first, second = quick(schema)({}), quick(schema)({})

    assert first == {"notes": {}}
    assert first["notes"] is not second["notes"]
