"""No topic of a collection reaches up through the bag in which the stores are handed to it."""

import ast
import configparser

from tests.architecture.source import files, tree
from tools.programs import ROOT

BAG = ROOT / "collecting" / "stores.py"


def floors() -> dict[str, int]:
    """How high each topic stands, as the linter has it."""
    rules = configparser.ConfigParser()
    rules.read(ROOT / ".importlinter")
    layers = rules["importlinter:contract:floors"]["layers"].strip().splitlines()
    return {
        topic.strip(): height
        for height, layer in enumerate(reversed(layers))
        for topic in layer.split("|")
    }


def topics_of_stores() -> dict[str, str]:
    """The topic of each store in the bag."""
    topics = {
        name.name: node.module.split(".")[1]
        for node in ast.walk(tree(BAG))
        if isinstance(node, ast.ImportFrom) and node.module.startswith("collecting.")
        for name in node.names
    }
    return {
        node.targets[0].attr: topics[node.value.func.id]
        for node in ast.walk(tree(BAG))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
    }


def test_no_topic_takes_a_store_from_above_its_floor_or_beside_it():
    heights, stores = floors(), topics_of_stores()
    taken = {
        (path.relative_to(BAG.parent).parts[0], node.attr)
        for path in files("collecting")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in stores
        and ast.unparse(node.value) in ("store", "self.store", "self._store")
    }

    assert {"rounds", "obligations", "drafts"} <= {store for _, store in taken}
    assert not {
        (topic, store)
        for topic, store in taken
        if topic != stores[store] and heights[topic] <= heights[stores[store]]
    }
