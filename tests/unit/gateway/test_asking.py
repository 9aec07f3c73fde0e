"""What each route of a collection asks of its service, with what the request says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from gateway.app import App
from gateway.authentication import SignedIn
from gateway.collection import ETHICS
from gateway.resources import all_routes
from tests.unit.gateway.asked import OFFICER, Asked
from tests.unit.gateway.calling import answer_of

AT = "2026-01-31T23:59:59.000+07:00"
ORDER = {"order_no": "1/2569", "reason": "น้ำท่วม"}
PERSON = {"name": "ทดลอง", "position": "ปลัด", "acting": True, "of": "withdrawal"}
O1 = {"obligation_id": "o1"}
R1 = {"round_id": "r1"}
F1 = {"filing_id": "f1"}
PAGE = {"limit": 7, "cursor": "c"}
DATES = dict.fromkeys(("opens_at", "lao_due_at", "closes_at"), AT)
ROUND = {
    **DATES,
    "kind": "ethics",
    "fiscal_year_be": 2569,
    "no": 1,
    "form": {"id": "ethics", "version": 1},
    "mode": "live",
}

ROWS: list[tuple[str, str, Any, int, str, dict[str, Any]]] = [
    ("POST", "/rounds", ROUND, 201, "create_round", {"proposal": ROUND}),
    ("GET", "/rounds?limit=7&cursor=c", None, 200, "list_rounds", PAGE),
    ("GET", "/rounds/r1", None, 200, "get_round", R1),
    ("PATCH", "/rounds/r1", DATES, 200, "change_round", {**R1, "made_from": 6, "changes": DATES}),
    ("POST", "/rounds/r1/open", None, 202, "open_round", R1),
    ("POST", "/rounds/r1/close", None, 202, "close_round", R1),
    ("POST", "/rounds/r1/purge", None, 202, "purge_round", R1),
    ("GET", "/rounds/r1/purge-statement", None, 200, "get_purge_statement", R1),
    (
        "POST",
        "/rounds/r1/extensions",
        {**ORDER, "scope": {"province": "81"}, "lao_due_at": AT},
        202,
        "extend_round",
        {
            **R1,
            "proposal": {**ORDER, "scope": {"province": "81"}, "lao_due_at": AT},
            "key": "k1",
        },
    ),
    (
        "POST",
        "/rounds/r1/extensions/12/withdrawal",
        ORDER,
        202,
        "withdraw_extension",
        {**R1, "no": 12, "order": ORDER, "key": "k1"},
    ),
    ("GET", "/rounds/r1/extensions?limit=7&cursor=c", None, 200, "list_extensions", R1 | PAGE),
    (
        "POST",
        "/rounds/r1/organisations",
        {**ORDER, "organisation_id": "x", "act": "add"},
        201,
        "change_organisation_in_round",
        {**R1, "proposal": {**ORDER, "organisation_id": "x", "act": "add"}},
    ),
    (
        "POST",
        "/obligations/o1/exemptions",
        {**ORDER, "kind": "waived"},
        201,
        "exempt_obligation",
        {**O1, "exemption": {**ORDER, "kind": "waived"}},
    ),
    ("DELETE", "/obligations/o1/exemptions", None, 200, "lift_exemption", O1),
    (
        "GET",
        "/obligations?limit=7&cursor=c&round=r1&state=filed",
        None,
        200,
        "list_obligations",
        R1 | PAGE | {"state": "filed"},
    ),
    ("GET", "/obligations/o1", None, 200, "get_obligation", O1),
    ("GET", "/obligations/o1/draft", None, 200, "get_draft", {**O1, "holder": None}),
    (
        "PUT",
        "/obligations/o1/draft",
        {"answers": {"a": 1}, "confirmed": ["/a"]},
        200,
        "save_draft",
        {**O1, "made_from": 6, "answers": {"a": 1}, "confirmed": ["/a"]},
    ),
    (
        "POST",
        "/obligations/o1/returns",
        {"reason": "ขาด", "due_at": AT},
        201,
        "return_report",
        {**O1, "proposal": {"reason": "ขาด", "due_at": AT, "revision": None}},
    ),
    ("DELETE", "/obligations/o1/returns", None, 200, "take_return_back", O1),
    (
        "POST",
        "/obligations/o1/acceptances",
        {"revision": 2},
        201,
        "accept_report",
        {**O1, "proposal": {"note": None, "revision": 2}},
    ),
    (
        "PUT",
        "/obligations/o1/signatures/head",
        PERSON,
        200,
        "sign_draft",
        {**O1, "part": "head", "made_from": 6, "person": PERSON},
    ),
    ("DELETE", "/obligations/o1/signatures", None, 200, "unlock_draft", O1),
    ("GET", "/obligations/o1/filings", None, 200, "list_filings", O1),
    ("GET", "/obligations/o1/template.xlsx", None, 200, "write_workbook", O1),
    (
        "GET",
        "/rounds/r1/workbooks?district=8101",
        None,
        200,
        "list_workbooks",
        {**R1, "district": "8101", "limit": 20, "cursor": None},
    ),
    ("GET", "/filings/f1", None, 200, "get_filing", F1),
    ("GET", "/filings/f1/receipt", None, 200, "get_receipt", F1),
    ("GET", "/filings/f1/receipt.pdf", None, 200, "print_receipt", F1),
    ("GET", "/filings/f1/receipt/proof", None, 200, "prove_receipt", F1),
    (
        "POST",
        "/receipts/verify",
        {"jws": "j", "revision": 2},
        200,
        "verify_receipt",
        {"jws": "j", "claimed": {"revision": 2}},
    ),
    (
        "POST",
        "/receipts/verify",
        {"jws": "j"},
        200,
        "verify_receipt",
        {"jws": "j", "claimed": None},
    ),
    (
        "GET",
        "/receipt-rolls?limit=7&cursor=c&round=r1",
        None,
        200,
        "list_receipt_rolls",
        R1 | PAGE,
    ),
    (
        "GET",
        "/receipt-rolls/2026-01-31",
        None,
        200,
        "get_receipt_roll",
        {"day": "2026-01-31", "round_id": None},
    ),
    ("GET", "/evidence?limit=7&cursor=c", None, 200, "list_evidence", PAGE),
    ("DELETE", "/evidence/e1", None, 204, "delete_evidence", {"evidence_id": "e1"}),
    ("GET", "/forms/f/versions/3", None, 200, "get_form", {"form_id": "f", "version": 3}),
]


@pytest.fixture
def ethics():
    return Asked(ETHICS)


@pytest.fixture
def app(ethics):
    ask = SimpleNamespace(collections={ETHICS.name: ethics.handed})
    return App(all_routes(), ask, lambda _: SignedIn(OFFICER, "session"))


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "asked", "arguments"),
    ROWS,
    ids=[f"{row[0]} {row[1]} {row[4]}" for row in ROWS],
)
def test_a_route_asks_its_service_what_the_request_says(
    app, ethics, method, path, body, status, asked, arguments
):
    answered = answer_of(
        app,
        method,
        f"/v1{path}",
        data=b"" if body is None else orjson.dumps(body),
        authorization="Bearer t",
        idempotency_key="k1",
        if_match='"6"',
    )

    ((called, given),) = ethics.asked
    by = given.pop("by", None)
    assert (answered.status, called, given) == (status, asked, arguments)
    assert by in (None, OFFICER.to_wire())
    if answered.headers.get("ETag"):
        assert answered.headers["ETag"] == '"1"'


def test_what_is_taken_back_is_filed_as_a_withdrawal(app, ethics):
    answered = answer_of(
        app,
        "POST",
        "/v1/obligations/ethics-2569-1-org1-1/withdrawals",
        data=orjson.dumps({"base_revision": 2, "reason": "ยื่นผิด"}),
        authorization="Bearer t",
        idempotency_key="k1",
    )

    (taken,) = ethics.taken
    assert answered.status == 202
    assert {name: taken[name] for name in ("kind", "base_revision", "reason", "answers")} == {
        "kind": "withdrawal",
        "base_revision": 2,
        "reason": "ยื่นผิด",
        "answers": {},
    }
    assert taken["form_version"] == 1
