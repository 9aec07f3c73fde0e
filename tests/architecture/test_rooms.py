"""Each room holds what belongs in it, and each service has all that a service must have."""

import ast
import configparser
import importlib
import inspect
import re

import mongoengine
import pytest

import collecting.documents
from chassis import jobs
from chassis.jobs import RunsJobs
from chassis.mongo import Kept
from tests.architecture.source import (
    CLASSES,
    ROOMS,
    SERVICE_NAMES,
    calls,
    files,
    foreign_private_attributes,
    identifiers,
    name_of,
    own_names,
    private_names,
    texts,
    tree,
)
from tools.programs import ROOT

BANNED = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "processor"}
BUSINESS = {*SERVICE_NAMES, "plans", "notifications"}
CHASSIS_LINES = 4_750  # decision 0007
MOST_LINES = 400
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}
FIELD = {
    *("agency", "consolidation", "district", "draft", "evidence", "filing", "holder", "issuance"),
    *("lao", "obligation", "officer", "organisation", "province", "receipt", "round", "slip"),
    *("slot", "takeover", "trial", "workbook"),
}
"""Words of the field. Chassis and edge have none in a name or a text, but for KNOWN_WORDS."""
KNOWN_WORDS = {
    # Decision 0006: events of a trial travel beside, under names the broker keeps.
    "chassis/topology.py": {
        *("TRIAL_LOG_MAX_BYTES", "declare_trial_log", "delete_trial_log", "round_id"),
        *("trial_events", "trial_log", ".trial."),
    },
    # The key under which stored jobs name who asked for them.
    "chassis/jobs.py": {"slot_id", "requested_by.slot_id"},
}
PYTHONS = {"round", "slots", "__slots__"}
PRODUCT = ("contracts", "chassis", "edge", "clients", "collecting", "services", "gateway")
SNAKE_CASE = re.compile(r"[a-z]+(_[a-z]+)*")
REGISTRIES = re.compile(r"(pypi|pythonhosted|npmjs|yarnpkg|docker|quay|ghcr)\.(org|com|io)\b")
KEEPERS = [name for name in SERVICE_NAMES if [*(ROOT / "services" / name).glob("documents*")]]


@pytest.mark.parametrize("path", files("chassis", "edge"), ids=name_of)
def test_the_chassis_knows_no_business(path):
    words = set(re.findall(r"[a-z]+", path.read_text("utf-8").lower()))
    names = (identifiers(tree(path)) | texts(tree(path))) - PYTHONS

    assert not words & BUSINESS
    assert {name for name in names if words_of(name) & FIELD} == KNOWN_WORDS.get(
        name_of(path), set()
    )


def words_of(name):
    """The words of a name, each also without the s of a plural."""
    words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
    return words | {word.removesuffix("s") for word in words}


def test_the_chassis_keeps_to_its_budget():
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in files("chassis"))

    assert lines <= CHASSIS_LINES


def test_no_file_is_longer_than_one_topic():
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in files(*ROOMS)}

    assert not {name: length for name, length in lengths.items() if length > MOST_LINES}


def test_no_module_is_a_drawer():
    words = {name: set(re.split(r"[/.]", name)) for name in map(name_of, files(*ROOMS))}

    assert not [name for name, of in words.items() if of & BANNED]


def test_every_module_says_what_lives_in_it_and_asks_no_riddle():
    first = {
        name_of(path): (ast.get_docstring(tree(path)) or "?").split(". ")[0]
        for path in files(*ROOMS)
        if not name_of(path).startswith("tests/")
    }

    assert not [name for name, sentence in first.items() if "? " in f"{sentence} "]


def test_the_environment_is_read_in_settings_only():
    allowed = {"services/accounts/operator.py", "contracts/reference/calendar.py"}
    reading = [
        name_of(path)
        for path in files(*PRODUCT)
        if reads_environment(tree(path)) and path.name != "settings.py"
    ]

    assert set(reading) <= allowed


def reads_environment(of):
    """Whether it takes the environment from os, under whatever name, or looks it up there."""
    own = own_names(of) | {"os": "os"}
    return any(
        (isinstance(node, ast.ImportFrom) and {one.name for one in node.names} & ENVIRONMENT)
        or (
            isinstance(node, ast.Attribute)
            and node.attr in ENVIRONMENT
            and own.get(ast.unparse(node.value)) in ("os", "posix")
        )
        or (isinstance(node, ast.Constant) and node.value in ENVIRONMENT)
        for node in ast.walk(of)
    )


@pytest.mark.parametrize(
    "source",
    ["import os as o\no.environ['X']", "from os import getenv as g", "getattr(os, 'environ')"],
)
def test_no_other_name_hides_that_the_environment_is_read(source):
    assert reads_environment(ast.parse(source))


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_a_service_has_a_client_a_card_and_a_settings_file(name):
    home = ROOT / "services" / name

    assert (ROOT / "clients" / f"{name}.py").exists()
    assert (home / "README.md").exists()
    assert (home / "settings.py").exists()
    assert ast.get_docstring(tree(home / "__init__.py"))


def test_every_service_is_started_and_held_apart():
    homes = {path.parent.name for path in (ROOT / "services").glob("*/service.py")}
    rules = configparser.ConfigParser()
    rules.read(ROOT / ".importlinter")
    apart = rules["importlinter:contract:strangers"]["modules"].split()

    assert homes == set(SERVICE_NAMES)
    assert {f"services.{name}" for name in homes} == set(apart)


@pytest.mark.parametrize("name", KEEPERS)
def test_documents_are_explicit_and_all_of_them_get_their_indexes(name):
    module = importlib.import_module(f"services.{name}.documents")
    of_collections = vars(collecting.documents) if "documents_of" in vars(module) else {}
    named = vars(module) | of_collections
    declared = {
        kind
        for kind in named.values()
        if isinstance(kind, type)
        and issubclass(kind, mongoengine.Document)
        and kind.__module__.endswith("documents")
    }
    made = {kind for kind in module.DOCUMENTS if "<locals>" in kind.__qualname__}

    assert set(module.DOCUMENTS) == declared | made
    (alias,) = {document._meta["db_alias"] for document in module.DOCUMENTS}
    assert alias in (name, "collecting")
    for document in module.DOCUMENTS:
        meta = document._meta
        assert meta["auto_create_index"] is False
        assert not meta["collection"].endswith("document")
    names = {document._meta["collection"] for document in module.DOCUMENTS}
    assert len(names) == len(module.DOCUMENTS)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.name)
def test_outboxes_and_jobs_are_found_by_an_index(cls):
    for _, kept in inspect.getmembers(cls, lambda part: isinstance(part, Kept)):
        documents = importlib.import_module(f"services.{cls.name}.documents").DOCUMENTS
        indexed = {each._meta["collection"]: str(each._meta["indexes"]) for each in documents}
        swept = {name for name, indexes in indexed.items() if "outbox.at" in indexes}
        assert swept == set(getattr(kept._store_class, "outboxes", ()))
        runs_jobs = bool(inspect.getmembers(cls, lambda part: isinstance(part, RunsJobs)))
        assert ("turn" in indexed.get(jobs.COLLECTION, "")) is runs_jobs


@pytest.mark.parametrize("path", files(*PRODUCT), ids=name_of)
def test_a_log_event_is_a_key_in_snake_case(path):
    loggers = {
        target.id
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign) and "get_logger(" in ast.unparse(node.value)
        for target in node.targets
    }
    events = [
        ast.literal_eval(call.args[0])
        for _, call in calls(path)
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) in loggers
    ]

    assert not [event for event in events if not SNAKE_CASE.fullmatch(event)]


ONE_PLACE = {
    "BulkWriteError": {"chassis/mongo.py", "chassis/outages.py"},
    "with_transaction": {"chassis/mongo.py"},
}
"""What is hard to use rightly, and the files that do."""


@pytest.mark.parametrize("word", ONE_PLACE)
def test_a_rule_that_is_hard_to_get_right_stands_in_one_place(word):
    """By names, an import that calls it otherwise among them, since it names it, too."""
    using = {name_of(path) for path in files(*PRODUCT) if word in identifiers(tree(path))}

    assert using == ONE_PLACE[word]


INSIDES = {"chassis/amqp_insides.py": "amqp", "chassis/eventlet_insides.py": "eventlet"}


def test_private_parts_of_amqp_and_eventlet_are_touched_by_one_module_each():
    """Whatever begins with an underscore, is no attribute of one's own, and has a name that the
    library uses.
    """
    private = {library: private_names(library) for library in INSIDES.values()}
    touching = {
        (name_of(path), library)
        for path in files(*PRODUCT[1:], "tools")
        for attribute in foreign_private_attributes(path)
        for library, names in private.items()
        if attribute in names
    }

    assert touching == set(INSIDES.items())


def test_no_file_names_a_package_registry():
    kept = [*files(*ROOMS), *files("requirements", "docs", "tools", ".ci", suffix="")]
    kept += [path for path in ROOT.iterdir() if path.is_file() and path.stat().st_size < 1 << 20]

    assert not {
        name_of(path)
        for path in kept
        if REGISTRIES.search(path.read_text("utf-8", errors="replace"))
    }
