"""What is done by order to the obligations of a round that was opened."""

from __future__ import annotations

from contracts.collecting.corrections import TooManyActs
from contracts.collecting.obligations import ObligationNotFound, ObligationSchema
from contracts.collecting.orders import (
    AlreadyExempt,
    ExemptionBodySchema,
    NotExempt,
    OrganisationActSchema,
    OrganisationAlreadyInRound,
    OrganisationNotInRound,
    OrganisationNotKnown,
    ReportInForce,
)
from contracts.collecting.rounds import RoundNotFound, RoundNotInState, RoundPurged
from contracts.errors import StaleVersion
from gateway.ask import Ask
from gateway.http import Answer, Request, list_of, route

_GONE = (RoundNotFound, RoundPurged)
_ACTED = (RoundNotInState, TooManyActs, StaleVersion)


@route(
    "POST",
    "/v1/rounds/{round_id}/organisations",
    summary="เพิ่ม เปลี่ยนชื่อ หรือปิดหน่วยงานในรอบ",
    body=OrganisationActSchema,
    answers={201: list_of(ObligationSchema)},
    refuses=(
        *_GONE,
        *_ACTED,
        OrganisationNotKnown,
        OrganisationAlreadyInRound,
        OrganisationNotInRound,
    ),
)
def change_organisation_in_round(ask: Ask, request: Request) -> Answer:
    """Let an organisation that was added, renamed or closed be so in this round, by order."""
    told = ask.reports.change_organisation_in_round(
        request.by, request.path["round_id"], request.body
    )
    return Answer(201, told)


@route(
    "POST",
    "/v1/obligations/{obligation_id}/exemptions",
    summary="ยกเว้นหรือผ่อนผันการรายงาน",
    body=ExemptionBodySchema,
    answers={201: ObligationSchema},
    refuses=(
        ObligationNotFound,
        *_GONE,
        *_ACTED,
        ReportInForce,
        AlreadyExempt,
    ),
)
def exempt_obligation(ask: Ask, request: Request) -> Answer:
    """Let nothing be owed any more, by order. What has been filed is not exempt."""
    obligation_id = request.path["obligation_id"]
    return Answer(201, ask.reports.exempt_obligation(request.by, obligation_id, request.body))


@route(
    "DELETE",
    "/v1/obligations/{obligation_id}/exemptions",
    summary="ยกเลิกการยกเว้น",
    answers={200: ObligationSchema},
    refuses=(ObligationNotFound, *_GONE, *_ACTED, NotExempt),
)
def lift_exemption(ask: Ask, request: Request) -> Answer:
    """Let it be owed as before; it is missed when filing has ended since."""
    return Answer(200, ask.reports.lift_exemption(request.by, request.path["obligation_id"]))
