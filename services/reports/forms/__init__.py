"""The form definitions this release knows, as data beside this file: `<id>.v<version>.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from contracts.collecting.forms import FormNotFound
from contracts.forms import Form, for_year, require_sound
from contracts.reference.years import Year


@cache
def get_form(form_id: str, version: int, year: Year | None = None) -> Form:
    """Return a compiled form, as it is asked in a round of a year.

    Raises FormNotFound, and UnsoundForm for what was never tested.
    """
    return Form(for_year(get_definition(form_id, version), year))


@cache
def get_definition(form_id: str, version: int) -> dict[str, Any]:
    """Return a definition as it was released. Raises FormNotFound, UnsoundForm."""
    ours = {path.name: path for path in Path(__file__).parent.iterdir()}
    path = ours.get(f"{form_id}.v{version}.yaml")
    if path is None:
        raise FormNotFound(form_id=form_id, version=version)
    definition: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    require_sound(definition)
    return definition
