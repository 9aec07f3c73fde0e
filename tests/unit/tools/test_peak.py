"""The load of deadline night: when filings come, and how what happened is summed up and drawn."""

from xml.etree import ElementTree

import pytest

from tools.peak.load import Outcome, herd, per_second, percentile
from tools.peak.overload import Rush, Told
from tools.peak.picture import picture
from tools.peak.watch import Look


def test_four_fifths_of_the_herd_come_in_the_last_tenth_at_the_rate_that_was_asked():
    arrivals = herd(10_000, 400.0, "seed")

    window = 8_000 / 400.0 / 0.1
    late = [at for at in arrivals if at >= window * 0.9]
    assert arrivals == sorted(arrivals)
    assert arrivals[-1] <= window
    assert len(late) == 8_000
    assert len(late) / (window * 0.1) == pytest.approx(400.0)


def test_the_same_seed_gives_the_same_herd():
    assert herd(50, 300.0, "a") == herd(50, 300.0, "a") != herd(50, 300.0, "b")


def test_a_percentile_is_a_value_that_was_seen():
    assert [percentile(range(100), share) for share in (0.5, 0.99, 1.0)] == [50, 99, 99]
    assert percentile([], 0.5) == 0.0


def test_only_what_was_answered_201_is_counted_as_filed():
    assert per_second([(0.2, 0.1, 201), (0.9, 0.1, 503), (2.5, 0.1, 201)]) == [1, 0, 1]


def test_the_picture_has_a_panel_for_each_question():
    outcome = Outcome(answered=[(0.5, 0.1, 201), (1.5, 0.2, 201)], seconds=1.5)

    drawn = ElementTree.fromstring(picture("a < b", outcome, [Look(1.0, 7, 1)]))  # noqa: S314

    texts = [element.text for element in drawn.iter() if element.tag.endswith("}text")]
    assert texts[0] == "a < b"
    assert {"latency, ms", "filings waiting in the intake"} < set(texts)
    lines = [element for element in drawn.iter() if element.tag.endswith("}polyline")]
    assert len(lines) == 6


def test_the_rush_is_judged_by_what_was_done_while_it_lasted():
    steady = [Told(at / 10, 0.2, 201) for at in range(200)]
    shed = [Told(at / 10, 0.01, 503) for at in range(200)]
    after = [Told(20.2, 0.2, 503), Told(21.0, 0.5, 201), Told(22.0, 0.1, 201)]

    told = Rush([*steady, *shed, *after], [Told(1.0, 0.01, 503)]).figures(capacity=10.0)

    assert told["offered_per_second"] == 20.0
    assert told["answers"] == {"201": 200, "503": 200}
    assert told["share_of_peak"] == pytest.approx(1.0, abs=0.02)
    assert told["refused_ms"]["max"] == pytest.approx(10.0)
    assert told["reads"] == {"503": 1}
    assert told["recovered_after_seconds"] == 1.0
    assert told["afterwards"] == {"201": 2, "503": 1}


def test_a_rush_that_never_calms_has_not_recovered():
    rough = [Told(20 + at / 2, 0.1, 503) for at in range(20)]

    assert Rush(rough).figures(10.0)["recovered_after_seconds"] is None
