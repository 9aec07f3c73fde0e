"""What an entrypoint's docstring promises is what clients know and heads declare."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

from chassis.jobs import runs_job
from chassis.rpc import answers
from clients.reports import FilingsIntake
from collecting.filings.rules import decide as filings
from contracts.catalogue import refusals
from contracts.errors import ServiceError
from contracts.events import Event
from tests.architecture.source import CLASSES, SERVICE_NAMES, calls
from tools.flows import entrypoints, read_head

NAMES = r"[A-Z]\w+(?:,\s+[A-Z]\w+)*"
SHARED = {kind.__name__ for kind in refusals() if kind.__module__ == "contracts.errors"}
EVERY = [(cls, name) for cls in CLASSES for name, _ in entrypoints(cls)]
ENTRYPOINTS = pytest.mark.parametrize(
    ("cls", "method"), EVERY, ids=[f"{cls.name}.{name}" for cls, name in EVERY]
)
SERVICES = pytest.mark.parametrize("name", SERVICE_NAMES)


def named(word: str, cls: type, method: str) -> set[str]:
    """The names after "Raises" or "Publishes" in a method's docstring."""
    lists = re.findall(rf"{word} ({NAMES})", inspect.getdoc(getattr(cls, method)) or "")
    return {name for names in lists for name in re.findall(r"\w+", names)}


def class_of(service: str) -> type:
    return next(cls for cls in CLASSES if cls.name == service)


def client_of(service: str) -> type:
    module = importlib.import_module(f"clients.{service}")
    classes = inspect.getmembers(module, inspect.isclass)
    (client,) = (kind for _, kind in classes if vars(kind).get("service") == service)
    return client


def told_to_clients(service: str) -> tuple[type[ServiceError], ...]:
    """The refusals by which the service's client may be answered, beside the shared ones."""
    return client_of(service).errors


@ENTRYPOINTS
def test_an_entrypoint_promises_in_a_docstring(cls, method):
    first = (inspect.getdoc(getattr(cls, method)) or "").partition("\n")[0]

    assert re.match(r"[A-Z]", first)


@ENTRYPOINTS
def test_a_named_refusal_exists_and_its_askers_know_it(cls, method):
    known = {kind.__name__ for kind in refusals()}
    if method in dict(entrypoints(cls, answers)):
        known = SHARED | {kind.__name__ for kind in told_to_clients(cls.name)}

    assert named("Raises", cls, method) <= known


@SERVICES
def test_a_client_knows_refusals_of_no_topic_in_which_the_service_never_refuses(name):
    cls = class_of(name)
    told = set().union(*(named("Raises", cls, each) for each, _ in entrypoints(cls, answers)))

    topics = {kind.__module__ for kind in refusals() if kind.__name__ in told | SHARED}
    assert {kind.__module__ for kind in told_to_clients(name)} <= topics


@ENTRYPOINTS
def test_a_named_event_is_declared_in_the_head(cls, method):
    announced = {event.__name__ for event in read_head(cls).announces}

    assert named("Publishes", cls, method) <= announced


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.name)
def test_a_declared_event_is_named_by_an_entrypoint(cls):
    told = set().union(*(named("Publishes", cls, method) for method, _ in entrypoints(cls)))

    assert {event.__name__ for event in read_head(cls).announces} <= told


@SERVICES
def test_a_client_asks_what_the_service_answers(name):
    asked = dict(entrypoints(class_of(name), answers))
    modules = {inspect.getfile(kind) for kind in client_of(name).__mro__[:-1]}
    for called, call in (each for path in modules for each in calls(Path(path))):
        if called == "_call":
            method = getattr(class_of(name), call.args[0].value)
            given = {keyword.arg: None for keyword in call.keywords if keyword.arg}
            assert method.__name__ in asked
            inspect.signature(method).bind(None, **given)


def test_whatever_a_filing_may_be_refused_by_is_known_to_its_asker():
    deciding = named("Raises", filings, "decide")
    recording = {"IdempotencyKeyReused"}

    assert deciding | recording == {kind.__name__ for kind in FilingsIntake.errors}


def test_a_job_is_run_by_one_method_and_no_event_class_hides_in_a_service():
    for cls in CLASSES:
        kinds = [entrypoint.kind for _, entrypoint in entrypoints(cls, runs_job)]
        assert len(set(kinds)) == len(kinds)
    assert not [
        kind
        for kind in Event.__subclasses__()
        if kind.__module__.startswith(("services", "collecting"))
    ]
