"""Shows slots, hands them over, locks and closes them."""

from __future__ import annotations

from contracts.accounts.organisations import OrganisationNotFound
from contracts.accounts.slots import (
    DeedRequest,
    Handover,
    HandoverRequest,
    HolderChange,
    HolderIncomplete,
    Slot,
    SlotAlreadyExists,
    SlotClosed,
    SlotDetail,
    SlotFilters,
    SlotLocked,
    SlotNotActivated,
    SlotNotAddable,
    SlotNotFound,
    SlotRequest,
)
from contracts.errors import IdempotencyKeyReused, StaleVersion
from gateway.ask import Ask
from gateway.http import Answer, Page, Request, list_of, route
from gateway.rounds import version_of

_NOT_USABLE = (SlotNotFound, SlotClosed)


class SlotQuery(SlotFilters, Page):
    """Filters and page."""


@route(
    "GET",
    "/v1/slots",
    summary="บัญชีผู้ใช้ของหน่วยงาน",
    query=SlotQuery,
    answers={200: list_of(Slot)},
)
def list_slots(ask: Ask, request: Request) -> Answer:
    """List the slots within the caller's scope, with those that are locked or closed."""
    return Answer(200, ask.accounts.list_slots(request.by, **request.query))


@route(
    "POST",
    "/v1/slots",
    summary="เพิ่มบัญชีผู้ใช้ให้หน่วยงาน",
    body=SlotRequest,
    answers={201: SlotDetail},
    refuses=(
        OrganisationNotFound,
        SlotNotAddable,
        SlotAlreadyExists,
        IdempotencyKeyReused,
    ),
    etag=True,
    idempotency="optional",
)
def add_slot(ask: Ask, request: Request) -> Answer:
    """Add a credential to an office or an agency; issue a code for it next."""
    slot = ask.accounts.add_slot(
        request.by, **request.body, idempotency_key=request.idempotency_key
    )
    replayed = slot.pop("replayed")
    location = {"Location": f"/v1/slots/{slot['slot_id']}"}
    return Answer(201, slot, location, etag=slot["version"], replayed=replayed)


@route(
    "GET",
    "/v1/slots/{slot_id}",
    summary="บัญชีผู้ใช้หนึ่งบัญชี",
    answers={200: SlotDetail},
    refuses=(SlotNotFound,),
    etag=True,
)
def show_slot(ask: Ask, request: Request) -> Answer:
    """Show one slot; contact and past holders to its holder and to those above it."""
    slot = ask.accounts.get_slot(request.by, request.path["slot_id"])
    return Answer(200, slot, etag=slot["version"])


@route(
    "PATCH",
    "/v1/slots/{slot_id}/holder",
    summary="แก้ไขข้อมูลผู้ถือบัญชี",
    body=HolderChange,
    answers={200: SlotDetail},
    refuses=(*_NOT_USABLE, SlotNotActivated, HolderIncomplete, StaleVersion),
    etag=True,
    if_match=True,
)
def change_slot_holder(ask: Ask, request: Request) -> Answer:
    """Say what has changed of the holder; what was said before is kept with its dates."""
    slot = ask.accounts.change_holder(
        request.by,
        request.path["slot_id"],
        made_from=version_of(request.if_match),
        changes=request.body,
    )
    return Answer(200, slot, etag=slot["version"])


@route(
    "POST",
    "/v1/slots/{slot_id}/handovers",
    summary="ส่งมอบบัญชีให้ผู้ถือบัญชีคนใหม่",
    body=HandoverRequest,
    answers={201: Handover},
    refuses=(*_NOT_USABLE, SlotNotActivated),
)
def begin_handover(ask: Ask, request: Request) -> Answer:
    """End the holder's sign-in and password; the office above gets a slip for the next holder."""
    body = request.body
    begun = ask.accounts.begin_handover(
        request.by,
        request.path["slot_id"],
        reason=body.get("reason"),
        new_holder=body.get("new_holder"),
    )
    return Answer(201, begun, {"Location": f"/v1/slots/{begun['slot_id']}"})


@route(
    "POST",
    "/v1/slots/{slot_id}/locks",
    summary="ระงับบัญชีผู้ใช้",
    body=DeedRequest,
    answers={201: SlotDetail},
    refuses=(*_NOT_USABLE, SlotLocked),
    etag=True,
)
def lock_slot(ask: Ask, request: Request) -> Answer:
    """Let nobody sign in to the slot from now on; a live sign-in ends at once."""
    slot = ask.accounts.lock_slot(
        request.by, request.path["slot_id"], reason=request.body["reason"]
    )
    return Answer(201, slot, {"Location": f"/v1/slots/{slot['slot_id']}"}, etag=slot["version"])


@route(
    "DELETE",
    "/v1/slots/{slot_id}/locks",
    summary="ปลดระงับบัญชีผู้ใช้",
    answers={204: None},
    refuses=_NOT_USABLE,
)
def unlock_slot(ask: Ask, request: Request) -> Answer:
    """Let the slot be used again, with the password it had."""
    ask.accounts.unlock_slot(request.by, request.path["slot_id"])
    return Answer(204)


@route(
    "POST",
    "/v1/slots/{slot_id}/closures",
    summary="ปิดบัญชีผู้ใช้ถาวร",
    body=DeedRequest,
    answers={201: SlotDetail},
    refuses=_NOT_USABLE,
    etag=True,
)
def close_slot(ask: Ask, request: Request) -> Answer:
    """Close the slot for good; what was done with it stays."""
    slot = ask.accounts.close_slot(
        request.by, request.path["slot_id"], reason=request.body["reason"]
    )
    return Answer(201, slot, {"Location": f"/v1/slots/{slot['slot_id']}"}, etag=slot["version"])
