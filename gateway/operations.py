"""Says that the gateway is alive. All else for those who run it is on the ops port."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from chassis.health import alive_page
from gateway.ask import Ask
from gateway.http import Answer, Request, route

HEALTH = "/healthz"


class Alive(Schema):
    """The process turns its loop."""

    state = fields.String(required=True, validate=validate.Equal("alive"))


@route("GET", HEALTH, summary="Alive", answers={200: Alive}, public=True, shed="never")
def show_health(_ask: Ask, _request: Request) -> Answer:
    """Say that the process turns its loop; nothing about what it depends on."""
    status, content_type, body = alive_page()
    return Answer(status, body, content_type=content_type)
