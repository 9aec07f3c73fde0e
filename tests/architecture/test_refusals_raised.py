"""A refusal that is raised brings every fact its sentences name: else telling it would fail."""

import ast
from string import Formatter

import pytest

from contracts.catalogue import refusals
from tests.architecture.source import calls, files, last_word, name_of, own_names, tree

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
    "path", files("chassis", "edge", "clients", "collecting", "services", "gateway"), ids=name_of
)
def test_a_refusal_is_made_with_every_fact_it_tells(path):
    for called, call in calls(path):
        if called in NEEDED and not call.args:
            given = {keyword.arg for keyword in call.keywords}
            assert None in given or NEEDED[called] <= given, f"line {call.lineno}: {called}"


def raised_bare(path):
    own = own_names(tree(path))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name | ast.Attribute):
            yield last_word(node.exc, own)


def test_a_refusal_that_exists_is_raised_and_with_no_facts_only_when_it_needs_none():
    paths = files("chassis", "edge", "collecting", "services", "gateway")
    made = {called for path in paths for called, _ in calls(path)}
    bare = {kind for path in paths for kind in raised_bare(path)}

    assert not NEEDED.keys() - made - bare
    assert not [name for name in bare & NEEDED.keys() if NEEDED[name]]
