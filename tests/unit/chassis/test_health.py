"""What a process says about itself, and that a dead dependency cannot hold up the saying."""

import eventlet
import orjson
import pytest
from eventlet.event import Event

from chassis.health import Cached, Readiness, ops_pages
from chassis.ops_server import answer_to


def ask(readiness, path, method="GET"):
    told = answer_to(f"{method} {path} HTTP/1.1\r\n\r\n".encode(), ops_pages(readiness))
    head, _, body = told.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    return int(line.split()[1]), dict(field.split(": ", 1) for field in fields), body


def refuse():
    raise ConnectionError("not connected to the broker")


def break_down():
    raise RuntimeError("the password is hunter2")


def test_a_process_with_every_check_passing_is_ready():
    readiness = Readiness()
    readiness.add("store", lambda: "primary")

    status, headers, body = ask(readiness, "/readyz")

    assert status == 200
    assert headers["Content-Type"] == "application/json"
    assert orjson.loads(body) == {
        "state": "ready",
        "checks": {"store": {"ok": True, "detail": "primary"}},
    }


def test_one_failing_check_makes_it_unready_and_says_which():
    readiness = Readiness()
    readiness.add("store", lambda: None)
    readiness.add("bus", refuse)

    status, headers, body = ask(readiness, "/readyz")

    checks = orjson.loads(body)["checks"]
    assert status == 503
    assert "Retry-After" in headers
    assert checks["store"]["ok"] is True
    assert checks["bus"] == {"ok": False, "detail": "not connected to the broker"}


def test_hanging_checks_are_given_up_side_by_side():
    begun, begun_when_given_up = [], []

    def hang():
        begun.append(1)
        try:
            Event().wait()
        finally:
            begun_when_given_up.append(len(begun))

    readiness = Readiness(seconds=0.1)
    for name in ("one", "two", "three"):
        readiness.add(name, hang)

    report = readiness.report()

    assert begun_when_given_up == [3, 3, 3]
    assert {check["detail"] for check in report["checks"].values()} == {"no answer within 0.1 s"}


def test_a_broken_check_shows_nothing_of_its_insides():
    readiness = Readiness()
    readiness.add("store", break_down)

    status, _, body = ask(readiness, "/readyz")

    assert status == 503
    assert b"hunter2" not in body


def test_a_stopping_process_is_unready_and_alive():
    readiness = Readiness()
    readiness.stop()

    status, _, body = ask(readiness, "/readyz")

    assert (status, orjson.loads(body)["state"]) == (503, "stopping")
    assert ask(readiness, "/healthz")[0] == 200


def test_metrics_are_in_prometheus_text_form():
    status, headers, body = ask(Readiness(), "/metrics")

    assert status == 200
    assert headers["Content-Type"].startswith("text/plain")
    assert b"# TYPE entrypoint_seconds histogram" in body


def test_head_has_no_body_and_other_methods_and_paths_are_refused():
    assert ask(Readiness(), "/healthz", "HEAD")[::2] == (200, b"")
    assert ask(Readiness(), "/healthz", "POST")[0] == 405
    assert ask(Readiness(), "/secrets")[0] == 404
    assert ask(Readiness(), "/healthz?verbose")[0] == 200


def test_a_page_that_breaks_is_500_and_shows_nothing_of_its_insides():
    told = answer_to(b"GET /x HTTP/1.1\r\n\r\n", {"/x": break_down})

    assert told.startswith(b"HTTP/1.1 500 ")
    assert b"hunter2" not in told


def test_what_is_kept_is_made_once_for_all_who_ask_within_its_time():
    made = []

    def make():
        eventlet.sleep(0)
        made.append(len(made))
        return made[-1]

    kept, fleeting = Cached(make, seconds=60), Cached(make, seconds=0)
    together = [eventlet.spawn(kept) for _ in range(5)]

    assert {each.wait() for each in together} == {0}
    assert [fleeting(), fleeting(), kept()] == [1, 2, 0]


def test_what_could_not_be_made_is_tried_again_by_the_next_who_asks():
    outcomes = [RuntimeError("no room"), "made"]

    def make():
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    kept = Cached(make)

    with pytest.raises(RuntimeError):
        kept()
    assert kept() == "made"


def test_many_who_ask_for_readiness_cost_one_question():
    asked = []
    readiness = Readiness()
    readiness.add("store", lambda: asked.append(1))

    reports = [readiness.report() for _ in range(20)]

    assert {report["state"] for report in reports} == {"ready"}
    assert len(asked) < len(reports)


def test_a_stop_shows_at_once_whatever_is_kept():
    readiness = Readiness()
    readiness.report()
    readiness.stop()

    assert readiness.report()["state"] == "stopping"
