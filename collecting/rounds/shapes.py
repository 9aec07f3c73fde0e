"""Rounds as the API shows them, and scopes as it sends them."""

from __future__ import annotations

from collections.abc import Iterable

from collecting.rounds.rules import DueException, Round, Scope
from contracts.collecting.rounds import DueExceptionFacts, RoundFacts, RoundWarningFacts, ScopeFacts
from contracts.fields import read_time, wire_time


def round_to_wire(
    round_: Round,
    prefix: str,
    *,
    expected_obligations: int | None = None,
    warnings: Iterable[RoundWarningFacts] = (),
) -> RoundFacts:
    """Return a round as the API shows it, whose paths begin with the prefix."""
    return {
        "id": round_.id,
        "kind": round_.kind,
        "year_be": round_.year_be,
        "year_basis": round_.year_basis.value,
        "fiscal_year_be": round_.year_be,
        "no": round_.no,
        "form": {"id": round_.form_id, "version": round_.form_version},
        "mode": round_.mode.value,
        "opens_at": wire_time(round_.opens_at),
        "lao_due_at": wire_time(round_.lao_due_at),
        "closes_at": wire_time(round_.closes_at),
        "central_due_at": None
        if round_.central_due_at is None
        else wire_time(round_.central_due_at),
        "corrections_close_at": wire_time(round_.correction_ends_at),
        "late_if_amended_as": list(round_.late_if_amended_as),
        "sign_off": round_.sign_off.value,
        "state": round_.state.value,
        "scope": scope_to_wire(round_.scope),
        "due_exceptions": [_exception_to_wire(exception) for exception in round_.due_exceptions],
        "obligations": round_.obligations,
        "expected_obligations": expected_obligations,
        "warnings": list(warnings),
        "purged_trials": [
            {
                "round_id": trial,
                "purge_statement_url": f"{prefix}/rounds/{trial}/purge-statement",
            }
            for trial in round_.purged_trials
        ],
        "version": round_.version,
    }


def read_scope(facts: ScopeFacts) -> Scope:
    """Read a scope as the API sends it; what is not given is not narrowed."""
    return Scope(facts.get("province"), facts.get("district"), facts.get("organisation"))


def read_exception(facts: DueExceptionFacts) -> DueException:
    """Read another due date as the API sends it."""
    return DueException(
        scope=read_scope(facts["scope"]),
        lao_due_at=read_time(facts["lao_due_at"]),
        order_no=facts["order_no"],
        reason=facts["reason"],
    )


def scope_to_wire(scope: Scope) -> ScopeFacts:
    """Return a scope as the API shows it."""
    return {
        "province": scope.province,
        "district": scope.district,
        "organisation": scope.organisation,
    }


def _exception_to_wire(exception: DueException) -> DueExceptionFacts:
    return {
        "scope": scope_to_wire(exception.scope),
        "lao_due_at": wire_time(exception.lao_due_at),
        "order_no": exception.order_no,
        "reason": exception.reason,
    }
