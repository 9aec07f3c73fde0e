"""The form definitions this release knows, as data beside this file: `<id>.v<version>.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from contracts.forms import Form, require_sound
from contracts.reports.errors import FormNotFound


@cache
def get_form(form_id: str, version: int) -> Form:
    """Return a compiled form. Raises FormNotFound, and UnsoundForm for what was never tested."""
    ours = {path.name: path for path in Path(__file__).parent.iterdir()}
    path = ours.get(f"{form_id}.v{version}.yaml")
    if path is None:
        raise FormNotFound(form_id=form_id, version=version)
    definition = yaml.safe_load(path.read_text("utf-8"))
    require_sound(definition)
    return Form(definition)
