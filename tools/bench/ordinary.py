"""The ordinary nameko way: HTTP → RPC → save → event, each filing for itself.

Two services as nameko's own documentation would write them, each run by `nameko run` in a process
of its own. No sign-in, no idempotency, no deadline on the RPC; an event that fails after the save
is lost. What slows such services for no reason is out of the way: as many workers as there are
clients, enough connections to broker and database.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import mongoengine
import orjson
from kombu import pools
from nameko.events import EventDispatcher
from nameko.extensions import DependencyProvider
from nameko.rpc import RpcProxy, rpc
from nameko.web.handlers import http
from werkzeug import Request

from contracts.fields import wire_time
from tools.bench.same_work import SameWork, answer_of

EVENT = "report_filed"
ALIAS = "bench"
# Every publish waits for its confirm on a connection of its own; kombu keeps 10 if not told. Tried:
# 10, 16, 32, 64 and 128. The rate is the same within the noise; with 64 the p99 is 0.5 s, not 1 s.
pools.set_limit(64)


class FiledReport(mongoengine.Document):
    """One filing as it is stored."""

    filing_id = mongoengine.StringField(required=True)
    obligation_id = mongoengine.StringField(required=True)
    round_id = mongoengine.StringField(required=True)
    kind = mongoengine.StringField(required=True)
    form_version = mongoengine.IntField(required=True)
    answers = mongoengine.DictField()
    notes = mongoengine.DictField()
    accepted_at = mongoengine.StringField(required=True)
    content_sha256 = mongoengine.StringField(required=True)
    receipt = mongoengine.DictField()

    meta: ClassVar[dict[str, Any]] = {
        "collection": "filings",
        "db_alias": ALIAS,
        "auto_create_index": False,
    }


class Work(DependencyProvider):
    """Hands out the form and the key."""

    def setup(self) -> None:
        """Read them."""
        config = self.container.config
        self._work = SameWork.read(config["BENCH_FORM"], config["BENCH_KEY"])

    def get_dependency(self, worker_ctx: Any) -> SameWork:
        """Return them."""
        return self._work


class Database(DependencyProvider):
    """Connects mongoengine."""

    def setup(self) -> None:
        """Connect; a write is acknowledged once a majority has it in the journal."""
        mongoengine.connect(
            host=self.container.config["BENCH_MONGO_URI"], alias=ALIAS, w="majority", journal=True
        )

    def get_dependency(self, worker_ctx: Any) -> type[FiledReport]:
        """Return the document."""
        return FiledReport


class Portal:
    """Hears HTTP."""

    name = "ordinary_portal"

    work = Work()
    recorder = RpcProxy("ordinary_recorder")

    @http("POST", "/v1/obligations/<string:obligation_id>/filings")
    def file_report(self, request: Request, obligation_id: str) -> tuple[int, dict[str, str], str]:
        """Judge a filing and have it recorded."""
        accepted_at = wire_time(datetime.now(UTC))
        body = orjson.loads(request.get_data())
        if codes := self.work.objections(body):
            return _answer(422, {"codes": codes})
        return _answer(201, self.recorder.record(obligation_id, body, accepted_at))


class Recorder:
    """Keeps filings."""

    name = "ordinary_recorder"

    work = Work()
    filed_reports = Database()
    dispatch = EventDispatcher()

    @rpc
    def record(self, obligation_id: str, body: dict[str, Any], accepted_at: str) -> dict[str, Any]:
        """Save a filing, announce it, and return it with its signed receipt."""
        document = self.work.document(obligation_id, body, accepted_at)
        self.filed_reports(**document).save()
        answer = answer_of(document)
        self.dispatch(EVENT, {**answer["filing"], "number": document["receipt"]["number"]})
        return answer


def _answer(status: int, told: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    return status, {"Content-Type": "application/json"}, orjson.dumps(told).decode()
