"""Organisations and their changes as the database has them, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from contracts.reference.lao_types import LaoType
from contracts.reference.thai_text import sort_key
from services.accounts.organisations.rules.changes import (
    ChangeKind,
    ChangeState,
    Founding,
    OrderedChange,
    Terms,
    in_order,
)
from services.accounts.organisations.rules.organisation import (
    Dated,
    Details,
    Difference,
    District,
    Facts,
    Organisation,
    OrganisationKind,
)
from services.accounts.organisations.rules.search import keys, searched

Record = dict[str, Any]


def new_record(organisation: Organisation, outbox: list[Record]) -> Record:
    """Return an organisation as it is first stored."""
    return {
        **changing_fields(organisation),
        "_id": organisation.id,
        "keys": keys([organisation.facts]),
        "history": [],
        "changes": [],
        "outbox": outbox,
    }


def changing_fields(organisation: Organisation) -> Record:
    """Return the fields that follow what the organisation is now."""
    kind, own_code = organisation.facts.key
    return {
        "kind": str(kind),
        "own_code": own_code,
        "facts": dated_record(organisation.versions[-1]),
        "version": organisation.version,
        "sort_key": sort_key(organisation.facts.name),
        "founded_on": _iso(organisation.founded_on),
        "closed_on": _iso(organisation.closed_on),
        "slots_close_on": _iso(organisation.slots_close_on),
        "successor_ids": list(organisation.successor_ids),
    }


def dated_record(version: Dated) -> Record:
    """Return what it was from a day to another."""
    return {
        **_facts_record(version.facts),
        "valid_from": version.valid_from.isoformat(),
        "valid_to": _iso(version.valid_to),
        "sort_key": sort_key(version.facts.name),
        "searched": searched(version.facts),
    }


def organisation_of(record: Record) -> Organisation:
    """Return an organisation; without its history when that was not read."""
    kind = OrganisationKind(record["kind"])
    return Organisation(
        id=record["_id"],
        facts=_facts(kind, record["facts"]),
        valid_from=date.fromisoformat(record["facts"]["valid_from"]),
        version=record["version"],
        history=tuple(
            Dated(
                facts=_facts(kind, past),
                valid_from=date.fromisoformat(past["valid_from"]),
                valid_to=date.fromisoformat(past["valid_to"]),
            )
            for past in record.get("history", ())
        ),
        founded_on=_date(record["founded_on"]),
        closed_on=_date(record["closed_on"]),
        slots_close_on=_date(record.get("slots_close_on")),
        successor_ids=tuple(record["successor_ids"]),
    )


def change_record(change: OrderedChange) -> Record:
    """Return a change as it is stored in its organisation."""
    terms = change.terms
    return {
        "id": change.id,
        "kind": change.kind.value,
        "effective_on": change.effective_on.isoformat(),
        "order_no": change.order_no,
        "reason": change.reason,
        "requested_by": change.requested_by,
        "requested_at": change.requested_at,
        "terms": {
            "name": terms.name,
            "type": terms.type and terms.type.value,
            "district": terms.district and asdict(terms.district),
            "successor_ids": list(terms.successor_ids),
            "founds": [
                {"id": each.id, "facts": _facts_record(each.facts)} for each in terms.founds
            ],
            "continues": terms.continues,
            "slots_close_on": _iso(terms.slots_close_on),
        },
        "state": change.state.value,
        "settled_at": change.settled_at,
        "differences": [asdict(each) for each in change.differences],
        "problem": change.problem,
    }


def change_of(record: Record) -> OrderedChange:
    """Return a stored change."""
    terms = record["terms"]
    facts: Record = {
        "kind": ChangeKind(record["kind"]),
        "effective_on": date.fromisoformat(record["effective_on"]),
        "terms": Terms(
            name=terms["name"],
            type=terms["type"] and LaoType(terms["type"]),
            district=terms["district"] and District(**terms["district"]),
            successor_ids=tuple(terms["successor_ids"]),
            founds=tuple(
                Founding(each["id"], _facts(OrganisationKind.LAO, each["facts"]))
                for each in terms["founds"]
            ),
            continues=terms["continues"],
            slots_close_on=_date(terms.get("slots_close_on")),
        ),
        "state": ChangeState(record["state"]),
        "differences": tuple(Difference(**each) for each in record["differences"]),
    }
    return OrderedChange(**record | facts)


def next_change_on(changes: Iterable[OrderedChange]) -> str | None:
    """Return the day of the first change that is still scheduled."""
    waiting = in_order(changes)
    return waiting[0].effective_on.isoformat() if waiting else None


def _facts_record(facts: Facts) -> Record:
    record = asdict(facts)
    del record["kind"]
    return record | {"type": facts.type and facts.type.value}


def _facts(kind: OrganisationKind, record: Record) -> Facts:
    given = {name: record[name] for name in Facts.__dataclass_fields__ if name in record}
    given["type"] = record["type"] and LaoType(record["type"])
    given["details"] = record["details"] and Details(**record["details"])
    return Facts(kind=kind, **given)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
