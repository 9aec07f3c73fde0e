"""Every form this release knows can be shown, judged, prefilled and confirmed as nil."""

from pathlib import Path

import pytest
import yaml

import services.reports.forms
from contracts.collecting.forms import FormNotFound
from contracts.forms import require_sound
from contracts.reference.lao_types import LaoType
from services.reports.forms import get_form

PATHS = sorted(Path(services.reports.forms.__file__).parent.glob("*.yaml"))
DEFINITIONS = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
WITHOUT_HELP = {"ethics-2568.v1"}


def read(path):
    return yaml.safe_load(path.read_text("utf-8"))


def fields_of(definition):
    top = [field for section in definition["sections"] for field in section["fields"]]
    return [*top, *(inner for field in top for inner in field.get("fields", ()))]


@DEFINITIONS
def test_a_definition_compiles_under_the_name_of_its_file(path):
    definition = read(path)

    form = get_form(definition["id"], definition["version"])

    assert path.name == f"{form.id}.v{form.version}.yaml"
    assert form.missing({})


@DEFINITIONS
def test_a_definition_holds_together(path):
    require_sound(read(path))


@DEFINITIONS
def test_every_question_says_why_it_is_asked_and_where_the_answer_is_found(path):
    unexplained = {field["id"] for field in fields_of(read(path)) if "help" not in field}

    assert (unexplained == set()) is (path.stem not in WITHOUT_HELP)


@DEFINITIONS
def test_positions_are_told_for_every_type_of_organisation_as_the_registry_calls_them(path):
    for field in fields_of(read(path)):
        if "titles" in field:
            assert field["titles"].keys() == {kind.value for kind in LaoType}
        if "registry.title" in field.get("prefill", ()):
            heads = {kind: titles[0] for kind, titles in field["titles"].items()}
            assert heads == {kind.value: kind.head_position for kind in LaoType}


def test_an_unknown_form_is_refused_by_name():
    with pytest.raises(FormNotFound) as refused:
        get_form("no-such-form", 1)

    assert refused.value.details == {"form_id": "no-such-form", "version": "1"}
