"""Changes by order what the organisations of an open round owe."""

from __future__ import annotations

from contracts.collecting.corrections import TooManyActs
from contracts.collecting.obligations import ObligationNotFound, SupervisedByAnother
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
from gateway.ask import CollectionAsk
from gateway.http import Answer, Request, list_of, route
from gateway.routes import of_collection

_GONE = (RoundNotFound, RoundPurged)
_ACTED = (RoundNotInState, TooManyActs, StaleVersion)


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/rounds/{round_id}/organisations",
        summary="เพิ่ม เปลี่ยนชื่อ หรือปิดหน่วยงานในรอบ",
        body=OrganisationActSchema,
        answers={201: list_of(of.obligation)},
        refuses=(
            *_GONE,
            *_ACTED,
            OrganisationNotKnown,
            OrganisationAlreadyInRound,
            OrganisationNotInRound,
        ),
    )
)
def change_organisation_in_round(ask: CollectionAsk, request: Request) -> Answer:
    """Let an organisation that was added, renamed or closed be so in this round, by order.

    A body's order reaches what the organisation owes about the groups that it supervises.
    """
    obligations = ask.client.change_organisation_in_round(
        request.by, request.path["round_id"], request.body
    )
    return Answer(201, obligations)


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/obligations/{obligation_id}/exemptions",
        summary="ยกเว้นหรือผ่อนผันการรายงาน",
        body=ExemptionBodySchema,
        answers={201: of.obligation},
        refuses=(
            ObligationNotFound,
            *_GONE,
            *_ACTED,
            SupervisedByAnother,
            ReportInForce,
            AlreadyExempt,
        ),
    )
)
def exempt_obligation(ask: CollectionAsk, request: Request) -> Answer:
    """Let nothing be owed any more, by order. What has been filed is not exempt."""
    obligation_id = request.path["obligation_id"]
    return Answer(201, ask.client.exempt_obligation(request.by, obligation_id, request.body))


@of_collection(
    lambda of: route(
        "DELETE",
        of.prefix + "/obligations/{obligation_id}/exemptions",
        summary="ยกเลิกการยกเว้น",
        answers={200: of.obligation},
        refuses=(ObligationNotFound, *_GONE, *_ACTED, SupervisedByAnother, NotExempt),
    )
)
def lift_exemption(ask: CollectionAsk, request: Request) -> Answer:
    """Let it be owed as before; it is missed when filing has ended since."""
    return Answer(200, ask.client.lift_exemption(request.by, request.path["obligation_id"]))
