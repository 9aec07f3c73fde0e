"""Schedules, lists and cancels changes of organisations."""

from __future__ import annotations

from contracts.accounts.changes import (
    ChangePreview,
    ChangeRequest,
    ClosingProposal,
    ClosingProposalNotFound,
    DismissalRequest,
    OrganisationChange,
    OrganisationChangeNeeded,
    OrganisationChangeNotFound,
    OrganisationChangeSettled,
    OrganisationCodeTaken,
    ProposalFilters,
)
from contracts.accounts.organisations import OrganisationClosed, OrganisationNotFound
from contracts.errors import IdempotencyKeyReused, StaleVersion
from gateway.ask import Ask
from gateway.http import Answer, Page, Request, list_of, route
from gateway.organisations import to_wire


class ProposalQuery(ProposalFilters, Page):
    """Which proposals, and the page."""


@route(
    "POST",
    "/v1/organisations/{organisation_id}/changes",
    summary="กำหนดการเปลี่ยนชื่อ ยกฐานะ รวม แยก หรือยุบเลิกหน่วยงาน",
    body=ChangeRequest,
    answers={200: ChangePreview, 201: OrganisationChange},
    refuses=(
        OrganisationNotFound,
        OrganisationClosed,
        OrganisationCodeTaken,
        IdempotencyKeyReused,
        StaleVersion,
    ),
    idempotency="optional",
)
def schedule_organisation_change(ask: Ask, request: Request) -> Answer:
    """Schedule a change, which comes about at once when its day has come; or preview it: 200."""
    organisation_id = request.path["organisation_id"]
    wanted = to_wire(request.body)
    if wanted.pop("preview"):
        shown = ask.accounts.preview_organisation_change(request.by, organisation_id, wanted=wanted)
        return Answer(200, shown)
    change = ask.accounts.schedule_organisation_change(
        request.by, organisation_id, wanted=wanted, idempotency_key=request.idempotency_key
    )
    replayed = change.pop("replayed")
    location = f"/v1/organisations/{organisation_id}/changes/{change['id']}"
    return Answer(201, change, {"Location": location}, replayed=replayed)


@route(
    "GET",
    "/v1/organisations/{organisation_id}/changes",
    summary="ประวัติและกำหนดการเปลี่ยนแปลงของหน่วยงาน",
    answers={200: list_of(OrganisationChange)},
    refuses=(OrganisationNotFound,),
)
def list_organisation_changes(ask: Ask, request: Request) -> Answer:
    """List every change of an organisation by its day, those still to come included."""
    organisation_id = request.path["organisation_id"]
    return Answer(200, ask.accounts.list_organisation_changes(request.by, organisation_id))


@route(
    "DELETE",
    "/v1/organisations/{organisation_id}/changes/{change_id}",
    summary="ยกเลิกการเปลี่ยนแปลงที่ยังไม่ถึงวันมีผล",
    answers={204: None},
    refuses=(
        OrganisationNotFound,
        OrganisationChangeNeeded,
        OrganisationChangeNotFound,
        OrganisationChangeSettled,
        StaleVersion,
    ),
)
def cancel_organisation_change(ask: Ask, request: Request) -> Answer:
    """Take back a change whose day has not come; it stays listed as cancelled."""
    ask.accounts.cancel_organisation_change(
        request.by, request.path["organisation_id"], request.path["change_id"]
    )
    return Answer(204)


@route(
    "GET",
    "/v1/organisations/proposals",
    summary="อปท. ที่หายไปจากทะเบียน เสนอให้ยุบเลิก",
    query=ProposalQuery,
    answers={200: list_of(ClosingProposal)},
)
def list_closing_proposals(ask: Ask, request: Request) -> Answer:
    """List the LAOs an imported registry did not have; close them with a change, or dismiss it."""
    return Answer(200, ask.accounts.list_closing_proposals(request.by, **request.query))


@route(
    "POST",
    "/v1/organisations/proposals/{organisation_id}/dismissals",
    summary="ไม่ยุบเลิก อปท. ที่หายไปจากทะเบียน",
    body=DismissalRequest,
    answers={201: ClosingProposal},
    refuses=(ClosingProposalNotFound,),
)
def dismiss_closing_proposal(ask: Ask, request: Request) -> Answer:
    """Let an LAO stay; it is proposed again when the registry has it and then loses it again."""
    dismissed = ask.accounts.dismiss_closing_proposal(
        request.by, request.path["organisation_id"], reason=request.body["reason"]
    )
    return Answer(201, dismissed, {"Location": "/v1/organisations/proposals?dismissed=true"})
