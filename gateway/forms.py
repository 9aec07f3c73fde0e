"""Shows forms to programs: what may stand in the answers."""

from __future__ import annotations

from contracts.collecting.forms import FormNotFound
from contracts.forms.json_schema import json_schema
from gateway.ask import CollectionAsk
from gateway.http import Answer, Request, route
from gateway.routes import of_collection

JSON_SCHEMA = "application/schema+json"
_STAYS = {"Cache-Control": "private, max-age=86400"}


@of_collection(
    lambda of: route(
        "GET",
        of.prefix + "/forms/{form_id}/versions/{version}/schema",
        summary="JSON Schema ของคำตอบ",
        answers={200: JSON_SCHEMA},
        refuses=(FormNotFound,),
        patterns={"version": r"[1-9][0-9]{0,3}"},
    )
)
def show_form_schema(ask: CollectionAsk, request: Request) -> Answer:
    """Show the JSON Schema (2020-12) of `answers` to a form; `$defs/nil` is that of a nil report.

    It tells names, kinds, sizes and choices. Conditions and checks between answers stand in it as
    the form writes them; whether they hold is judged when a draft is saved or a filing is made.
    """
    form_id, version = request.path["form_id"], int(request.path["version"])
    address = f"{ask.collection.prefix}/forms/{form_id}/versions/{version}/schema"
    schema = json_schema(ask.client.get_form(form_id, version), address)
    return Answer(200, schema, _STAYS, content_type=JSON_SCHEMA)
