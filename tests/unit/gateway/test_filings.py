"""Filing, as the gateway does it: what is refused before it is taken in, and what is then told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from clients.reports import FilingsIntake
from contracts.collecting.filings import FilingNotFound
from contracts.collecting.obligations import ObligationNotFound
from contracts.collecting.rounds import RoundNotFound
from contracts.errors import ServiceUnavailable
from contracts.fields import read_time, wire_time
from contracts.forms import Form
from contracts.principal import Principal, Role
from gateway import filings
from gateway.app import App
from gateway.authentication import SignedIn
from gateway.bodies import LARGE_BODY_BYTES
from gateway.collection import ETHICS
from gateway.evidence_desk import EvidenceDesk
from gateway.filings import filing_id_of
from gateway.routes import routes_of
from gateway.tickets import SETTLED_SECONDS, Tickets
from tests.unit.gateway.calling import answer_of

NOW = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
OBLIGATION = "ethics-2569-1-org1-1"
OFFICER = Principal(
    "slot-1",
    "1234567-1",
    Role.LAO_OFFICER,
    "organisation",
    "org1",
    organisation_id="org1",
    code_group="local_officials",
)
COLLEAGUE = replace(OFFICER, slot_id="slot-2")
STRANGERS = {
    "another-code": replace(OFFICER, code_group="local_executives"),
    "another-lao": replace(OFFICER, area_code="org2", organisation_id="org2"),
    "another-post": replace(OFFICER, code_group=None),
    "district": replace(OFFICER, role=Role.DISTRICT_OFFICER, area="district", area_code="8101"),
    "operator": replace(OFFICER, role=Role.OPERATOR, area="country", area_code=""),
}
TOKENS = {"officer": OFFICER, "colleague": COLLEAGUE, **STRANGERS}
VERSION = 2


def a_field(name: str, **settings: Any) -> dict[str, Any]:
    return {"id": name, "type": "text", "max_length": 50, "required": True, **settings}


FORM = Form(
    {
        "id": "f",
        "version": VERSION,
        "nil": ["head"],
        "sections": [{"id": "s", "fields": [a_field("head"), a_field("report")]}],
    }
)
FULL = {"head": "สมมติ", "report": "ทดลอง"}


@dataclass
class World:
    """What the gateway asks: an intake that answers as told, and a ledger that knows some."""

    answer: dict[str, Any] | None = None
    refuses: Exception | None = None
    taken: list[dict[str, Any]] = field(default_factory=list)
    recorded: dict[str, Any] = field(default_factory=dict)
    ledger_is_away: bool = False
    intake_empty_at: datetime | None = None

    def take(self, submission: dict[str, Any]) -> dict[str, Any] | None:
        if self.refuses:
            raise self.refuses
        self.taken.append(submission)
        return self.answer

    def get_filing(self, _by: dict[str, Any], filing_id: str) -> dict[str, Any]:
        if self.ledger_is_away:
            raise ServiceUnavailable(service="reports")
        if filing_id not in self.recorded:
            empty_at = self.intake_empty_at
            known = {} if empty_at is None else {"intake_empty_at": wire_time(empty_at)}
            raise FilingNotFound(filing_id=filing_id, **known)
        return self.recorded[filing_id]

    def of_round(self, _by: dict[str, Any], round_id: str) -> Form:
        if round_id != "ethics-2569-1":
            raise RoundNotFound(round_id=round_id)
        return FORM

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked of reports is there and says nothing."""
        return lambda *_, **__: {}


@pytest.fixture
def world():
    return World()


@pytest.fixture
def send(world):
    """Call the routes of filing: `send(method, path, json, by="officer", **headers)`."""
    ethics = SimpleNamespace(
        collection=ETHICS,
        forms=world,
        client=world,
        filings=FilingsIntake(world.take),
        evidence=EvidenceDesk(world),
        tickets=Tickets(b"k" * 32),
    )
    app = App(
        routes_of(filings, collections=[ETHICS]),
        SimpleNamespace(collections={ETHICS.name: ethics}),
        lambda token: SignedIn(TOKENS[token], "session"),
        lambda: NOW,
    )

    def send(method, path, json=None, *, by="officer", **headers):
        data = b"" if json is None else orjson.dumps(json)
        headers["authorization"] = f"Bearer {by}"
        told = answer_of(app, method, path, data=data, **headers)
        return told.status, told.headers, told.json

    return send


@pytest.fixture
def file(send):
    """File on the obligation, with what differs from a sound report."""

    def file(key="k1", by="officer", obligation=OBLIGATION, **changes):
        body = {"kind": "original", "form_version": VERSION, "answers": FULL} | changes
        path = f"/v1/obligations/{obligation}/filings"
        return send("POST", path, body, by=by, idempotency_key=key)

    return file


def told(outcome: str) -> dict[str, Any]:
    return {"outcome": outcome, "filing": {"id": "f1"}, "receipt": {"number": "n1"}}


@pytest.mark.parametrize(("outcome", "replayed"), [("recorded", None), ("repeated", "true")])
def test_what_is_recorded_is_told_with_its_receipt(world, file, outcome, replayed):
    world.answer = told(outcome)

    status, headers, body = file()

    assert status == 201
    assert body == {"filing": {"id": "f1"}, "receipt": {"number": "n1"}}
    assert headers["Location"] == f"/v1/filings/{filing_id_of('slot-1', 'k1')}"
    assert headers.get("Idempotency-Replayed") == replayed


def test_what_is_durable_and_not_yet_recorded_is_told_where_to_look(world, file):
    status, headers, body = file()

    assert status == 202
    assert body["filing_id"] == filing_id_of("slot-1", "k1")
    assert body["accepted_at"] == "2026-01-15T10:00:00.000+07:00"
    assert headers["Location"] == body["status_url"]


def test_what_may_not_be_durable_is_not_told_as_taken_in(world, file):
    world.refuses = ServiceUnavailable(service="reports")

    assert file()[0] == 503


def test_what_the_ledger_refuses_is_told_as_its_refusal(world, file):
    details = {"obligation_id": OBLIGATION}
    world.answer = {"outcome": "refused", "code": ObligationNotFound.code, "details": details}

    status, _, body = file()

    assert (status, body["code"]) == (404, "obligation_not_found")


def test_the_intake_is_told_who_filed_when_and_what(world, file):
    file("k1")
    file("k2", by="colleague")

    first, second = world.taken
    assert first["answers"] == FULL
    assert first["obligation_id"] == OBLIGATION
    assert first["accepted_at"] == "2026-01-15T10:00:00.000+07:00"
    assert [one["by"]["slot_id"] for one in world.taken] == ["slot-1", "slot-2"]
    assert first["filing_id"] != second["filing_id"]


def test_the_same_key_of_another_slot_is_another_filing():
    ids = {filing_id_of(slot, key) for slot in ("slot-1", "slot-2") for key in ("k1", "k2")}

    assert len(ids) == 4


@pytest.mark.parametrize("version", [VERSION - 1, VERSION + 1])
def test_another_version_of_the_form_is_refused_and_names_the_right_one(world, file, version):
    status, _, body = file(form_version=version)

    assert (status, body["code"]) == (422, "wrong_form_version")
    assert body["expected"] == str(VERSION)
    assert not world.taken


@pytest.mark.parametrize(
    ("kind", "answers", "faults"),
    [
        ("original", FULL, []),
        ("original", {"head": "สมมติ"}, ["/answers/report"]),
        ("nil", {"head": "สมมติ"}, []),
        ("nil", FULL, ["/answers/report"]),
        ("nil", {}, ["/answers/head"]),
    ],
)
def test_a_report_and_a_nil_are_each_judged_by_what_they_are_asked(
    world, file, kind, answers, faults
):
    status, _, body = file(kind=kind, answers=answers)

    assert status == (422 if faults else 202)
    assert [one["pointer"] for one in body.get("errors", [])] == faults
    assert len(world.taken) == (not faults)


@pytest.mark.parametrize("absent", ["base_revision", "reason"])
def test_an_amendment_says_what_it_amends_and_why(world, file, absent):
    whole = {"base_revision": 1, "reason": "ตัวเลขผิด"}

    status, _, body = file(kind="amendment", **(whole | {absent: None}))

    assert (status, [one["pointer"] for one in body["errors"]]) == (422, [f"/{absent}"])
    assert file(kind="amendment", **whole)[0] == 202
    assert len(world.taken) == 1


@pytest.mark.parametrize("obligation", ["ethics-2570-1-org1-1", "org1-1", "1", "x-org1-1"])
def test_an_obligation_of_no_round_is_not_found(file, obligation):
    status, _, body = file(obligation=obligation)

    assert (status, body["code"]) == (404, "obligation_not_found")


@pytest.mark.parametrize("stranger", STRANGERS)
def test_nobody_elses_answers_are_judged_or_taken_in(world, file, stranger):
    status, _, body = file(by=stranger, form_version=VERSION + 1, answers={})

    assert (status, body["code"]) == (404, "obligation_not_found")
    assert not world.taken


def test_a_large_report_is_judged_as_a_small_one_is(world, file):
    status, _, body = file(answers={"head": "x" * LARGE_BODY_BYTES, "report": "ทดลอง"})

    assert (status, [one["pointer"] for one in body["errors"]]) == (422, ["/answers/head"])


def test_a_recorded_filing_is_shown(world, send):
    world.recorded["f1"] = {"id": "f1", "state": "recorded"}

    assert send("GET", "/v1/filings/f1")[::2] == (200, {"id": "f1", "state": "recorded"})


@pytest.mark.parametrize("ledger_is_away", [False, True])
def test_with_its_ticket_a_filing_is_shown_as_accepted_until_it_is_recorded(
    world, file, send, ledger_is_away
):
    status_url = file()[2]["status_url"]
    world.ledger_is_away = ledger_is_away

    status, _, body = send("GET", status_url)

    assert (status, body["state"], body["id"]) == (200, "accepted", filing_id_of("slot-1", "k1"))
    assert "slot_id" not in body


@pytest.mark.parametrize(
    ("late_by_ms", "state"), [(-1, "accepted"), (0, "accepted"), (1, "not_recorded")]
)
def test_a_ticket_ends_when_the_intake_was_empty_long_after_and_the_ledger_knows_nothing(
    world, file, send, late_by_ms, state
):
    told = file()[2]
    settled_at = read_time(told["accepted_at"]) + timedelta(seconds=SETTLED_SECONDS)
    world.intake_empty_at = settled_at + timedelta(milliseconds=late_by_ms)

    assert send("GET", told["status_url"])[2]["state"] == state
    world.ledger_is_away = True
    assert send("GET", told["status_url"])[2]["state"] == "accepted"


@pytest.mark.parametrize("ledger_is_away", [False, True])
def test_a_ticket_opens_nothing_for_another_slot_or_another_filing_or_when_altered(
    world, file, send, ledger_is_away
):
    status_url = file()[2]["status_url"]
    other = filing_id_of("slot-1", "k2")
    _, _, ticket = status_url.partition("ticket=")
    world.ledger_is_away = ledger_is_away
    refused = 503 if ledger_is_away else 404

    assert send("GET", status_url, by="colleague")[0] == refused
    assert send("GET", f"/v1/filings/{other}?ticket={ticket}")[0] == refused
    for altered in (ticket[1:], ticket[:-1] + ("A" if ticket[-1] != "A" else "B"), "x.y", "ก"):
        assert send("GET", f"/v1/filings/{filing_id_of('slot-1', 'k1')}?ticket={altered}")[0] in (
            refused,
            422,
        )


def test_a_ticket_of_another_key_is_none(tmp_path):
    facts = {
        "obligation_id": OBLIGATION,
        "kind": "original",
        "accepted_at": NOW,
        "slot_id": "slot-1",
    }
    (_, _, ticket) = Tickets(b"a" * 32).status_url("f1", **facts).partition("ticket=")

    key_file = tmp_path / "key.hex"
    key_file.write_text((b"a" * 32).hex())
    assert Tickets.from_file(key_file).read(ticket, "f1", "slot-1")["id"] == "f1"
    assert Tickets(b"b" * 32).read(ticket, "f1", "slot-1") is None
    assert Tickets(b"a" * 32).read(None, "f1", "slot-1") is None
