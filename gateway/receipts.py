"""Shows, prints, proves and verifies receipts, and shows their rolls."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.collecting.filings import FilingNotFound
from contracts.collecting.obligations import ObligationNotFound
from contracts.collecting.receipts import (
    JwksSchema,
    ReceiptCheckSchema,
    ReceiptNotInRoll,
    RollNotFound,
    RollProofSchema,
    RollSchema,
)
from contracts.collecting.rounds import RoundNotFound, RoundPurged
from contracts.errors import TooManyAtOnce
from contracts.fields import Closed
from gateway.ask import Ask, CollectionAsk
from gateway.downloads import PDF, pdf
from gateway.http import Answer, Page, Request, list_of, route
from gateway.routes import of_collection

KEYS_CACHE = {"Cache-Control": "public, max-age=300"}
DAY = r"\d{4}-\d{2}-\d{2}"
_NOT_THERE = (FilingNotFound, ObligationNotFound)


class _OfRound(Closed):
    round = fields.String(
        load_default=None,
        validate=validate.Length(1, 64),
        metadata={"description": "A trial round; without it, the roll of all live rounds."},
    )


class RollQuery(_OfRound):
    """Whose roll."""


class RollListQuery(_OfRound, Page):
    """Whose rolls."""


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/filings/{filing_id}/receipt",
        summary="ใบรับ",
        answers={200: of.receipt},
        refuses=_NOT_THERE,
    )
)
def show_receipt(ask: CollectionAsk, request: Request) -> Answer:
    """Show the signed receipt of a recorded filing."""
    return Answer(200, ask.client.get_receipt(request.by, request.path["filing_id"]))


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/filings/{filing_id}/receipt.pdf",
        summary="ใบรับสำหรับพิมพ์",
        answers={200: PDF},
        refuses=(*_NOT_THERE, RoundNotFound, RoundPurged, TooManyAtOnce),
    )
)
def print_receipt(ask: CollectionAsk, request: Request) -> Answer:
    """Show the receipt as one page to print; its QR code holds all that is needed to check it."""
    printed = ask.client.print_receipt(request.by, request.path["filing_id"])
    name = f"receipt-{printed['number']}.pdf"
    return pdf(printed["pdf_base64"], name)


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/filings/{filing_id}/receipt/proof",
        summary="หลักฐานว่าใบรับอยู่ในบัญชีใบรับประจำวัน",
        answers={200: RollProofSchema},
        refuses=(*_NOT_THERE, ReceiptNotInRoll),
    )
)
def prove_receipt(ask: CollectionAsk, request: Request) -> Answer:
    """Prove that a receipt stands in the roll of the day it was recorded on, or of the next."""
    return Answer(200, ask.client.prove_receipt(request.by, request.path["filing_id"]))


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/receipts/verify",
        summary="ตรวจสอบใบรับ",
        body=of.receipt_check,
        answers={200: ReceiptCheckSchema},
        public=True,
    )
)
def verify_receipt(ask: CollectionAsk, request: Request) -> Answer:
    """Say whether a receipt is ours and unchanged; fields given beside `jws` are compared.

    `superseded` says whether a later revision was filed on the same obligation.
    """
    claimed = {name: value for name, value in request.body.items() if name != "jws"}
    return Answer(200, ask.client.verify_receipt(jws=request.body["jws"], claimed=claimed or None))


@route(
    "GET",
    "/.well-known/jwks.json",
    summary="กุญแจสาธารณะสำหรับตรวจสอบใบรับ",
    answers={200: JwksSchema},
    public=True,
)
def show_signing_keys(ask: Ask, _request: Request) -> Answer:
    """Show every public key, retired ones too, so that a receipt can be checked without us."""
    return Answer(200, ask.reports.list_signing_keys(), KEYS_CACHE)


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/receipt-rolls",
        summary="บัญชีใบรับประจำวันทั้งหมด",
        query=RollListQuery,
        answers={200: list_of(RollSchema)},
        public=True,
    )
)
def list_receipt_rolls(ask: CollectionAsk, request: Request) -> Answer:
    """List the rolls of receipts, the newest day first. Each names the one before it."""
    query = request.query
    rolls = ask.client.list_receipt_rolls(
        query["round"], limit=query["limit"], cursor=query.get("cursor")
    )
    return Answer(200, rolls)


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/receipt-rolls/{day}",
        summary="บัญชีใบรับประจำวัน",
        query=RollQuery,
        answers={200: RollSchema},
        refuses=(RollNotFound,),
        public=True,
        patterns={"day": DAY},
    )
)
def show_receipt_roll(ask: CollectionAsk, request: Request) -> Answer:
    """Show the signed roll of a day in Bangkok. A roll never changes."""
    return Answer(200, ask.client.get_receipt_roll(request.path["day"], request.query["round"]))
