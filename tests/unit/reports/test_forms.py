"""A form is found by its name alone, wherever a name would lead a file system."""

from __future__ import annotations

import pytest

from contracts.collecting.forms import FormNotFound
from services.reports.forms import get_form


@pytest.mark.parametrize(
    ("form_id", "version"),
    [
        ("ethics-2568", 99),
        ("ethics-1900", 1),
        ("../forms/ethics-2568", 1),
        ("/etc/passwd", 1),
        ("a/b", 1),
        ("", 1),
        (".", 1),
        ("\0", 1),
    ],
)
def test_a_form_that_is_not_among_ours_is_not_found(form_id, version):
    with pytest.raises(FormNotFound):
        get_form(form_id, version)
