"""What is told is typed as its schema says it: names, what may be left out, nulls and types."""

import importlib
import inspect
import pkgutil
from typing import NotRequired, get_origin, get_type_hints, is_typeddict

import pytest
from marshmallow import Schema, fields

import contracts
from contracts.fields import Closed, JsonObject
from contracts.principal import Principal, PrincipalFacts

NO_SCHEMA = {
    *("AddedSlotFacts", "AnsweredFilingFacts", "BegunImportFacts", "BegunOpenIdFacts"),
    *("BegunWorkbooksFacts", "DraftHolderFacts", "EndedSessionFacts", "EvidenceUploadFacts"),
    *("KeptEvidenceFacts", "LiveSessionFacts", "PageFacts", "PrincipalFacts", "ProposedRoundFacts"),
    *("PrintedReceiptFacts", "PrintedSlipsFacts", "ReceiptCountFacts", "RefusedFilingFacts"),
    *(
        "ScheduledChangeFacts",
        "StartedJobFacts",
        "SubmissionFacts",
        "SubmittedFacts",
        "ToldProblemFacts",
    ),
    *("UnknownEvidenceFacts", "WorkbookFacts", "WorkbooksUploadFacts"),
}
"""Told between services only, where no schema says it."""
SCALARS = {fields.Boolean: bool, fields.Integer: int, fields.Float: float, fields.Raw: object}


def defined(wanted):
    """What of the modules of contracts is wanted, by module and name."""
    modules = pkgutil.walk_packages(contracts.__path__, "contracts.")
    return {
        (module.__name__, name): value
        for module in (importlib.import_module(found.name) for found in modules)
        for name, value in vars(module).items()
        if wanted(value) and value.__module__ == module.__name__
    }


SCHEMAS = {
    (module, name.removesuffix("Schema") + "Facts"): schema
    for (module, name), schema in defined(
        lambda value: inspect.isclass(value) and issubclass(value, Schema)
    ).items()
}
TYPES = defined(lambda value: is_typeddict(value) and value.__name__.endswith("Facts"))
NAMES = {schema: name for (_, name), schema in SCHEMAS.items()}


def type_of(field):
    told = _type_of(field)
    return told | None if field.allow_none and told is not object else told


def _type_of(field):
    if isinstance(field, fields.Nested):
        told = TYPES[type(field.schema).__module__, NAMES[type(field.schema)]]
        return list[told] if field.many else told
    if isinstance(field, fields.List):
        return list[type_of(field.inner)]
    if isinstance(field, fields.Dict):
        return JsonObject if field.value_field is None else dict[str, type_of(field.value_field)]
    return next((told for kind, told in SCALARS.items() if kind in type(field).__mro__[:-2]), str)


def told_by(facts):
    """Name → (type, whether it must be there). Written as text, NotRequired is not in
    `__required_keys__`, only `total` is.
    """
    written = get_type_hints(facts, include_extras=True)
    return {
        name: (
            hint,
            name in facts.__required_keys__ and get_origin(written[name]) is not NotRequired,
        )
        for name, hint in get_type_hints(facts).items()
    }


@pytest.mark.parametrize("key", TYPES.keys() & SCHEMAS.keys(), ids=".".join)
def test_a_type_says_what_its_schema_says(key):
    schema = SCHEMAS[key]
    is_asked = issubclass(schema, Closed)  # and goes on as it was loaded

    assert told_by(TYPES[key]) == {
        name if is_asked else field.data_key or name: (type_of(field), field.required)
        for name, field in schema().fields.items()
    }


def test_every_type_has_its_schema_beside_it_or_is_told_between_services():
    assert {name for _, name in TYPES.keys() - SCHEMAS.keys()} == NO_SCHEMA


def test_a_principal_is_typed_as_it_is_sent():
    assert list(get_type_hints(PrincipalFacts)) == list(Principal.__dataclass_fields__)
