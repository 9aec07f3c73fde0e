"""A job is run to its end by one process at a time, and a crash does not lose it."""

from __future__ import annotations

from datetime import timedelta

import eventlet
import pytest
from eventlet.event import Event as Signal
from pymongo.errors import AutoReconnect

from chassis.clock import now
from chassis.jobs import ATTEMPTS, Jobs, RunsJobs, runs_job
from chassis.mongo import Kept
from chassis.service import Service
from contracts.errors import JobNotFound, ServiceUnavailable
from tests.builders.parrot.service import NotASong, ParrotSettings
from tests.builders.waiting import soon

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
    assert job["errors"] == [{"code": "parrot.not_a_song", "message": "Silence ไม่ใช่เพลง"}]


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
def test_an_outage_leaves_the_job_to_be_claimed_again(jobs, work, outage):
    begun = []

    def grind(job):
        begun.append(job.id)
        if len(begun) == 1:
            raise outage
        return {}, []

    work(grind)
    job = jobs.start("grind", {}, requested_by=BY)
    soon(lambda: begun)
    expire_leases(jobs)

    assert ended(jobs, job)["state"] == "done"
    assert len(begun) == 2


def test_a_job_in_hand_keeps_its_lease(jobs, work, monkeypatch):
    monkeypatch.setattr("chassis.jobs.LEASE_SECONDS", 0.6)  # no setting: a mistake would be silent
    monkeypatch.setattr("chassis.jobs.RENEW_SECONDS", 0.2)
    begun = []

    def grind(job):
        begun.append(job.id)
        eventlet.sleep(1.5)
        return {}, []

    work(grind)
    job = jobs.start("grind", {}, requested_by=BY)
    rival = []
    while jobs.get(job["id"], slot_id="s1")["state"] != "done":
        rival += filter(None, [begun and jobs.claim(["grind"])])
        eventlet.sleep(0.05)

    assert rival == []
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
    frozen.fail("late", "late")

    job = jobs.get(started["id"], slot_id="s1")
    assert (job["state"], job["result"], job["done"]) == ("done", {"by": "the second"}, 0)


def test_a_job_that_never_comes_to_an_end_is_given_up(jobs):
    started = jobs.start("grind", {}, requested_by=BY)
    for _ in range(ATTEMPTS):
        assert jobs.claim(["grind"]) is not None
        expire_leases(jobs)

    assert jobs.claim(["grind"]) is None
    job = jobs.get(started["id"], slot_id="s1")
    assert (job["state"], job["errors"][0]["code"]) == ("failed", "jobs.given_up")


def test_a_job_is_shown_to_nobody_but_who_asked_for_it(jobs):
    job = jobs.start("grind", {}, requested_by=BY)

    with pytest.raises(JobNotFound):
        jobs.get(job["id"], slot_id="s2")
