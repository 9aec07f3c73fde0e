"""What was published once is published for ever: the files in contracts/released/ are the proof."""

import json
from typing import Any

import pytest

from contracts.catalogue import events
from contracts.events import Event
from tools.release_events import RELEASED, released_at

FROZEN = "published events are frozen: add the next version"
EVENTS = pytest.mark.parametrize("event", events(), ids=lambda event: event.key())


def read_released(event: type[Event]) -> dict[str, Any]:
    return json.loads(released_at(event).read_text("utf-8"))


def test_every_event_is_released():
    unreleased = [event.key() for event in events() if not released_at(event).exists()]

    assert not unreleased, "run `python -m tools.release_events`"


def test_a_released_event_is_still_declared():
    released = {str(path.relative_to(RELEASED)) for path in RELEASED.rglob("*.json")}

    assert released == {str(released_at(event).relative_to(RELEASED)) for event in events()}, FROZEN


@EVENTS
def test_a_released_shape_has_not_changed(event):
    released = read_released(event)

    assert event.key() == released["key"]
    assert event.shape() == released["facts"], FROZEN


@EVENTS
def test_released_examples_can_be_read_and_sent_again_as_they_are(event):
    examples = read_released(event)["examples"]

    assert examples
    assert [event.read(example).facts() for example in examples] == examples


@EVENTS
def test_the_subject_of_an_example_is_an_id_in_it(event):
    for example in read_released(event)["examples"]:
        subject = event.read(example).subject

        assert subject in [value for name, value in example.items() if name.endswith("_id")]


def test_no_released_example_holds_a_secret():
    text = "".join(path.read_text("utf-8") for path in RELEASED.rglob("*.json"))

    assert not {"password", "activation_code", "token"} & set(text.split('"'))


@EVENTS
def test_an_event_says_in_its_docstring_what_it_means(event):
    assert "__doc__" in vars(event)
    assert event.__doc__
    assert not event.__doc__.startswith(f"{event.__name__}(")
