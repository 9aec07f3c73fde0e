"""No event without a publisher, no listener without an event, and a map that is current."""

import inspect

import pytest

from chassis import topology
from chassis.listener import listens
from contracts.catalogue import events
from tests.architecture.source import CLASSES, files, identifiers, name_of, texts, tree
from tools.flows import PAGE, entrypoints, heads, page, read_head

HEADS = [read_head(cls) for cls in CLASSES]


@pytest.mark.parametrize("event", events(), ids=lambda event: event.key())
def test_an_event_has_one_publisher_who_is_its_source(event):
    assert [head.name for head in HEADS if event in head.announces] == [event.source]


@pytest.mark.parametrize("event", events(), ids=lambda event: event.key())
def test_an_event_is_declared_among_those_of_its_source(event):
    assert event.__module__ == f"contracts.{event.source}.events"
    assert event.__name__ == "".join(map(str.title, event.name.split("_"))) + f"V{event.version}"


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.name)
def test_whatever_is_heard_is_announced_by_somebody(head):
    announced = {event for each in HEADS for event in each.announces}

    assert {*head.hears, *head.overhears} <= announced


def test_an_event_is_heard_by_one_method_of_a_service():
    """Each listener owns the queue named after the event."""
    for cls in CLASSES:
        heard = [each.event for _, each in entrypoints(cls, listens)]
        assert len(set(heard)) == len(heard)


def test_an_intake_queue_is_filled_by_somebody_and_taken_by_one():
    taken = [queue for head in HEADS for queue in head.takes.values()]
    filled = {queue for head in HEADS for queue in head.hands_in}

    assert sorted(taken) == sorted(filled)


def test_nothing_is_published_past_the_outbox():
    ways = {"basic_publish", "EVENTS_EXCHANGE", topology.EVENTS_EXCHANGE}
    publishing = [
        name_of(path)
        for path in files("collecting", "services", "gateway", "clients")
        if ways & (identifiers(tree(path)) | texts(tree(path)))
    ]

    assert not publishing


def test_the_flow_map_is_current():
    assert PAGE.read_text("utf-8") == page(heads()), "run `make flows`"


def test_the_head_of_a_service_says_who_it_is():
    assert all(inspect.getdoc(cls) for cls in CLASSES)
