"""Forms as they are named and told, and how they are refused."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from marshmallow import Schema, fields, validate

from contracts.errors import Kind, ServiceError
from contracts.fields import Closed, Exactly, JsonObject, WholeNumber
from contracts.forms import ANY_YEAR
from contracts.reference.years import YearBasis

ANSWERS_OF_A_FORM = {
    "description": "What the obligation's `form` asks, by question;"
    " `/v1/forms/{form_id}/versions/{version}` has the questions in words and"
    " `/v1/forms/{form_id}/versions/{version}/schema` the JSON Schema of this object.",
    "x-json-schema": "/v1/forms/{form_id}/versions/{version}/schema",
}


class FormRefSchema(Closed):
    """One version of one form."""

    id = fields.String(required=True, validate=Exactly(r"^[a-z0-9-]{1,60}$"))
    version = WholeNumber(1, 10_000, required=True)


class FormRefFacts(TypedDict):
    id: str
    version: int


class FormSchema(Schema):
    """A form's definition, from which every face of it is made."""

    id = fields.String(required=True)
    version = fields.Integer(required=True)
    status = fields.String(required=True)
    year_basis = fields.String(
        required=True,
        validate=validate.OneOf([*YearBasis]),
        metadata={
            "description": "What the years of its rounds run by. It serves any year: in its words"
            " `{year_be}` is the round's, `{year_th}` and `{year_en}` what such a year is called,"
            " and the days that its checks speak of are those of the round's year."
        },
    )
    fiscal_year_be = fields.Raw(
        required=True,
        metadata={
            "oneOf": [{"type": "integer"}, {"const": ANY_YEAR}],
            "description": "The year that its rounds from before `year_basis` are printed as; with"
            " `any`, each as its own.",
        },
    )
    title = fields.Dict(required=True)
    nil = fields.List(fields.String(), required=True)
    sections = fields.List(fields.Dict(), required=True)
    checks = fields.List(
        fields.Dict(), metadata={"description": "What must be true of several answers together."}
    )


class FormFacts(TypedDict):
    id: str
    version: int
    status: str
    year_basis: str
    fiscal_year_be: object
    title: JsonObject
    nil: list[str]
    sections: list[JsonObject]
    checks: NotRequired[list[JsonObject]]


# -- refusals -------------------------------------------------------------------------------


class FormNotFound(ServiceError):
    """No such form definition."""

    code = "reports.form_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no version {version} of the form {form_id}."
    message_th = "ไม่พบแบบรายงาน {form_id} ฉบับที่ {version}"


class WrongFormVersion(ServiceError):
    """The round is answered with another version of the form."""

    code = "reports.wrong_form_version"
    kind = Kind.INVALID
    message = "This round uses version {expected} of the form, not {version}."
    message_th = "รอบนี้ใช้แบบรายงานฉบับที่ {expected} ไม่ใช่ฉบับที่ {version}"
