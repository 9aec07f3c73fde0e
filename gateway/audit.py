"""Lists the audit chain, to the operator and to each organisation its own."""

from __future__ import annotations

from contracts.accounts.audit import AuditEntry, AuditFilters
from gateway.ask import Ask
from gateway.http import Answer, Page, Request, list_of, route
from gateway.organisations import to_wire


class AuditQuery(AuditFilters, Page):
    """Filters and page."""


@route(
    "GET",
    "/v1/audit",
    summary="บันทึกการใช้งาน",
    query=AuditQuery,
    answers={200: list_of(AuditEntry)},
)
def list_audit_entries(ask: Ask, request: Request) -> Answer:
    """List acts and refusals, the newest first, each with the hash of the one before it."""
    return Answer(200, ask.accounts.list_audit(request.by, **to_wire(request.query)))
