"""Prints filings and blank forms."""

from __future__ import annotations

from contracts.collecting.filings import FilingNotFound
from contracts.collecting.forms import FormNotFound
from contracts.collecting.obligations import ObligationNotFound
from contracts.collecting.rounds import RoundNotFound, RoundPurged
from contracts.errors import TooManyAtOnce
from gateway.ask import CollectionAsk
from gateway.downloads import PDF, pdf
from gateway.http import Answer, Request, route
from gateway.routes import of_collection


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/filings/{filing_id}/document.pdf",
        summary="รายงานที่ยื่นแล้วฉบับพิมพ์ (PDF)",
        answers={200: PDF},
        refuses=(
            *(FilingNotFound, ObligationNotFound),
            *(RoundNotFound, RoundPurged, TooManyAtOnce),
        ),
    )
)
def print_filing(ask: CollectionAsk, request: Request) -> Answer:
    """Print a recorded filing as it was filed; that of a trial round says so on every page."""
    filing_id = request.path["filing_id"]
    return pdf(ask.client.print_filing(request.by, filing_id), f"report-{filing_id}.pdf")


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/forms/{form_id}/versions/{version}/blank.pdf",
        summary="แบบรายงานเปล่าฉบับพิมพ์ (PDF)",
        answers={200: PDF},
        refuses=(FormNotFound, TooManyAtOnce),
        patterns={"version": r"[1-9][0-9]{0,3}"},
    )
)
def print_blank_form(ask: CollectionAsk, request: Request) -> Answer:
    """Print the form with room to fill it in by hand, and with the help to every question."""
    form_id, version = request.path["form_id"], int(request.path["version"])
    return pdf(
        ask.client.print_blank_form(request.by, form_id, version), f"{form_id}.v{version}.pdf"
    )
