"""Obligations as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from collecting.obligations.rules.obligation import Obligation, Signature, State
from collecting.rounds.rules import Round
from contracts.collecting.obligations import ObligationFacts, SignatureFacts
from contracts.fields import wire_time


def event_facts(obligation: Obligation) -> dict[str, Any]:
    """Return what every event about an obligation says of it."""
    return {
        "round_id": obligation.round_id,
        "mode": obligation.mode.value,
        "obligation_id": obligation.id,
        "organisation_id": obligation.organisation_id,
        "organisation_code": obligation.organisation_code,
        "organisation_type": obligation.organisation_type,
        "province_code": obligation.province_code,
        "district_code": obligation.district_code,
        obligation.subject.axis: obligation.subject.id,
    }


def obligation_to_wire(obligation: Obligation, round_: Round, *, at: datetime) -> ObligationFacts:
    """Return an obligation as the API shows it, with the whole days left until it is due."""
    facts = {
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
        obligation.subject.axis: obligation.subject.id,
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
    return cast(ObligationFacts, facts)  # one of its names is told by the kind


def signature_to_wire(signature: Signature) -> SignatureFacts:
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
