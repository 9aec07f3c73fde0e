"""Drafts, opens, closes and purges rounds, and shows the forms they are answered with."""

from __future__ import annotations

import re

from contracts.collecting.forms import FormNotFound, FormSchema
from contracts.collecting.rounds import (
    PurgeStatementSchema,
    RoundAlreadyExists,
    RoundChangeSchema,
    RoundNotFound,
    RoundNotInState,
    RoundNotTrial,
    RoundPurged,
    RoundSchema,
    TrialNotPurged,
)
from contracts.errors import StaleVersion
from contracts.jobs import JobSchema
from gateway.ask import CollectionAsk
from gateway.http import Answer, Page, Request, list_of, route
from gateway.organisations import started
from gateway.routes import of_collection

_VERSION = re.compile(r"[0-9]{1,15}")
_GONE = (RoundNotFound, RoundPurged)


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/rounds",
        summary="ร่างรอบการรายงาน",
        body=of.round_proposal,
        answers={201: RoundSchema},
        refuses=(RoundAlreadyExists, FormNotFound),
        etag=True,
    )
)
def create_round(ask: CollectionAsk, request: Request) -> Answer:
    """Draft a round. Opening it creates an obligation for each organisation and code group.

    Dates that lie in the past already are taken, and told in `warnings`. The year runs as
    those of the form do: ethics reports are on calendar years.
    """
    proposal = ask.collection.round_proposal().dump(request.body)
    round_ = ask.client.create_round(request.by, proposal)
    location = {"Location": f"{ask.collection.prefix}/rounds/{round_['id']}"}
    return Answer(201, round_, location, etag=round_["version"])


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/rounds",
        summary="รอบการรายงานทั้งหมด",
        query=Page,
        answers={200: list_of(RoundSchema)},
    )
)
def list_rounds(ask: CollectionAsk, request: Request) -> Answer:
    """List rounds."""
    query = request.query
    return Answer(
        200,
        ask.client.list_rounds(request.by, limit=query["limit"], cursor=query.get("cursor")),
    )


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/rounds/{round_id}",
        summary="รอบการรายงาน",
        answers={200: RoundSchema},
        refuses=_GONE,
        etag=True,
    )
)
def show_round(ask: CollectionAsk, request: Request) -> Answer:
    """Show one round."""
    round_ = ask.client.get_round(request.by, request.path["round_id"])
    return Answer(200, round_, etag=round_["version"])


@of_collection(
    lambda of: route(
        "PATCH",
        of.prefix + "/rounds/{round_id}",
        summary="แก้ไขรอบการรายงานที่ยังเป็นร่าง",
        body=RoundChangeSchema,
        answers={200: RoundSchema},
        refuses=(*_GONE, RoundNotInState),
        etag=True,
        if_match=True,
    )
)
def change_round(ask: CollectionAsk, request: Request) -> Answer:
    """Change the dates of a draft round."""
    round_ = ask.client.change_round(
        request.by,
        request.path["round_id"],
        made_from=version_of(request.if_match),
        changes=RoundChangeSchema().dump(request.body),
    )
    return Answer(200, round_, etag=round_["version"])


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/rounds/{round_id}/open",
        summary="เปิดรอบการรายงาน",
        answers={202: JobSchema},
        refuses=(*_GONE, RoundNotInState, FormNotFound, TrialNotPurged, StaleVersion),
    )
)
def open_round(ask: CollectionAsk, request: Request) -> Answer:
    """Start creating the obligations; the round is open when the job is done.

    A live round is refused while a trial of the same form and year is not purged.
    """
    return started(ask.client.open_round(request.by, request.path["round_id"]))


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/rounds/{round_id}/close",
        summary="ปิดรอบการรายงาน",
        answers={202: JobSchema},
        refuses=(*_GONE, RoundNotInState),
    )
)
def close_round(ask: CollectionAsk, request: Request) -> Answer:
    """Close the round now. What was accepted before is still recorded."""
    return started(ask.client.close_round(request.by, request.path["round_id"]))


@of_collection(
    lambda of: route(
        "POST",
        of.prefix + "/rounds/{round_id}/purge",
        summary="ลบข้อมูลรอบทดลอง",
        answers={202: JobSchema},
        refuses=(*_GONE, RoundNotTrial, RoundNotInState, StaleVersion),
    )
)
def purge_round(ask: CollectionAsk, request: Request) -> Answer:
    """Delete all of a trial round but a signed statement of what it was."""
    return started(ask.client.purge_round(request.by, request.path["round_id"]))


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/rounds/{round_id}/purge-statement",
        summary="หนังสือรับรองการลบข้อมูลรอบทดลอง",
        answers={200: PurgeStatementSchema},
        refuses=(RoundNotFound, RoundNotInState),
    )
)
def show_purge_statement(ask: CollectionAsk, request: Request) -> Answer:
    """Show the signed statement that is left of a purged trial round."""
    return Answer(200, ask.client.get_purge_statement(request.by, request.path["round_id"]))


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/forms/{form_id}/versions/{version}",
        summary="นิยามแบบรายงาน",
        answers={200: FormSchema},
        refuses=(FormNotFound,),
        patterns={"version": r"[1-9][0-9]{0,3}"},
    )
)
def show_form(ask: CollectionAsk, request: Request) -> Answer:
    """Show the definition every face of a form is made from; a version never changes."""
    return Answer(200, ask.client.get_form(request.path["form_id"], int(request.path["version"])))


def version_of(if_match: str | None) -> int:
    """Return the version an If-Match names; one we never gave is none that could be present."""
    return int(if_match) if if_match is not None and _VERSION.fullmatch(if_match) else -1
