"""A small resource with every sort of rule on it, to try the framework with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, fields, validate

from contracts.errors import Kind, OutOfScope, ServiceError, ServiceUnavailable, StaleVersion
from contracts.fields import Closed, Timestamp
from contracts.principal import Principal, Role
from gateway.authentication import SignedIn
from gateway.http import MULTIPART, Answer, Page, Request, list_of, route

OFFICER = Principal("slot-1", "1234567-1", Role.LAO_OFFICER, "organisation", "org-1", "org-1")


class SessionEnded(ServiceError):
    code = "accounts.session_ended"
    kind = Kind.UNAUTHENTICATED
    message = "The session has ended. Sign in again."
    message_th = "การลงชื่อเข้าใช้สิ้นสุดแล้ว โปรดลงชื่อเข้าใช้ใหม่"


class ThingNotFound(ServiceError):
    code = "things.thing_not_found"
    kind = Kind.NOT_FOUND
    message = "There is no thing {thing_id}."
    message_th = "ไม่พบสิ่งของ {thing_id}"


class ThingInUse(ServiceError):
    code = "things.thing_in_use"
    kind = Kind.CONFLICT
    message = "In use since {since}."
    message_th = "มีผู้ใช้อยู่ตั้งแต่ {since}"


class Part(Closed):
    size = fields.Integer(required=True, strict=True, validate=validate.Range(1, 9))


class ThingInput(Closed):
    name = fields.String(required=True, validate=validate.Length(1, 20))
    colour = fields.String(validate=validate.OneOf(["red", "blue"]))
    parts = fields.List(fields.Nested(Part), validate=validate.Length(max=3))
    made_at = Timestamp()


class Thing(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)


class ThingQuery(Page):
    colour = fields.List(fields.String(validate=validate.OneOf(["red", "blue"])))


@dataclass
class Ask:
    """What the handlers may use: the things kept, and what they were asked."""

    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    pictures: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)


@route("GET", "/v1/things", summary="List", query=ThingQuery, answers={200: list_of(Thing)})
def list_things(ask: Ask, request: Request) -> Answer:
    """List the things."""
    ask.requests.append(request)
    things = list(ask.things.values())[: request.query["limit"]]
    return Answer(200, {"items": things, "next": None})


@route(
    "POST",
    "/v1/things",
    summary="Keep",
    body=ThingInput,
    answers={201: Thing},
    refuses=(ThingInUse,),
    idempotency="required",
    etag=True,
    limit_bytes=1000,
)
def keep_thing(ask: Ask, request: Request) -> Answer:
    """Keep a thing. Raises ThingInUse."""
    ask.requests.append(request)
    if request.body["name"] == "taken":
        raise ThingInUse(since="2026-01-31", status="a fact that clashes")
    thing = {"id": f"t{len(ask.things) + 1}", "name": request.body["name"], "version": 1}
    ask.things[thing["id"]] = thing
    return Answer(201, thing, {"Location": f"/v1/things/{thing['id']}"}, etag=1)


@route(
    "GET",
    "/v1/things/{thing_id}",
    summary="Read",
    answers={200: Thing},
    refuses=(ThingNotFound,),
    etag=True,
    public=True,
)
def read_thing(ask: Ask, request: Request) -> Answer:
    """Read a thing. Raises ThingNotFound."""
    return _told(ask, request.path["thing_id"])


@route(
    "PATCH",
    "/v1/things/{thing_id}",
    summary="Change",
    body=ThingInput,
    answers={200: Thing},
    refuses=(ThingNotFound, StaleVersion),
    etag=True,
    if_match=True,
)
def change_thing(ask: Ask, request: Request) -> Answer:
    """Change a thing. Raises ThingNotFound, StaleVersion."""
    thing = _told(ask, request.path["thing_id"]).body
    if request.if_match != str(thing["version"]):
        raise StaleVersion(changed="name")
    thing |= {"name": request.body["name"], "version": thing["version"] + 1}
    return _told(ask, thing["id"])


@route(
    "DELETE",
    "/v1/things/{thing_id}",
    summary="Remove",
    answers={204: None},
    before_second_factor=True,
    patterns={"thing_id": r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}"},
)
def remove_thing(ask: Ask, request: Request) -> Answer:
    """Remove a thing, if it is there."""
    ask.things.pop(request.path["thing_id"], None)
    return Answer(204)


@route(
    "POST",
    "/v1/things/{thing_id}/pictures",
    summary="Send a picture",
    consumes=MULTIPART,
    texts={"title": r".{1,50}"},
    answers={202: None},
    public=True,
    limit_bytes=2000,
)
def send_picture(ask: Ask, request: Request) -> Answer:
    """Take a picture of a thing."""
    form = request.form()
    file = form.file()
    ask.pictures[request.path["thing_id"]] = {
        "name": file.filename,
        "type": file.content_type,
        "size": len(file.data),
        "title": form.texts.get("title"),
    }
    return Answer(202)


@route("GET", "/v1/only-readings", summary="Spend", answers={200: Thing}, public=True, changes=True)
def spend_reading(ask: Ask, request: Request) -> Answer:
    """Show something once."""
    ask.requests.append(request)
    return _told(ask, "t1")


@route("POST", "/v1/floods", summary="Take", body=ThingInput, answers={204: None}, public=True)
def take_flood(ask: Ask, request: Request) -> Answer:
    """Take anything small from anybody."""
    ask.requests.append(request)
    return Answer(204)


@route("POST", "/v1/accidents/{kind}", summary="Break", answers={200: None}, public=True)
def cause_accident(_ask: Ask, request: Request) -> Answer:
    """Fail in the way asked for."""
    accidents = {
        "bug": RuntimeError("the password is hunter2"),
        "scope": OutOfScope(username="1234567-1"),
        "outage": ServiceUnavailable(service="reports", retry_after_seconds=7),
    }
    raise accidents[request.path["kind"]]


def _told(ask: Ask, thing_id: str) -> Answer:
    if thing_id not in ask.things:
        raise ThingNotFound(thing_id=thing_id)
    thing = ask.things[thing_id]
    return Answer(200, thing, etag=thing["version"])


def authenticate(token: str) -> SignedIn:
    """Know two tokens, of a whole session and of a limited one."""
    if token not in ("good", "limited"):
        raise SessionEnded
    return SignedIn(OFFICER, "session-1", token == "limited")
