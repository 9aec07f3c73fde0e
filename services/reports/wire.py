"""How reports' values look on the wire, and how a submission is read from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson

from contracts.errors import ServiceError
from contracts.fields import read_time, wire_time
from contracts.principal import Principal
from contracts.reports.amendment_classes import DEFAULT_CLASS
from contracts.reports.events import (
    NilConfirmedV1,
    ReportAmendedV2,
    ReportFiledV1,
    ReportWithdrawnV1,
)
from services.reports.domain.filings import Attempt, Filing, FilingKind
from services.reports.domain.obligations import Channel, Obligation, Signature, State
from services.reports.domain.rolls import STATEMENT_FIELDS, Place
from services.reports.domain.rounds import DueException, Round, Scope
from services.reports.receipts import content_sha256, receipt_number, sha256_hex

Facts = dict[str, Any]


def read_attempt(body: Mapping[str, Any]) -> Attempt:
    """Read a submission as the gateway sends it into the intake."""
    said = ("obligation_id", "kind", "answers", "form_version", "base_revision", "reason")
    reason_class = body.get("reason_class", DEFAULT_CLASS)
    channel = body.get("channel", Channel.FORM.value)
    request = {name: body[name] for name in said} | {
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
        "code_group": obligation.code_group,
        "round_id": obligation.round_id,
        "revision": obligation.revision,
        "accepted_at": wire_time(attempt.accepted_at),
        "on_time": obligation.on_time,
        "content_sha256": attempt.content_sha256,
    }


def event_of(
    filing: Filing, number: str
) -> ReportFiledV1 | ReportAmendedV2 | NilConfirmedV1 | ReportWithdrawnV1:
    """Return the event that announces a recorded filing."""
    attempt, obligation = filing.attempt, filing.obligation
    facts: Facts = {
        "round_id": obligation.round_id,
        "mode": obligation.mode.value,
        "filing_id": attempt.filing_id,
        "obligation_id": obligation.id,
        "organisation_id": obligation.organisation_id,
        "organisation_code": obligation.organisation_code,
        "organisation_type": obligation.organisation_type,
        "province_code": obligation.province_code,
        "district_code": obligation.district_code,
        "code_group": obligation.code_group,
        "revision": obligation.revision,
        "accepted_at": attempt.accepted_at,
        "on_time": obligation.on_time,
        "content_sha256": attempt.content_sha256,
        "receipt_number": number,
    }
    if attempt.kind is FilingKind.AMENDMENT:
        return ReportAmendedV2(
            **facts,
            reason=attempt.reason or "",
            reason_class=attempt.reason_class,
            judged_at=obligation.judged_at,
        )
    if attempt.kind is FilingKind.WITHDRAWAL:
        return ReportWithdrawnV1(**facts, reason=attempt.reason or "")
    return (NilConfirmedV1 if attempt.kind is FilingKind.NIL else ReportFiledV1)(**facts)


def outcome_of(result: Facts | ServiceError) -> str:
    """Return what became of a submission: refused, repeated or recorded."""
    if isinstance(result, ServiceError):
        return "refused"
    return "repeated" if result.get("repeated") else "recorded"


def answer_of(result: Facts | ServiceError) -> Facts:
    """Return what the gateway is told of one submission: a filing with receipt, or a refusal."""
    if isinstance(result, ServiceError):
        return {"outcome": "refused", "code": result.code, "details": result.details}
    return {
        "outcome": outcome_of(result),
        "filing": filing_to_wire(result),
        "receipt": result["receipt"],
    }


def filing_to_wire(document: Facts) -> Facts:
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


def roll_to_wire(document: Facts) -> Facts:
    """Return a roll as the API shows it: what is signed, its hash and the signature."""
    return {name: document[name] for name in (*STATEMENT_FIELDS, "sha256", "jws")}


def proof_to_wire(filing: Facts, roll: Facts, place: Place) -> Facts:
    """Return the proof that a filing's receipt stands in a roll, as the API shows it."""
    return {
        "filing_id": filing["_id"],
        "number": filing["receipt"]["number"],
        "day": roll["day"],
        "round_id": roll["round_id"],
        "index": place.index,
        "count": place.count,
        "path": [node.hex() for node in place.path],
        "root": roll["root"],
    }


def refusal_to_wire(document: Facts) -> Facts:
    """Return a refused submission as the API shows it."""
    return {
        "id": document["_id"],
        "obligation_id": document["obligation_id"],
        "kind": document["kind"],
        "accepted_at": wire_time(document["accepted_at"]),
        "state": "rejected",
        "problem": {"code": document["code"].partition(".")[2], "details": document["details"]},
    }


def round_to_wire(
    round_: Round, *, expected_obligations: int | None = None, warnings: Iterable[Facts] = ()
) -> Facts:
    """Return a round as the API shows it."""
    return {
        "id": round_.id,
        "kind": round_.kind,
        "fiscal_year_be": round_.fiscal_year_be,
        "no": round_.no,
        "form": {"id": round_.form_id, "version": round_.form_version},
        "mode": round_.mode.value,
        "opens_at": wire_time(round_.opens_at),
        "lao_due_at": wire_time(round_.lao_due_at),
        "closes_at": wire_time(round_.closes_at),
        "central_due_at": round_.central_due_at and wire_time(round_.central_due_at),
        "corrections_close_at": wire_time(round_.correction_ends_at),
        "late_if_amended_as": list(round_.late_if_amended_as),
        "sign_off": round_.sign_off.value,
        "state": round_.state.value,
        "scope": scope_to_wire(round_.scope),
        "due_exceptions": [_exception_to_wire(exception) for exception in round_.due_exceptions],
        "obligations": round_.obligations,
        "expected_obligations": expected_obligations,
        "warnings": list(warnings),
        "version": round_.version,
    }


def obligation_to_wire(obligation: Obligation, round_: Round, *, at: datetime) -> Facts:
    """Return an obligation as the API shows it, with the whole days left until it is due."""
    return {
        "id": obligation.id,
        "round_id": obligation.round_id,
        "mode": obligation.mode.value,
        "form": {"id": round_.form_id, "version": round_.form_version},
        "organisation": {
            "id": obligation.organisation_id,
            "code": obligation.organisation_code,
            "type": obligation.organisation_type,
            "full_name": obligation.organisation_name,
            "province_code": obligation.province_code,
            "district_code": obligation.district_code,
        },
        "code_group": obligation.code_group,
        "state": "not_open"
        if obligation.state is State.OPEN and at < round_.opens_at
        else obligation.state.value,
        "revision": obligation.revision,
        "opens_at": wire_time(round_.opens_at),
        "due_at": wire_time(obligation.due_at),
        "due_because": obligation.due_because or None,
        "closes_at": wire_time(obligation.files_until(round_.closes_at, at)),
        "correction_ends_at": wire_time(obligation.corrects_until(round_, at)),
        "correct_until": obligation.correct_until and wire_time(obligation.correct_until),
        "sign_off": round_.sign_off.value,
        "signatures": [signature_to_wire(one) for one in obligation.signatures],
        "days_left": (obligation.due_at - at).days,
        "first_accepted_at": obligation.first_accepted_at
        and wire_time(obligation.first_accepted_at),
        "judged_at": obligation.judged_at and wire_time(obligation.judged_at),
        "on_time": obligation.on_time,
        "accepted_revision": obligation.accepted_revision,
        "last_filing_id": obligation.last_filing_id,
    }


def signature_to_wire(signature: Signature) -> Facts:
    """Return a signature as the API shows it."""
    return {
        "part": signature.part,
        "of": signature.of,
        "name": signature.name,
        "position": signature.position,
        "acting": signature.acting,
        "draft_version": signature.draft_version,
        "content_sha256": signature.content_sha256,
        "signed_at": wire_time(signature.signed_at),
        "signed_by": {"username": signature.username, "holder_name": signature.holder_name},
    }


def read_scope(facts: Mapping[str, str | None]) -> Scope:
    """Read a scope as the API sends it; what is not given is not narrowed."""
    return Scope(facts.get("province"), facts.get("district"), facts.get("organisation"))


def read_exception(facts: Mapping[str, Any]) -> DueException:
    """Read another due date as the API sends it."""
    return DueException(
        scope=read_scope(facts["scope"]),
        lao_due_at=read_time(facts["lao_due_at"]),
        order_no=facts["order_no"],
        reason=facts["reason"],
    )


def scope_to_wire(scope: Scope) -> Facts:
    """Return a scope as the API shows it."""
    return {
        "province": scope.province,
        "district": scope.district,
        "organisation": scope.organisation,
    }


def _exception_to_wire(exception: DueException) -> Facts:
    return {
        "scope": scope_to_wire(exception.scope),
        "lao_due_at": wire_time(exception.lao_due_at),
        "order_no": exception.order_no,
        "reason": exception.reason,
    }
