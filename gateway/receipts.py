"""Checking a receipt, for anyone."""

from __future__ import annotations

from contracts.reports import schemas as shapes
from gateway.ask import Ask
from gateway.http import Answer, Request, route

KEYS_CACHE = {"Cache-Control": "public, max-age=300"}


@route(
    "POST",
    "/v1/receipts/verify",
    summary="ตรวจสอบใบรับ",
    body=shapes.ReceiptCheckBodySchema,
    answers={200: shapes.ReceiptCheckSchema},
    public=True,
)
def verify_receipt(ask: Ask, request: Request) -> Answer:
    """Say whether a receipt is ours and unchanged; fields given beside `jws` are compared."""
    claimed = {name: value for name, value in request.body.items() if name != "jws"}
    return Answer(200, ask.reports.verify_receipt(jws=request.body["jws"], claimed=claimed or None))


@route(
    "GET",
    "/.well-known/jwks.json",
    summary="กุญแจสาธารณะสำหรับตรวจสอบใบรับ",
    answers={200: shapes.JwksSchema},
    public=True,
)
def show_keys(ask: Ask, _request: Request) -> Answer:
    """Show the public keys, so that a receipt can be checked without us."""
    return Answer(200, ask.reports.list_signing_keys(), KEYS_CACHE)
