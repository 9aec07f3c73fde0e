"""Events are strict when sent, tolerant when read, and their envelope survives the journey."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import Envelope, Event, MalformedEvent, routing_key, seal

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


class SackFilledV2(Event):
    source, name, version = "mill", "sack_filled", 2

    sack: str
    kilograms: int
    is_wet: bool
    filled_at: datetime
    labels: list[str]
    miller: str | None


class SackTriedV1(Event):
    source, name, version = "mill", "sack_tried", 1

    sack: str
    round_id: str | None

    @property
    def trial_round(self) -> str | None:
        return self.round_id


GOOD = {
    "sack": "s1",
    "kilograms": 50,
    "is_wet": False,
    "filled_at": NOON,
    "labels": ["rice"],
    "miller": None,
}
INSTANTS = st.builds(
    lambda milliseconds, minutes: (NOON + timedelta(milliseconds=milliseconds)).astimezone(
        timezone(timedelta(minutes=minutes))
    ),
    st.integers(-7 * 10**11, 10**12),
    st.integers(-14 * 60, 14 * 60),
)
TEXTS = st.text(st.characters(codec="utf-8"))
EVENTS = st.builds(
    SackFilledV2,
    sack=TEXTS,
    kilograms=st.integers(-(2**63), 2**63 - 1),
    is_wet=st.booleans(),
    filled_at=INSTANTS,
    labels=st.lists(TEXTS),
    miller=st.none() | TEXTS,
)


@given(EVENTS)
def test_an_event_survives_the_journey(event):
    arrived = orjson.loads(orjson.dumps(event.facts()))

    assert SackFilledV2.read(arrived) == event


@given(st.text(), st.text(), INSTANTS, st.text())
def test_an_envelope_survives_the_journey(event_id, sack, at, cause):
    event = SackFilledV2(**GOOD | {"sack": sack})
    envelope = seal(event, event_id=event_id, at=at, correlation_id=cause)

    assert Envelope.read(envelope.headers()) == envelope


def test_an_envelope_speaks_cloudevents():
    headers = seal(SackFilledV2(**GOOD), event_id="e1", at=NOON).headers()

    assert headers == {
        "cloudEvents:specversion": "1.0",
        "cloudEvents:id": "e1",
        "cloudEvents:source": "/sucharit/mill",
        "cloudEvents:type": "th.sucharit.mill.sack_filled.v2",
        "cloudEvents:subject": "s1",
        "cloudEvents:time": "2026-01-31T19:00:00.000+07:00",
        "cloudEvents:dataschema": "/schemas/mill/sack_filled.v2.json",
        "correlation_id": "",
    }


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("sack", None),
        ("sack", 7),
        ("kilograms", "50"),
        ("kilograms", True),
        ("kilograms", 1.5),
        ("is_wet", 0),
        ("filled_at", "2026-01-31"),
        ("labels", "rice"),
        ("miller", 7),
    ],
)
def test_a_fact_of_the_wrong_type_is_refused_when_sent(fact, value):
    with pytest.raises(MalformedEvent, match=fact):
        SackFilledV2(**GOOD | {fact: value}).facts()


def test_a_missing_or_undeclared_fact_cannot_even_be_written_down():
    with pytest.raises(TypeError, match="miller"):
        SackFilledV2(**{name: value for name, value in GOOD.items() if name != "miller"})
    with pytest.raises(TypeError, match="colour"):
        SackFilledV2(**GOOD, colour="white")


def test_a_naive_time_is_refused_when_sent():
    with pytest.raises(ValueError, match="naive"):
        SackFilledV2(**GOOD | {"filled_at": NOON.replace(tzinfo=None)}).facts()


def test_a_later_senders_fact_is_passed_over_when_read():
    facts = SackFilledV2(**GOOD).facts() | {"colour": "white"}

    assert SackFilledV2.read(facts) == SackFilledV2(**GOOD)


@pytest.mark.parametrize("fact", GOOD)
def test_a_missing_fact_is_refused_when_read(fact):
    facts = SackFilledV2(**GOOD).facts()
    del facts[fact]

    with pytest.raises(MalformedEvent, match=f"{fact} is missing"):
        SackFilledV2.read(facts)


@pytest.mark.parametrize(
    ("fact", "value"),
    [("sack", 7), ("kilograms", True), ("filled_at", "noon"), ("filled_at", 7), ("labels", {})],
)
def test_a_fact_of_the_wrong_type_is_refused_when_read(fact, value):
    with pytest.raises(MalformedEvent, match=fact):
        SackFilledV2.read(SackFilledV2(**GOOD).facts() | {fact: value})


@pytest.mark.parametrize("header", ["id", "source", "type", "subject", "time", "dataschema"])
def test_an_envelope_without_one_of_its_attributes_is_refused(header):
    headers = seal(SackFilledV2(**GOOD), event_id="e1", at=NOON).headers()
    del headers[f"cloudEvents:{header}"]

    with pytest.raises(MalformedEvent):
        Envelope.read(headers)


def test_an_event_of_a_trial_travels_beside_the_live_ones():
    assert routing_key(SackTriedV1(sack="s1", round_id=None)) == "mill.sack_tried.v1"
    assert routing_key(SackTriedV1(sack="s1", round_id="r9")) == "mill.sack_tried.v1.trial.r9"


def test_the_shape_of_an_event_can_be_frozen():
    assert SackFilledV2.shape() == {
        "sack": "str",
        "kilograms": "int",
        "is_wet": "bool",
        "filled_at": "datetime",
        "labels": "list",
        "miller": "NoneType | str",
    }
