"""A submission as the gateway sends it, and a filing as it is answered, announced and shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from collecting.filings.rules.decide import Attempt, Filing
from collecting.kind import Events
from collecting.obligations.rules.kinds import FilingKind
from collecting.obligations.rules.obligation import Channel
from collecting.obligations.shapes import event_facts
from collecting.sealing.receipts import content_sha256, receipt_number, sha256_hex
from contracts.collecting.amendment_classes import DEFAULT_CLASS
from contracts.collecting.filings import FilingAnswer, FilingFacts, SubmissionFacts
from contracts.errors import ServiceError
from contracts.events import Event
from contracts.fields import read_time, wire_time
from contracts.principal import Principal

Facts = dict[str, Any]


def read_attempt(body: SubmissionFacts) -> Attempt:
    """Read a submission as the gateway sends it into the intake."""
    said = ("obligation_id", "kind", "answers", "form_version", "base_revision", "reason")
    reason_class = body.get("reason_class", DEFAULT_CLASS)
    channel = body.get("channel", Channel.FORM.value)
    given: Mapping[str, Any] = body
    request = {name: given[name] for name in said} | {
        "reason_class": reason_class,
        "channel": channel,
        "notes": body.get("notes", {}),
    }
    return Attempt(
        filing_id=body["filing_id"],
        request_sha256=sha256_hex(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)),
        obligation_id=body["obligation_id"],
        kind=FilingKind(body["kind"]),
        answers=body["answers"],
        content_sha256=content_sha256(body["answers"]),
        form_version=body["form_version"],
        base_revision=body["base_revision"],
        reason=body["reason"],
        accepted_at=read_time(body["accepted_at"]),
        by=Principal.from_wire(body["by"]),
        reason_class=reason_class,
        channel=Channel(channel),
        notes=body.get("notes", {}),
        correlation_id=str(body.get("correlation_id", "")),
    )


def receipt_facts(filing: Filing) -> Facts:
    """Return what a receipt says, before it is signed."""
    attempt, obligation = filing.attempt, filing.obligation
    return {
        "number": receipt_number(attempt.filing_id),
        "filing_id": attempt.filing_id,
        "obligation_id": obligation.id,
        "organisation_code": obligation.organisation_code,
        obligation.subject.axis: obligation.subject.id,
        "round_id": obligation.round_id,
        "revision": obligation.revision,
        "accepted_at": wire_time(attempt.accepted_at),
        "on_time": obligation.on_time,
        "content_sha256": attempt.content_sha256,
    }


def event_of(filing: Filing, number: str, events: Events) -> Event:
    """Return the event that announces a recorded filing."""
    attempt, obligation = filing.attempt, filing.obligation
    facts: Facts = {
        **event_facts(obligation),
        "filing_id": attempt.filing_id,
        "revision": obligation.revision,
        "accepted_at": attempt.accepted_at,
        "on_time": obligation.on_time,
        "content_sha256": attempt.content_sha256,
        "receipt_number": number,
    }
    if attempt.kind is FilingKind.AMENDMENT:
        return events.amended(
            **facts,
            reason=attempt.reason or "",
            reason_class=attempt.reason_class,
            judged_at=obligation.judged_at,
        )
    if attempt.kind is FilingKind.WITHDRAWAL:
        return events.withdrawn(**facts, reason=attempt.reason or "")
    return (events.nil_confirmed if attempt.kind is FilingKind.NIL else events.filed)(**facts)


def outcome_of(result: Facts | ServiceError) -> str:
    """Return what became of a submission: refused, repeated or recorded."""
    if isinstance(result, ServiceError):
        return "refused"
    return "repeated" if result.get("repeated") else "recorded"


def answer_of(result: Facts | ServiceError) -> FilingAnswer:
    """Return what the gateway is told of one submission: a filing with receipt, or a refusal."""
    if isinstance(result, ServiceError):
        return {"outcome": "refused", "code": result.code, "details": result.details}
    return {
        "outcome": "repeated" if result.get("repeated") else "recorded",
        "filing": filing_to_wire(result),
        "receipt": result["receipt"],
    }


def filing_to_wire(document: Facts) -> FilingFacts:
    """Return a recorded filing as the API shows it."""
    return {
        "id": document["_id"],
        "obligation_id": document["obligation_id"],
        "revision": document["revision"],
        "kind": document["kind"],
        "form": {"id": document["form_id"], "version": document["form_version"]},
        "accepted_at": wire_time(document["accepted_at"]),
        "on_time": document["on_time"],
        "state": "recorded",
        "content_sha256": document["content_sha256"],
        "base_revision": document["base_revision"],
        "reason": document["reason"],
        "reason_class": document["reason_class"],
        "notes": document["notes"],
        "channel": document["channel"],
        "judged_at": wire_time(document["judged_at"]),
        "organisation_name": document["organisation_name"],
        "filed_by": {"username": document["username"], "holder_name": document["holder_name"]},
        "receipt_number": document["receipt"]["number"],
    }


def refusal_to_wire(document: Facts) -> FilingFacts:
    """Return a refused submission as the API shows it."""
    return {
        "id": document["_id"],
        "obligation_id": document["obligation_id"],
        "kind": document["kind"],
        "accepted_at": wire_time(document["accepted_at"]),
        "state": "rejected",
        "problem": {"code": document["code"].partition(".")[2], "details": document["details"]},
    }
