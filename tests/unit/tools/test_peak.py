"""The load of deadline night: when filings come, and how what happened is summed up and drawn."""

import json
from xml.etree import ElementTree

import pytest

from tools.journey.client import JourneyFailed
from tools.peak.country import scopes_for
from tools.peak.load import Outcome, herd, per_second, percentile
from tools.peak.overload import Rush, Told
from tools.peak.picture import picture
from tools.peak.requests import REVISION, Report, Requests
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


REPORT = json.dumps({"answers": {"suggestions": REVISION, "ก": 1}}, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("revision", "kind"),
    [
        (0, {"kind": "original"}),
        (7, {"kind": "amendment", "base_revision": 7, "reason": "ทดสอบระบบ"}),
    ],
)
def test_an_amendment_changes_an_answer_and_is_made_under_a_key_of_its_own(revision, kind):
    request = Requests("r", [Report("token", "r-o1-1", REPORT)]).one(0, revision)

    head, _, body = request.partition(b"\r\n\r\n")
    told = json.loads(body)
    assert told.pop("answers") == {"suggestions": f"revision {revision:04}", "ก": 1}
    assert told == kind
    assert b"Content-Length: %d" % len(body) in head
    assert b"Idempotency-Key: r-o1-1.%d\r\n" % revision in head
    assert head.startswith(b"POST /v1/obligations/r-o1-1/filings HTTP/1.1\r\n")


def test_the_largest_provinces_are_activated_and_no_more_than_are_needed():
    laos = [{"province_code": code} for code in ("81", "30", "30", "30", "50", "50")]

    assert scopes_for(laos, 9) == [{"province": "30"}]
    assert [scope["province"] for scope in scopes_for(laos, 10)] == ["30", "50"]
    assert [scope["province"] for scope in scopes_for(laos, 18)] == ["30", "50", "81"]
    with pytest.raises(JourneyFailed, match="18 slots, not 19"):
        scopes_for(laos, 19)
