"""That marshmallow's sentences are all known: an upgrade that rewords one must not go unseen."""

import pytest
from marshmallow import Schema, fields, validate

from gateway.faults import MOST_FAULTS, FaultyInput, fault, faulty, load

WRONG = [
    (fields.String(), 5),
    (fields.String(required=True), None),
    (fields.Integer(strict=True), 1.5),
    (fields.Float(), "x"),
    (fields.Boolean(), "maybe"),
    (fields.List(fields.String()), "x"),
    (fields.Dict(), "x"),
    (fields.Nested(Schema), "x"),
    (fields.Date(), "31/1/2569"),
    (fields.Email(), "x"),
    (fields.URL(), "x"),
    (fields.UUID(), "x"),
    (fields.String(validate=validate.OneOf(["a"])), "b"),
    (fields.String(validate=validate.Equal("a")), "b"),
    (fields.String(validate=validate.Regexp("a")), "b"),
    (fields.String(validate=validate.Length(min=2)), "b"),
    (fields.String(validate=validate.Length(max=2)), "bbb"),
    (fields.String(validate=validate.Length(2, 3)), "b"),
    (fields.String(validate=validate.Length(equal=2)), "b"),
    (fields.Integer(validate=validate.Range(2, 3)), 1),
    (fields.Integer(validate=validate.Range(min=2)), 1),
    (fields.Integer(validate=validate.Range(max=2)), 3),
    (fields.Integer(validate=validate.Range(min=2, min_inclusive=False)), 2),
    (fields.Integer(validate=validate.Range(max=2, max_inclusive=False)), 2),
]


@pytest.mark.parametrize(("field", "value"), WRONG, ids=lambda one: type(one).__name__)
def test_a_stock_sentence_has_a_code_and_a_thai_form(field, value):
    with pytest.raises(FaultyInput) as refused:
        load(Schema.from_dict({"it": field})(), {"it": value})

    (found,) = refused.value.faults
    assert found.pointer == "/it"
    assert found.code != "invalid"
    assert not found.message_th.isascii()
    assert "{" not in found.message_th


def test_a_schemas_own_sentence_is_kept():
    found = fault("/it", "ต้องเป็นเลขประจำตัว")

    assert (found.code, found.message_th) == ("invalid", "ต้องเป็นเลขประจำตัว")


def test_a_part_of_an_input_is_pointed_at_from_the_root():
    with pytest.raises(FaultyInput) as refused:
        load(Schema.from_dict({"headcount": fields.Integer()})(), {"headcount": "x"}, "/answers")

    assert [one.pointer for one in refused.value.faults] == ["/answers/headcount"]


@pytest.mark.parametrize("beyond", [-1, 0, 1, 5])
def test_a_flood_of_faults_is_cut_at_a_hundred_and_the_rest_is_counted(beyond):
    names = [f"f{number}" for number in range(MOST_FAULTS + beyond)]
    by_a_schema = faulty({name: ["Unknown field."] for name in names})
    by_hand = FaultyInput([fault(f"/{name}", "Unknown field.") for name in names])

    for refusal in (by_a_schema, by_hand):
        more = [one for one in refusal.faults if one.code == "more"]
        assert len(refusal.faults) - len(more) == min(len(names), MOST_FAULTS)
        assert [one.message for one in more] == ([f"And {beyond} more."] if beyond > 0 else [])
        assert FaultyInput(refusal.faults).faults == refusal.faults
