"""A job is run to its end by one process at a time, and a crash does not lose it."""

from __future__ import annotations

from datetime import timedelta

import eventlet
import mongoengine
import pytest
from eventlet.event import Event as Signal
from pymongo import MongoClient
from pymongo.errors import AutoReconnect

from chassis.clock import now
from chassis.jobs import ATTEMPTS, COLLECTION, LEASE_SECONDS, Jobs, RunsJobs, job_document, runs_job
from chassis.log import correlation_id
from chassis.mongo import Kept, connect, prepare
from chassis.service import Service
from contracts.errors import IdempotencyKeyReused, JobNotFound, ServiceUnavailable
from tests.builders.parrot.service import NotASong, ParrotSettings
from tests.builders.waiting import soon
from tests.builders.watching import Commands, explained, stages_of

BY = {"slot_id": "s1"}


@pytest.fixture
def jobs(database):
    return Jobs(database, "mill")


@pytest.fixture
def work(run, database, monkeypatch):
    """Run a process that does jobs of the kind "grind" with the function."""
    monkeypatch.setattr("chassis.jobs.POLL_SECONDS", 0.1)  # to wait no longer than needed

    def start(grind):
        class Mill(Service):
            name = "mill"
            store = Kept(lambda database: database, ParrotSettings)
            jobs = RunsJobs()

            @runs_job("grind")
            def work(self, job):
                return grind(job)

        return run(Mill)

    return start


def ended(jobs, job):
    shown = {}

    def look():
        shown.update(jobs.get(job["id"], slot_id="s1"))
        return shown["state"] in ("done", "failed")

    soon(look)
    return shown


def expire_leases(jobs):
    """As if the process that holds them had died long enough ago."""
    jobs.collection.update_many({}, {"$set": {"lease_until": now() - timedelta(seconds=1)}})


def test_a_job_is_run_and_shows_its_result_and_errors(jobs, work):
    work(lambda job: ({"flour": job.arguments["grain"]}, [{"line": 1}]))

    job = ended(jobs, jobs.start("grind", {"grain": 7}, requested_by=BY))

    assert (job["state"], job["result"], job["errors"]) == ("done", {"flour": 7}, [{"line": 1}])
    assert job["finished_at"] >= job["created_at"]


def test_a_job_shows_how_far_it_is(jobs, work):
    go_on = Signal()

    def grind(job):
        job.show(done=3, total=10)
        go_on.wait()
        return {}, []

    work(grind)
    job = jobs.start("grind", {}, requested_by=BY)
    shown = lambda: jobs.get(job["id"], slot_id="s1")  # noqa: E731 (asked again and again)
    soon(lambda: (shown()["done"], shown()["total"], shown()["state"]) == (3, 10, "running"))
    go_on.send(None)

    assert ended(jobs, job)["state"] == "done"


def test_a_refusal_fails_the_job_with_its_code_and_sentence(jobs, work):
    def refuse(job):
        raise NotASong(words="Silence")

    work(refuse)

    job = ended(jobs, jobs.start("grind", {}, requested_by=BY))

    assert job["state"] == "failed"
    assert job["errors"] == [
        {
            "code": "parrot.not_a_song",
            "message": "Silence is not a song.",
            "message_th": "Silence ไม่ใช่เพลง",
        }
    ]


def test_a_bug_fails_the_job_without_its_insides_and_the_next_is_run(jobs, work):
    def grind(job):
        if job.arguments:
            raise RuntimeError("the password is swordfish")
        return {}, []

    work(grind)
    broken = jobs.start("grind", {"bad": True}, requested_by=BY)
    good = jobs.start("grind", {}, requested_by=BY)

    assert ended(jobs, broken)["errors"][0]["code"] == "jobs.broken"
    assert "swordfish" not in str(ended(jobs, broken))
    assert ended(jobs, good)["state"] == "done"


@pytest.mark.parametrize(
    "outage",
    [AutoReconnect("gone"), ServiceUnavailable(service="x"), ConnectionResetError("gone")],
)
def test_outages_put_a_job_off_as_often_as_there_are_any(jobs, work, outage, monkeypatch):
    monkeypatch.setattr("chassis.jobs.PUT_OFF_SECONDS", 0.1)  # to wait no longer than needed
    begun = []

    def grind(job):
        begun.append(job.id)
        if len(begun) <= 2 * ATTEMPTS:
            raise outage
        return {}, []

    work(grind)
    job = jobs.start("grind", {}, requested_by=BY)

    assert ended(jobs, job)["state"] == "done"
    assert len(begun) == 2 * ATTEMPTS + 1
    assert jobs.collection.find_one()["attempts"] == 1


def test_a_job_that_is_put_off_waits_for_its_moment_and_is_then_claimed(jobs):
    jobs.start("grind", {}, requested_by=BY)
    jobs.claim(["grind"]).put_off(seconds=60)
    assert jobs.claim(["grind"]) is None

    jobs.collection.update_one({}, {"$set": {"not_before": now()}})

    assert jobs.claim(["grind"]) is not None


def test_an_attempt_that_was_put_off_does_not_count_though_another_has_claimed_it_since(jobs):
    jobs.start("grind", {}, requested_by=BY)
    first = jobs.claim(["grind"])
    expire_leases(jobs)
    second = jobs.claim(["grind"])

    first.put_off()

    stored = jobs.collection.find_one()
    assert (stored["state"], stored["attempts"]) == ("running", 1)
    second.finish({}, [])
    assert jobs.collection.find_one()["state"] == "done"


def test_a_process_that_is_stopped_gives_its_job_back_and_it_does_not_count(jobs, work):
    go_on, begun = Signal(), []

    def grind(job):
        begun.append(job.id)
        go_on.wait()
        return {}, []

    mill = work(grind)
    jobs.start("grind", {}, requested_by=BY)
    soon(lambda: begun)
    stopping = eventlet.spawn(mill.stop)
    soon(lambda: jobs.collection.find_one()["state"] == "queued")
    go_on.send(None)
    stopping.wait()

    stored = jobs.collection.find_one()
    assert (stored["state"], stored["attempts"]) == ("queued", 0)
    assert stored["not_before"] > now()


def test_what_a_job_does_is_tied_to_the_request_that_asked_for_it(jobs, work):
    token = correlation_id.set("because")
    try:
        job = jobs.start("grind", {}, requested_by=BY)
    finally:
        correlation_id.reset(token)

    work(lambda job: ({"cause": correlation_id.get()}, []))

    assert ended(jobs, job)["result"] == {"cause": "because"}


def test_under_one_key_there_is_one_job_however_many_ask_at_once_and_only_for_the_same(jobs):
    def ask(grain):
        return jobs.start("grind", {"grain": grain}, requested_by=BY, key="k")

    asking = [eventlet.spawn(ask, {"rice": [1, 2]}) for _ in range(4)]

    assert len({each.wait()["id"] for each in asking}) == 1
    assert jobs.collection.count_documents({}) == 1
    with pytest.raises(IdempotencyKeyReused):
        ask({"rice": [2, 1]})


def test_of_a_slot_that_asks_for_much_and_one_that_asks_for_little_each_has_its_turn(jobs):
    for who in [*["s1"] * 20, "s2", "s1", "s3"]:
        jobs.start("grind", {}, requested_by={"slot_id": who})

    order = [job.requested_by["slot_id"] for job in iter(lambda: jobs.claim(["grind"]), None)]

    assert order == ["s1", "s2", "s3", *["s1"] * 20]


def test_the_jobs_of_one_slot_are_run_in_the_order_they_were_asked_for(jobs):
    asked = [jobs.start("grind", {}, requested_by=BY)["id"] for _ in range(5)]
    for _ in range(4):
        jobs.claim(["grind"]).finish({}, [])
    asked.append(jobs.start("grind", {}, requested_by=BY)["id"])

    assert [jobs.claim(["grind"]).id for _ in range(2)] == asked[4:]


def test_claiming_costs_the_same_however_many_jobs_wait_and_has_an_index_that_sorts(mongo_uri):
    commands = Commands()
    with MongoClient(mongo_uri, tz_aware=True, event_listeners=[commands]) as client:
        database = client.get_default_database()
        connect(mongo_uri, "mill")
        prepare([job_document("mill", "arguments.grain")])
        mongoengine.disconnect("mill")
        jobs = Jobs(database, "mill")
        for grain in range(60):
            jobs.start("grind", {"grain": grain}, requested_by=BY)
        jobs.claim(["grind"])
        for _ in range(30):
            jobs.claim(["grind"]).finish({}, [])

        with commands.during() as asked:
            jobs.start("grind", {}, requested_by=BY)
            jobs.claim(["grind"])
        plans = [plan for command in asked for plan in explained(database, command)]
        assert len(plans) == 2
        for plan in plans:
            assert not {"COLLSCAN", "SORT"} & stages_of(plan)
            assert plan["executionStats"]["totalDocsExamined"] < 5
        assert {("arguments.grain",)} <= {
            tuple(name for name, _ in each["key"])
            for each in database[COLLECTION].index_information().values()
        }


def test_a_job_in_hand_keeps_its_lease(jobs, work, monkeypatch):
    clock = [now().replace(microsecond=0)]
    monkeypatch.setattr("chassis.jobs.now", lambda: clock[0])
    monkeypatch.setattr("chassis.jobs.RENEW_SECONDS", 0.02)  # to wait no longer than needed
    begun, rivals = [], []

    def is_renewed():
        (kept,) = jobs.collection.find()
        return kept["lease_until"] == clock[0] + timedelta(seconds=LEASE_SECONDS)

    def grind(job):
        begun.append(job.id)
        for _ in range(3):
            clock[0] += timedelta(seconds=LEASE_SECONDS - 1)
            soon(is_renewed)
            rivals.append(jobs.claim(["grind"]))
        return {}, []

    work(grind)
    job = ended(jobs, jobs.start("grind", {}, requested_by=BY))

    assert job["state"] == "done"
    assert rivals == [None] * 3
    assert len(begun) == 1


def test_two_workers_never_claim_the_same_job(jobs):
    for _ in range(30):
        jobs.start("grind", {}, requested_by=BY)

    def claim_all():
        return [job.id for job in iter(lambda: jobs.claim(["grind"]), None)]

    claiming = [eventlet.spawn(claim_all) for _ in range(4)]
    claimed = [job for thread in claiming for job in thread.wait()]

    assert len(claimed) == len(set(claimed)) == 30


def test_who_lost_the_lease_can_no_longer_write_the_outcome(jobs):
    started = jobs.start("grind", {}, requested_by=BY)
    frozen = jobs.claim(["grind"])
    expire_leases(jobs)
    jobs.claim(["grind"]).finish({"by": "the second"}, [])

    frozen.renew()
    frozen.show(done=1, total=1)
    frozen.finish({"by": "the first"}, [])
    frozen.fail(NotASong(words="late"))
    frozen.put_off()

    job = jobs.get(started["id"], slot_id="s1")
    assert (job["state"], job["result"], job["done"]) == ("done", {"by": "the second"}, 0)


def test_a_job_that_never_comes_to_an_end_is_given_up(jobs):
    started = jobs.start("grind", {}, requested_by=BY)
    for _ in range(ATTEMPTS):
        assert jobs.claim(["grind"]) is not None
        expire_leases(jobs)

    assert jobs.claim(["grind"]) is None
    job = jobs.get(started["id"], slot_id="s1")
    (why,) = job["errors"]
    assert (job["state"], why["code"]) == ("failed", "jobs.given_up")
    assert f"{ATTEMPTS} times" in why["message"]
    assert f"{ATTEMPTS} ครั้ง" in why["message_th"]


def test_a_job_is_shown_to_nobody_but_who_asked_for_it(jobs):
    job = jobs.start("grind", {}, requested_by=BY)

    with pytest.raises(JobNotFound):
        jobs.get(job["id"], slot_id="s2")
