"""What becomes of organisations: scheduling it, looking it up, taking it back."""

from __future__ import annotations

from contracts.accounts import errors
from contracts.accounts import organisation_schemas as shapes
from contracts.errors import StaleVersion
from gateway.ask import Ask
from gateway.http import Answer, Page, Request, route
from gateway.organisations import told


@route(
    "POST",
    "/v1/organisations/{organisation_id}/changes",
    summary="กำหนดการเปลี่ยนชื่อ ยกฐานะ รวม แยก หรือยุบเลิกหน่วยงาน",
    body=shapes.ChangeRequest,
    answers={200: shapes.ChangePreview, 201: shapes.OrganisationChange},
    refuses=(
        errors.OrganisationNotFound,
        errors.OrganisationClosed,
        errors.OrganisationCodeTaken,
        StaleVersion,
    ),
)
def schedule_organisation_change(ask: Ask, request: Request) -> Answer:
    """Schedule a change, which comes about at once when its day has come; or preview it: 200."""
    organisation_id = request.path["organisation_id"]
    wanted = told(request.body)
    if wanted.pop("preview"):
        shown = ask.accounts.preview_organisation_change(request.by, organisation_id, wanted=wanted)
        return Answer(200, shown)
    change = ask.accounts.schedule_organisation_change(request.by, organisation_id, wanted=wanted)
    location = f"/v1/organisations/{organisation_id}/changes/{change['id']}"
    return Answer(201, change, {"Location": location})


@route(
    "GET",
    "/v1/organisations/{organisation_id}/changes",
    summary="ประวัติและกำหนดการเปลี่ยนแปลงของหน่วยงาน",
    answers={200: shapes.OrganisationChangeList},
    refuses=(errors.OrganisationNotFound,),
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
        errors.OrganisationNotFound,
        errors.OrganisationChangeNeeded,
        errors.OrganisationChangeNotFound,
        errors.OrganisationChangeSettled,
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
    query=Page,
    answers={200: shapes.ClosingProposalList},
)
def list_closing_proposals(ask: Ask, request: Request) -> Answer:
    """List the LAOs an imported registry did not have; close them with a change, or leave them."""
    return Answer(200, ask.accounts.list_closing_proposals(request.by, **request.query))
