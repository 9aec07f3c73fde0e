"""A second collection has the same doors beside the first, at its own paths, asking its own."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from marshmallow import Schema, fields

from contracts.collecting import filings, obligations, receipts, rounds
from contracts.collecting.own_fields import with_own
from gateway.app import App
from gateway.authentication import SignedIn
from gateway.collection import ETHICS, Collection
from gateway.openapi import describe
from gateway.resources import all_routes
from tests.unit.gateway.asked import OFFICER, Asked
from tests.unit.gateway.calling import answer_of

RECEIPT = with_own(
    receipts.ReceiptSchema,
    "GardenReceiptSchema",
    after="organisation_code",
    garden=fields.String(required=True),
)


class GardenFiledSchema(Schema):
    filing = fields.Nested(filings.FilingSchema)
    receipt = fields.Nested(RECEIPT)


GARDENS = Collection(
    name="gardens",
    client="gardens",
    patient_client="gardens",
    intake="gardens",
    prefix="/v1/gardens",
    operation_prefix="gardens_",
    subject_of=lambda _: 7,
    round_proposal=with_own(
        rounds.RoundProposalSchema,
        "GardenRoundProposalSchema",
        after=None,
        kind=fields.String(required=True),
    ),
    obligation=with_own(
        obligations.ObligationSchema,
        "GardenObligationSchema",
        after="organisation",
        garden=fields.String(required=True),
    ),
    filed=GardenFiledSchema,
    receipt=RECEIPT,
    receipt_check=with_own(receipts.ReceiptCheckBodySchema, "GardenCheckSchema", after="jws"),
)
BOTH = (ETHICS, GARDENS)
TOPICS = {
    "rounds",
    "forms",
    "extensions",
    "ledger_acts",
    "obligations",
    "filings",
    "corrections",
    "evidence",
    "pages",
    "receipts",
    "workbooks",
}


@pytest.fixture
def asked():
    return {of.name: Asked(of) for of in BOTH}


@pytest.fixture
def app(asked):
    ask = SimpleNamespace(collections={name: each.handed for name, each in asked.items()})
    return App(
        all_routes(BOTH),
        ask,
        lambda _: SignedIn(OFFICER, "session"),
        lambda: datetime(2026, 1, 15, tzinfo=UTC),
    )


def doors(document: dict[str, Any]) -> dict[tuple[str, str], tuple[str, str]]:
    """The operationId and the topic of each method on a path."""
    return {
        (method, path): (operation["operationId"], operation["tags"][0])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_the_second_has_every_door_of_the_first_and_takes_none_away():
    one, both = describe(all_routes()), describe(all_routes(BOTH))
    first, second = doors(one), doors(both)

    assert second == first | {
        (method, path.replace("/v1/", "/v1/gardens/")): (f"gardens_{name}", topic)
        for (method, path), (name, topic) in first.items()
        if topic in TOPICS and path.startswith("/v1/")
    }
    assert one["components"]["schemas"].items() <= both["components"]["schemas"].items()


@pytest.mark.parametrize("of", BOTH, ids=lambda of: of.name)
def test_each_asks_a_client_of_its_own(asked, app, of):
    told = answer_of(app, "GET", f"{of.prefix}/rounds/r1", authorization="Bearer t")

    assert told.json["id"] == "r1"
    assert {name: [method for method, _ in each.asked] for name, each in asked.items()} == {
        each.name: ["get_round"] if each is of else [] for each in BOTH
    }


def test_what_is_filed_goes_into_its_own_intake_and_is_looked_for_at_its_own_path(asked, app):
    told = answer_of(
        app,
        "POST",
        "/v1/gardens/obligations/gardens-2569-1-org1-7/filings",
        data=orjson.dumps({"kind": "original", "form_version": 1, "answers": {}}),
        authorization="Bearer t",
        idempotency_key="k1",
    )

    assert told.status == 202
    assert told.headers["Location"].startswith("/v1/gardens/filings/")
    assert [len(each.taken) for each in asked.values()] == [0, 1]


def test_a_ticket_opens_nothing_in_another_collection(asked):
    facts = {"obligation_id": "o", "kind": "nil", "accepted_at": datetime.now(UTC), "slot_id": "s"}
    ethics, gardens = (each.handed.tickets for each in asked.values())
    _, _, ticket = ethics.status_url("f1", **facts).partition("ticket=")

    assert ethics.read(ticket, "f1", "s")
    assert gardens.read(ticket, "f1", "s") is None
