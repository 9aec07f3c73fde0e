"""A refusal that is raised brings every fact its sentences name: else telling it would fail."""

import re
from string import Formatter

import pytest

from contracts.catalogue import refusals
from tests.architecture.source import calls, files, name_of

NEEDED = {
    kind.__name__: {
        name
        for sentence in (kind.message, kind.message_th)
        for _, name, _, _ in Formatter().parse(sentence)
        if name
    }
    for kind in refusals()
}
NEEDED["ServiceUnavailable"] -= {"retry_after_seconds"}  # it has a default


@pytest.mark.parametrize(
    "path", files("chassis", "edge", "clients", "services", "gateway"), ids=name_of
)
def test_a_refusal_is_made_with_every_fact_it_tells(path):
    for called, call in calls(path):
        if called in NEEDED and not call.args:
            given = {keyword.arg for keyword in call.keywords}
            assert None in given or NEEDED[called] <= given, f"line {call.lineno}: {called}"


def test_a_refusal_that_exists_is_raised_and_with_no_facts_only_when_it_needs_none():
    text = "".join(
        path.read_text("utf-8") for path in files("chassis", "edge", "services", "gateway")
    )
    made = set(re.findall(r"\b([A-Z]\w+)\(", text))
    bare = set(re.findall(r"raise ([A-Z]\w+)\b(?!\()", text))

    assert not NEEDED.keys() - made - bare
    assert not [name for name in bare & NEEDED.keys() if NEEDED[name]]
