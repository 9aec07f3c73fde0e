"""The running service: a round opened, filed in and purged over the bus, and killed meanwhile."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import eventlet
import orjson
import pytest
from amqp.exceptions import NotFound
from eventlet.event import Event as Signal

from chassis import topology
from chassis.clock import now
from chassis.connection import open_connection
from chassis.log import correlation_id
from chassis.mongo import Kept
from chassis.outbox import Announces
from chassis.seals import SEAL_HEADER, Seals
from clients.reports import FilingsIntake, ReportsClient
from collecting.filings.store import Ledger
from contracts.accounts.events import OrganisationRegisteredV1
from contracts.collecting.filings import AlreadyFiled, WindowClosed
from contracts.collecting.rounds import RoundPurged
from contracts.events import Envelope, routing_key, seal
from contracts.fields import wire_time
from contracts.principal import Principal, Role
from contracts.reference.code_groups import CodeGroup
from contracts.reports import INTAKE_QUEUE
from services.reports.ethics import ETHICS
from services.reports.service import ReportsService
from tests.builders.answers import some_answers
from tests.builders.broker import depth
from tests.builders.sealing import KEY
from tests.builders.streams import read_stream
from tests.builders.waiting import HANG_SECONDS, soon
from tests.builders.watching import Interrupted
from tests.unit.reports.duties import a_submission, an_amendment, an_obligation

OPERATOR = Principal("s1", "operator", Role.OPERATOR, "country", "").to_wire()


@pytest.fixture
def registered(wire: Any) -> Callable[[int], None]:
    """Announces that so many LAOs of one district were registered."""

    def announce(count: int) -> None:
        sent = []
        for number in range(count):
            event = OrganisationRegisteredV1(
                organisation_id=f"o{number:05d}",
                kind="lao",
                type="sao",
                code=f"68104{number:02d}",
                organisation_name="สมมติ",
                full_name="องค์การบริหารส่วนตำบลสมมติ",
                abbreviation="อบต.สมมติ",
                province_code="81",
                province="กระบี่",
                district_code="8104",
                district="คลองท่อม",
                changed_at=now(),
            )
            envelope = seal(event, event_id=uuid.uuid4().hex, at=now())
            sent.append(
                wire.send(
                    orjson.dumps(event.facts()),
                    exchange=topology.EVENTS_EXCHANGE,
                    routing_key=routing_key(event),
                    headers=envelope.headers(),
                    message_id=envelope.id,
                )
            )
        for message in sent:
            message.confirmed(HANG_SECONDS)

    return announce


@pytest.fixture
def open_round(reports: ReportsClient, registered: Callable[[int], None]) -> Callable[..., str]:
    """Opens a round for so many LAOs and returns its id."""

    def run(organisations: int, mode: str = "live") -> str:
        registered(organisations)
        at = now()
        proposal = {
            "kind": "ethics",
            "fiscal_year_be": 2569,
            "no": 1,
            "form": {"id": "ethics", "version": 1},
            "mode": mode,
            "opens_at": wire_time(at - timedelta(days=1)),
            "lao_due_at": wire_time(at + timedelta(days=1)),
            "closes_at": wire_time(at + timedelta(days=2)),
        }
        round_id = reports.create_round(OPERATOR, proposal)["id"]
        owed = 3 * organisations
        soon(lambda: reports.get_round(OPERATOR, round_id)["expected_obligations"] == owed)
        finished(reports, reports.open_round(OPERATOR, round_id))
        return round_id

    return run


def finished(reports: ReportsClient, job: dict[str, Any]) -> dict[str, Any]:
    """Wait until the job is done and return its result."""
    soon(lambda: reports.get_job(OPERATOR, job["id"])["state"] not in ("queued", "running"))
    job = reports.get_job(OPERATOR, job["id"])
    assert (job["state"], job["errors"]) == ("done", [])
    return job["result"]


def hung_before_obligations_are_updated(container: Any) -> Signal:
    """Have the service hang with filings inserted and nothing else done; the signal says when."""
    (kept,) = (part for part in container.extensions if isinstance(part, Kept))
    (announces,) = (part for part in container.extensions if isinstance(part, Announces))
    hanging, never = Signal(), Signal()

    def hang() -> None:
        hanging.send()
        never.wait()

    database = Interrupted(kept.database, "obligations", "update_many", hang)
    kept.get_dependency(None).ledger = Ledger(database, announces.outbox(), ETHICS)
    return hanging


def database_of(mongo_uri: str) -> str:
    return mongo_uri.rpartition("/")[2].partition("?")[0]


def duties_of(round_id: str, organisations: int) -> list[Any]:
    return [
        an_obligation(f"o{number:05d}", group.number, round_id=round_id)
        for number in range(organisations)
        for group in CodeGroup
    ]


def submission(duty: Any, **changes: Any) -> dict[str, Any]:
    return a_submission(duty, **{"accepted_at": wire_time(now())} | changes)


def taken(published: Callable[[], list[Any]], count: int) -> list[tuple[str, dict[str, Any]]]:
    """Wait for so many announcements of reports and return them with their keys."""
    events: list[Any] = []

    def enough() -> bool:
        events.extend(published())
        return sum(_key(event).startswith("reports.") for event in events) >= count

    soon(enough)
    return [
        (_key(event), orjson.loads(event.body))
        for event in events
        if _key(event).startswith("reports.")
    ]


def _key(message: Any) -> str:
    return message.delivery_info["routing_key"]


def test_a_round_is_opened_filed_in_and_closed_and_everything_is_announced(
    reports: ReportsClient, open_round: Any, intake: FilingsIntake, published: Any
) -> None:
    round_id = open_round(2)
    first, second, *_ = duties_of(round_id, 2)
    original = submission(first)

    filed = intake.file(original)
    amended = intake.file(an_amendment(first, base=1, score=90, accepted_at=wire_time(now())))
    with pytest.raises(AlreadyFiled):
        intake.file(submission(first))
    repeated = intake.file(original)
    closed = finished(reports, reports.close_round(OPERATOR, round_id))
    with pytest.raises(WindowClosed):
        intake.file(submission(second))

    assert [answer["outcome"] for answer in (filed, amended, repeated)] == [
        "recorded",
        "recorded",
        "repeated",
    ]
    assert filed["receipt"] == repeated["receipt"]
    claimed = {name: value for name, value in filed["receipt"].items() if name != "jws"}
    assert reports.verify_receipt(jws=filed["receipt"]["jws"], claimed=claimed)["valid"]
    assert closed == {"round_id": round_id, "missed": 5}
    told = dict(taken(published, 5))
    assert told.keys() == {
        "reports.obligations_opened.v2",
        "reports.round_opened.v1",
        "reports.report_filed.v1",
        "reports.report_amended.v2",
        "reports.round_closed.v1",
    }
    assert len(told["reports.obligations_opened.v2"]["obligations"]) == 6
    assert told["reports.round_opened.v1"]["obligations"] == 6
    assert told["reports.report_filed.v1"]["filing_id"] == original["filing_id"]


def test_who_asks_sees_drafts_filings_and_lists(
    reports: ReportsClient, open_round: Any, intake: FilingsIntake
) -> None:
    round_id = open_round(2)
    duty = duties_of(round_id, 2)[0]
    sent = submission(duty)
    by = sent["by"]

    draft = reports.save_draft(by, duty.id, made_from=0, answers={"headcount": -1})
    drafted = reports.list_obligations(by, round_id=None, state=None, limit=10, cursor=None)
    intake.file(sent)
    filings = reports.list_filings(by, duty.id)

    assert (draft["version"], [fault["code"] for fault in draft["faults"]]) == (1, ["range"])
    assert [(item["id"], item["state"]) for item in drafted["items"]] == [(duty.id, "draft")]
    assert [item["id"] for item in filings["items"]] == [sent["filing_id"]]
    assert reports.get_filing(by, sent["filing_id"])["answers"] == some_answers()
    assert reports.get_draft(by, duty.id)["base_revision"] == 1
    page = reports.list_obligations(OPERATOR, round_id=round_id, state=None, limit=4, cursor=None)
    rest = reports.list_obligations(
        OPERATOR, round_id=round_id, state=None, limit=4, cursor=page["next"]
    )
    assert [len(page["items"]), len(rest["items"]), rest["next"]] == [4, 2, None]


def test_a_killed_service_loses_nothing_that_was_taken_in(
    running: Any,
    run: Any,
    reports: ReportsClient,
    open_round: Any,
    intake: FilingsIntake,
    mongo_uri: str,
    mongo: Any,
    monkeypatch: pytest.MonkeyPatch,
    published: Any,
) -> None:
    monkeypatch.setattr("chassis.intake.ANSWER_SECONDS", 1.0)  # to wait no longer than needed
    database = mongo[database_of(mongo_uri)]
    filings = database["filings"]
    round_id = open_round(80)
    submissions = [submission(duty) for duty in duties_of(round_id, 80)]
    answers: dict[str, Any] = {}

    def ask(body: dict[str, Any]) -> None:
        answers[body["filing_id"]] = intake.file(body)

    hanging = hung_before_obligations_are_updated(running)
    asking = [eventlet.spawn(ask, body) for body in submissions]
    hanging.wait()
    running.kill()
    recorded = filings.count_documents({})
    run(ReportsService)
    for each in asking:
        each.wait()

    accepted = {body["filing_id"] for body in submissions}
    assert 0 < recorded < len(submissions)
    soon(lambda: filings.count_documents({}) == len(submissions))
    assert answers.keys() == accepted == {filing["_id"] for filing in filings.find()}
    receipts = {key: told["receipt"] for key, told in answers.items() if told is not None}
    assert receipts == {
        filing["_id"]: filing["receipt"]
        for filing in filings.find({"_id": {"$in": list(receipts)}})
    }
    soon(lambda: database["obligations"].count_documents({"revision": 1}) == len(submissions))
    told = taken(published, len(submissions) + 2)
    filed = {facts["filing_id"] for key, facts in told if key == "reports.report_filed.v1"}
    assert filed == accepted


def keys_in(amqp_uri: str, stream: str) -> list[str]:
    return [key for key, _ in read_stream(amqp_uri, stream)]


def test_a_trial_has_a_log_of_its_own_that_goes_with_it(
    reports: ReportsClient,
    open_round: Any,
    intake: FilingsIntake,
    amqp_uri: str,
    mongo_uri: str,
    mongo: Any,
    published: Any,
) -> None:
    round_id = open_round(1, mode="trial")
    trial_log = topology.trial_log(round_id)
    duty = duties_of(round_id, 1)[0]
    intake.file(submission(duty))
    taken(published, 3)

    own = soon(lambda: len(keys := keys_in(amqp_uri, trial_log)) >= 3 and keys)
    purged = finished(reports, reports.purge_round(OPERATOR, round_id))
    taken(published, 1)

    said = ("obligations_opened.v2", "round_opened.v1", "report_filed.v1")
    assert own == [f"reports.{name}.trial.{round_id}" for name in said]
    live = keys_in(amqp_uri, topology.LOG_STREAM)
    assert [key for key in live if key.startswith("reports.")] == ["reports.trial_purged.v1"]
    assert (purged["obligations"], purged["filings"], purged["drafts"]) == (3, 1, 0)
    with pytest.raises(RoundPurged):
        reports.get_round(OPERATOR, round_id)
    database = mongo[database_of(mongo_uri)]
    for name in ("obligations", "filings", "drafts", "refusals", "opened_districts"):
        assert database[name].count_documents({}) == 0
    with open_connection(amqp_uri) as connection, pytest.raises(NotFound):
        connection.channel().queue_declare(trial_log, passive=True)


def test_a_malformed_submission_is_parked_and_the_rest_is_recorded(
    reports: ReportsClient,
    open_round: Any,
    intake: FilingsIntake,
    wire: Any,
    amqp_uri: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.intake.ANSWER_SECONDS", HANG_SECONDS)
    duties = duties_of(open_round(3), 3)
    malformed = {"filing_id": "f1", "obligation_id": duties[0].id}
    unreadable = submission(duties[1], accepted_at="yesterday")
    bodies = [*map(submission, duties[2:]), malformed, unreadable, submission(duties[0])]

    for body in bodies:
        text = orjson.dumps(body)
        seal = {SEAL_HEADER: Seals(KEY).make(INTAKE_QUEUE, text)}
        wire.send(
            text, exchange="", routing_key=INTAKE_QUEUE, message_id="1", headers=seal
        ).confirmed(HANG_SECONDS)
    last = intake.file(submission(duties[1]))

    assert last["outcome"] == "recorded"
    listed = reports.list_obligations(OPERATOR, round_id=None, state="filed", limit=20, cursor=None)
    assert {item["id"] for item in listed["items"]} == {duty.id for duty in duties}
    with open_connection(amqp_uri) as connection:
        channel = connection.channel()
        soon(lambda: depth(channel, topology.parked(INTAKE_QUEUE)) == 2)


def test_what_is_recorded_and_announced_of_a_filing_is_tied_to_its_own_request(
    reports: ReportsClient, open_round: Any, intake: FilingsIntake, published: Any
) -> None:
    """Several may be recorded in one batch."""
    duties = duties_of(open_round(1), 1)

    def file(duty: Any) -> str:
        correlation_id.set(f"because of {duty.id}")  # a green thread has a context of its own
        return str(intake.file(submission(duty))["filing"]["id"])

    filed = [eventlet.spawn(file, duty) for duty in duties]
    for each in filed:
        each.wait()

    causes: dict[str, str] = {}

    def enough() -> bool:
        for event in published():
            facts = orjson.loads(event.body)
            if _key(event) == "reports.report_filed.v1":
                causes[facts["obligation_id"]] = Envelope.read(event.headers).correlation_id
        return len(causes) == len(duties)

    soon(enough)
    assert causes == {duty.id: f"because of {duty.id}" for duty in duties}
