"""Looks up the code of an LAO for anybody."""

from __future__ import annotations

from contracts.accounts.lookup import FoundOrganisations, LookupQuery, TooManyLookups
from gateway.ask import Ask
from gateway.http import Answer, Request, route


@route(
    "GET",
    "/v1/lookup/organisations",
    summary="ค้นหารหัส อปท. โดยไม่ต้องลงชื่อเข้าใช้",
    query=LookupQuery,
    answers={200: FoundOrganisations},
    refuses=(TooManyLookups,),
    public=True,
)
def look_up_organisations(ask: Ask, request: Request) -> Answer:
    """Find the codes of LAOs by part of their name, or LAOs by their code, a former one too.

    20 at most are told, with district and province, since names recur. An address may ask 60 times
    in a row, then once a second.
    """
    seconds = ask.lookups.wait(request.address)
    if seconds:
        raise TooManyLookups(retry_after_seconds=seconds)
    return Answer(200, ask.accounts.look_up_organisations(request.query["q"]))
