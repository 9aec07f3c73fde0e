"""Does long work as jobs kept in the service's database, which a crash does not lose.

A job is claimed by one process under a lease it keeps renewing; when that process dies another
claims it and runs it again, once. An outage, or the process being stopped, puts it back and does
not count. So the work must bear being repeated from the start, also while a process that has lost
its lease without knowing is still at it. Slots take turns, however much one of them asks for.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import eventlet
import structlog
from eventlet.event import Event as Signal
from greenlet import GreenletExit
from mongoengine import DateTimeField, DictField, Document, IntField, ListField, StringField
from nameko.extensions import DependencyProvider, Entrypoint
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis import critical_threads, worker
from chassis.clock import now
from chassis.log import correlation_id
from chassis.outages import is_outage
from contracts.errors import IdempotencyKeyReused, JobBroken, JobGivenUp, JobNotFound, ServiceError
from contracts.fields import wire_time
from contracts.jobs import StartedJobFacts
from contracts.repeats import digest_of, request_id

log = structlog.get_logger(__name__)

COLLECTION = "jobs"
LEASE_SECONDS = 30
RENEW_SECONDS = 10
POLL_SECONDS = 1.0
ATTEMPTS = 2  # whatever kills a process is likely to kill the next, too
PUT_OFF_SECONDS = 5
TURN = timedelta(minutes=1)
UNFINISHED = ["queued", "running"]
ERRORS_KEPT = 1_000


def job_document(alias: str, *indexes: str) -> type[Document]:
    """Return the document of a service's jobs, with the indexes they are claimed and given their
    turn by, and those the service looks its jobs up by itself.
    """

    class JobDocument(Document):
        id = StringField(primary_key=True)
        kind = StringField(required=True)
        arguments = DictField(required=True)
        requested_by = DictField(required=True)
        state = StringField(required=True, choices=["queued", "running", "done", "failed"])
        done = IntField(required=True)
        total = IntField(required=True)
        told = DictField()
        errors = ListField(DictField())
        result = DictField(null=True)
        attempts = IntField(required=True)
        claim = IntField(required=True)
        lease_until = DateTimeField(null=True)
        not_before = DateTimeField(null=True)
        asked_sha256 = StringField()
        correlation_id = StringField()
        created_at = DateTimeField(required=True)
        turn = DateTimeField()
        finished_at = DateTimeField(null=True)
        meta = {  # noqa: RUF012 (mongoengine's own)
            "collection": COLLECTION,
            "db_alias": alias,
            "auto_create_index": False,
            "indexes": [
                ("state", "kind", "turn"),
                ("requested_by.slot_id", "kind", "state", "turn"),
                *indexes,
            ],
        }

    return JobDocument


class Job:
    """A job in hand: what it was asked to do, and where it says how far it is."""

    def __init__(self, collection: Any, document: dict[str, Any]) -> None:
        self.id: str = document["_id"]
        self.kind: str = document["kind"]
        self.arguments: dict[str, Any] = document["arguments"]
        self.requested_by: dict[str, Any] = document["requested_by"]
        self.correlation_id: str = document.get("correlation_id", "")
        # Whoever lost the lease to another can no longer write.
        self._mine = {"_id": self.id, "state": "running", "claim": document["claim"]}
        self._collection = collection

    def show(self, *, done: int, total: int) -> None:
        """Tell those who wait how much is done."""
        self._collection.update_one(self._mine, {"$set": {"done": done, "total": total}})

    def first(self, told: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """Return what the first run of the job had to tell here, and whether this is that run.

        For what later runs can no longer see, since it is done already.
        """
        unsaid = {"_id": self.id, "told": {"$exists": False}}
        is_first = self._collection.update_one(unsaid, {"$set": {"told": told}}).matched_count
        if is_first:
            return told, True
        return self._collection.find_one({"_id": self.id})["told"], False

    def renew(self) -> None:
        """Keep the lease."""
        self._collection.update_one(self._mine, {"$set": {"lease_until": _in(LEASE_SECONDS)}})

    def finish(self, result: dict[str, Any], errors: list[dict[str, Any]]) -> None:
        """Write down the outcome; at most ERRORS_KEPT errors are kept."""
        self._end({"state": "done", "result": result, "errors": errors[:ERRORS_KEPT]})

    def fail(self, refusal: ServiceError) -> None:
        """Write down that the work cannot be done and why, in both languages."""
        told = {
            "code": refusal.code,
            "message": str(refusal),
            "message_th": refusal.in_thai(),
        }
        self._end({"state": "failed", "errors": [told]})

    def put_off(self, seconds: float | None = None) -> None:
        """Give the job back, to be claimed again after a while: this attempt did not count."""
        self._collection.update_one(
            {"_id": self.id, "state": {"$in": UNFINISHED}}, {"$inc": {"attempts": -1}}
        )
        again = {
            "state": "queued",
            "lease_until": None,
            "not_before": _in(PUT_OFF_SECONDS if seconds is None else seconds),
        }
        self._collection.update_one(self._mine, {"$set": again})

    def _end(self, outcome: dict[str, Any]) -> None:
        self._collection.update_one(
            self._mine, {"$set": {**outcome, "finished_at": now(), "lease_until": None}}
        )


class Jobs:
    """The jobs of one service, in its own database."""

    def __init__(self, database: Any, service: str) -> None:
        self.collection = database[COLLECTION]
        self._service = service
        self.nudged = Signal()

    def start(
        self,
        kind: str,
        arguments: dict[str, Any],
        *,
        requested_by: Mapping[str, Any],
        key: str | None = None,
        asked: Mapping[str, Any] | None = None,
    ) -> StartedJobFacts:
        """Store a job to be run soon and return it as the API shows it.

        With a key, only the first call starts one; the others return it. Raises
        IdempotencyKeyReused when they ask for something else; what is asked for is told by the
        arguments, or by `asked` where those differ from run to run.
        """
        at = now()
        document: dict[str, Any] = {
            "_id": f"{self._service}-{key or uuid.uuid4().hex}",
            "kind": kind,
            "arguments": arguments,
            "requested_by": requested_by,
            "state": "queued",
            "done": 0,
            "total": 0,
            "errors": [],
            "result": None,
            "attempts": 0,
            "claim": 0,
            "lease_until": None,
            "not_before": None,
            "asked_sha256": digest_of(arguments if asked is None else asked),
            "correlation_id": correlation_id.get(),
            "created_at": at,
            "turn": self._turn_of(kind, requested_by["slot_id"], at),
            "finished_at": None,
        }
        try:
            self.collection.insert_one(document)
        except DuplicateKeyError:
            self._known(document["_id"], document["asked_sha256"])
            return self.get(document["_id"], slot_id=requested_by["slot_id"])
        if not self.nudged.ready():
            self.nudged.send()
        return to_wire(document)

    def once(
        self,
        kind: str,
        asked: Mapping[str, Any],
        prepare: Callable[[], dict[str, Any]],
        *,
        requested_by: Mapping[str, Any],
        key: str | None,
    ) -> StartedJobFacts:
        """Return the job the slot has started under its Idempotency-Key, or start one; and
        `replayed`. `prepare` returns the arguments, or refuses; it is not called for a repeat.

        Raises IdempotencyKeyReused.
        """
        if key is not None:
            key = request_id(requested_by["slot_id"], key, kind)
            known = self._known(f"{self._service}-{key}", digest_of(asked))
            if known is not None:
                return {**to_wire(known), "replayed": True}
        job = self.start(kind, prepare(), requested_by=requested_by, key=key, asked=asked)
        return {**job, "replayed": False}

    def _known(self, job_id: str, asked_sha256: str) -> dict[str, Any] | None:
        """Return the job of that id, if any. Raises IdempotencyKeyReused when it is another's."""
        known: dict[str, Any] | None = self.collection.find_one({"_id": job_id})
        if known is not None and known.get("asked_sha256", asked_sha256) != asked_sha256:
            raise IdempotencyKeyReused
        return known

    def get(self, job_id: str, *, slot_id: str) -> StartedJobFacts:
        """Return the caller's own job as the API shows it. Raises JobNotFound."""
        document = self.collection.find_one({"_id": job_id, "requested_by.slot_id": slot_id})
        if document is None:
            raise JobNotFound(job_id=job_id)
        return to_wire(document)

    def claim(self, kinds: list[str]) -> Job | None:
        """Take the job whose turn it is, of those that are waiting or whose worker has died."""
        document = self.collection.find_one_and_update(
            {
                "kind": {"$in": kinds},
                "$or": [
                    {"state": "queued", "not_before": None},
                    {"state": "queued", "not_before": {"$lte": now()}},
                    {"state": "running", "lease_until": {"$lt": now()}},
                ],
            },
            {
                "$set": {"state": "running", "lease_until": _in(LEASE_SECONDS)},
                "$inc": {"attempts": 1, "claim": 1},
            },
            sort=[("turn", 1)],
            return_document=ReturnDocument.AFTER,
        )
        if document is None:
            return None
        job = Job(self.collection, document)
        if document["attempts"] > ATTEMPTS:
            job.fail(JobGivenUp(attempts=ATTEMPTS))
            return self.claim(kinds)
        return job

    def _turn_of(self, kind: str, slot_id: str, at: datetime) -> datetime:
        """Return when it is the turn of a job asked for now: each goes a TURN after the one before
        it of the same slot, while that is unfinished, so that others come in between.
        """
        unfinished = {"requested_by.slot_id": slot_id, "kind": kind, "state": {"$in": UNFINISHED}}
        before = self.collection.find_one(unfinished, {"turn": 1}, sort=[("turn", -1)])
        return at if before is None else max(at, before.get("turn", at) + TURN)


class RunsJobs(DependencyProvider):
    """Hands a service its jobs; the database is that of its store."""

    def __init__(self) -> None:
        self._jobs: Jobs | None = None

    def get_dependency(self, worker_ctx: Any) -> Jobs:
        """Return the jobs."""
        return self.jobs()

    def jobs(self) -> Jobs:
        """Return the jobs of this process's service."""
        if self._jobs is None:
            stores = [part for part in self.container.extensions if hasattr(part, "database")]
            self._jobs = Jobs(stores[0].database, self.container.service_name)
        return self._jobs


class _RunsJob(Entrypoint):
    """Calls the method with each Job of a kind, one at a time in this process.

    The method returns `(result, errors)`; a ServiceError it raises fails the job with its code
    and its sentences; an outage puts the job off.
    """

    def __init__(self, kind: str, **options: Any) -> None:
        self.kind = kind
        self._thread: Any = None
        super().__init__(expected_exceptions=ServiceError, **options)

    def start(self) -> None:
        """Begin to look for jobs."""
        self._thread = critical_threads.spawner(self.container)(self._work_forever)

    def stop(self) -> None:
        """Stop looking; a job in hand is put off until another process may have it."""
        if self._thread is not None:
            self._thread.kill()
            with suppress(GreenletExit, PyMongoError):
                self._thread.wait()

    kill = stop

    def _work_forever(self) -> None:
        (provider,) = (part for part in self.container.extensions if isinstance(part, RunsJobs))
        jobs = provider.jobs()
        while True:
            try:
                job = jobs.claim([self.kind])
                if job is not None:
                    self._run(job)
                    continue
            except Exception as problem:
                if not is_outage(problem):
                    raise
                log.warning("no_job_claimed", kind=self.kind, problem=repr(problem))
            jobs.nudged.wait(POLL_SECONDS)
            if jobs.nudged.ready():
                jobs.nudged = Signal()

    def _run(self, job: Job) -> None:
        renewing = eventlet.spawn(_keep_renewing, job)
        try:
            result, errors = worker.call(self, job, correlation=job.correlation_id)
            job.finish(result, errors)
        except GreenletExit:
            # The work may go on here for as long as a process takes to end.
            job.put_off(LEASE_SECONDS)
            raise
        except Exception as problem:
            if is_outage(problem):
                log.warning("job_put_off", kind=self.kind, job_id=job.id, problem=repr(problem))
                _insist(job.put_off)
            elif isinstance(problem, ServiceError):
                job.fail(problem)
            else:
                log.exception("job_failed", kind=self.kind, job_id=job.id)
                job.fail(JobBroken())
        finally:
            renewing.kill()


def _keep_renewing(job: Job) -> None:
    while True:
        eventlet.sleep(RENEW_SECONDS)
        try:
            job.renew()
        except PyMongoError as problem:
            log.warning("job_lease_not_renewed", job_id=job.id, problem=repr(problem))


def _insist(write: Callable[[], None]) -> None:
    """Write as soon as the store is there again."""
    while True:
        try:
            write()
        except PyMongoError as problem:
            if not is_outage(problem):
                raise
            eventlet.sleep(POLL_SECONDS)
        else:
            return


def _in(seconds: float) -> datetime:
    return now() + timedelta(seconds=seconds)


def to_wire(document: Mapping[str, Any]) -> StartedJobFacts:
    """Return a job as the API shows it."""
    return {
        "id": document["_id"],
        "kind": document["kind"],
        "state": document["state"],
        "done": document["done"],
        "total": document["total"],
        "errors": document["errors"],
        "result": document["result"],
        "created_at": wire_time(document["created_at"]),
        "finished_at": document["finished_at"] and wire_time(document["finished_at"]),
    }


runs_job: worker.Marking = _RunsJob.decorator
