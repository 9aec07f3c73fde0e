"""Every form this release knows can be shown, judged and confirmed as nil."""

from pathlib import Path

import pytest
import yaml

import services.reports.forms
from contracts.reports.errors import FormNotFound
from services.reports.forms import get_form

PATHS = sorted(Path(services.reports.forms.__file__).parent.glob("*.yaml"))
DEFINITIONS = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def read(path):
    return yaml.safe_load(path.read_text("utf-8"))


def lists_of_fields(definition):
    top = [field for section in definition["sections"] for field in section["fields"]]
    return [top, *(field["fields"] for field in top if "fields" in field)]


@DEFINITIONS
def test_a_definition_compiles_under_the_name_of_its_file(path):
    definition = read(path)

    form = get_form(definition["id"], definition["version"])

    assert path.name == f"{form.id}.v{form.version}.yaml"
    assert form.missing({})


@DEFINITIONS
def test_ids_are_unique_and_a_nil_asks_only_what_is_asked(path):
    definition = read(path)

    for asked in lists_of_fields(definition):
        ids = [field["id"] for field in asked]
        assert len(set(ids)) == len(ids)
    top, *_ = lists_of_fields(definition)
    assert set(definition["nil"]) <= {field["id"] for field in top}


@DEFINITIONS
def test_everything_shown_is_told_in_thai_and_in_english(path):
    definition = read(path)
    fields = [field for asked in lists_of_fields(definition) for field in asked]
    texts = [definition["title"], *(section["title"] for section in definition["sections"])]
    texts += [field["label"] for field in fields]
    texts += [field[name] for field in fields for name in ("help", "unit") if name in field]
    texts += [choice for field in fields for choice in field.get("choices", ())]

    assert all(text["th"] and text["en"] for text in texts)


@DEFINITIONS
def test_a_condition_names_answers_that_can_be_given(path):
    for asked in lists_of_fields(read(path)):
        possible = {
            field["id"]: [choice["id"] for choice in field.get("choices", ())] or [True, False]
            for field in asked
            if field["type"] in ("choice", "yes_no")
        }
        for field in asked:
            for condition in (field.get("visible_if"), field.get("required_if")):
                for name, values in (condition or {}).items():
                    assert set(values) <= set(possible[name]), field["id"]


def test_an_unknown_form_is_refused_by_name():
    with pytest.raises(FormNotFound) as refused:
        get_form("no-such-form", 1)

    assert refused.value.details == {"form_id": "no-such-form", "version": "1"}
