"""Freezes every event that has no file yet: `python -m tools.release_events`.

A released file holds the event's shape and examples and is never written again; whoever needs
another shape declares the next version. The first example is made from the facts invented here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from contracts.catalogue import events
from contracts.events import Event
from tools.programs import ROOT

RELEASED = ROOT / "contracts" / "released"

_ROUND = "ethics-2568-1"
_ORGANISATION = "5b1f0c9e7a32"
_OBLIGATION = f"{_ROUND}-{_ORGANISATION}-1"
_AT = "2026-01-15T09:30:00.000+07:00"
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

INVENTED: dict[str, Any] = {
    "abbreviation": "ทต.",
    "accepted_at": _AT,
    "act_no": 2,
    "acted_at": _AT,
    "activated_at": _AT,
    "amended": 1,
    "answered_at": _AT,
    "as_of": _AT,
    "because": "merge",
    "begun_at": _AT,
    "by_role": "district_officer",
    "category": "score_source_unclear",
    "changed": ["type", "full_name"],
    "changed_at": _AT,
    "circulated": True,
    "closed_at": "2026-03-31T23:59:59.000+07:00",
    "closed_on": "2026-01-15",
    "closes_at": "2026-03-31T23:59:59.000+07:00",
    "code": "5810101",
    "code_group": "local_officials",
    "code_groups": ["local_officials"],
    "consolidation_id": _SHA256,
    "content_sha256": _SHA256,
    "correct_until": "2026-02-15T23:59:59.000+07:00",
    "day_id": "2026-01-15",
    "district": "SYNTHETIC 8101",
    "district_code": "8101",
    "drafts": 4,
    "entries": 48_210,
    "exempt": 1,
    "expected": 36,
    "expires_at": "2026-02-05T09:30:00.000+07:00",
    "extended_at": _AT,
    "extended_by": "operator",
    "extension_no": 1,
    "filed": 30,
    "filing_id": "2c4e6a8b0d1f3e5c7a9b2d4f6e8a0c1b",
    "filings": 12,
    "fiscal_year_be": 2568,
    "form_id": "ethics-2568",
    "form_version": 1,
    "full_name": "เทศบาลตำบลSYNTHETIC 810101",
    "head_sha256": _SHA256,
    "issuance_id": "7d9f1b3e5c7a4b6d8f0e2c4a6b8d0f1e",
    "judged_at": _AT,
    "kind": "lao",
    "lao_due_at": "2026-01-31T23:59:59.000+07:00",
    "late": 2,
    "locked_at": _AT,
    "missing": 5,
    "mode": "live",
    "nil": 3,
    "no": 1,
    "note": "ตรวจแล้ว",
    "obligation_id": _OBLIGATION,
    "obligations": 36,
    "on_time": True,
    "opened_at": _AT,
    "opens_at": "2025-12-01T00:00:00.000+07:00",
    "order_no": "มท 0808/ว 12",
    "organisation_code": "5810101",
    "organisation_id": _ORGANISATION,
    "organisation_name": "SYNTHETIC 810101",
    "organisation_type": "subdistrict",
    "problem_id": "7a1c3e5b9d2f4a6c8e0b1d3f5a7c9e2b",
    "province": "กระบี่",
    "province_code": "81",
    "purged_at": _AT,
    "reason": "แก้ไขจำนวนเจ้าหน้าที่",
    "reason_class": "correction",
    "previous_root": _SHA256,
    "receipt_number": "K7QM-2F9D-XW4T",
    "receipts": 1_204,
    "reported_at": _AT,
    "returned": 1,
    "revision": 1,
    "role": "lao_officer",
    "root": _SHA256,
    "round_id": _ROUND,
    "session_id": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "slot_id": f"{_ORGANISATION}-1",
    "slots": 186,
    "standing": "incumbent",
    "statement": "eyJhbGciOiJFZERTQSJ9.e30.c3ludGhldGlj",
    "subjects": ["local_officials"],
    "successor_ids": ["6c2a1d8f4b53"],
    "type": "subdistrict",
    "unlocked_at": _AT,
    "withdrawn_at": _AT,
    "withdrawn_by": "operator",
    "withdraws": 1,
}
"""What a fact is in an example, unless its event says otherwise."""

OTHERWISE: dict[str, dict[str, Any]] = {
    "accounts.credentials_issued.v1": {"district_code": None, "organisation_id": None},
    "accounts.holder_changed.v1": {"changed": ["name", "position"]},
    "accounts.session_closed.v1": {"reason": "taken_over"},
    "accounts.session_opened.v1": {"expires_at": "2026-01-15T21:30:00.000+07:00"},
    "reports.obligations_opened.v2": {
        "obligations": [
            {
                "obligation_id": _OBLIGATION,
                "organisation_id": _ORGANISATION,
                "organisation_code": "5810101",
                "organisation_type": "subdistrict",
                "province_code": "81",
                "district_code": "8101",
                "code_group": "local_officials",
                "due_at": "2026-01-31T23:59:59.000+07:00",
                "extension_no": 0,
                "stood": [],
            }
        ]
    },
    "reports.due_dates_moved.v2": {
        "extension_no": 2,
        "obligations": [
            {
                "obligation_id": _OBLIGATION,
                "organisation_id": _ORGANISATION,
                "organisation_code": "5810101",
                "organisation_type": "subdistrict",
                "code_group": "local_officials",
                "due_at": "2026-02-03T23:59:59.000+07:00",
                "stood": [
                    {
                        "since": _AT,
                        "until": "2026-01-20T10:00:00.000+07:00",
                        "due_at": "2026-02-07T23:59:59.000+07:00",
                    }
                ],
            }
        ],
    },
    "reports.obligation_exempted.v1": {"kind": "exempt", "by_role": "central_hr_body"},
    "reports.obligation_exemption_lifted.v1": {"by_role": "central_hr_body"},
    "reports.obligation_renamed.v1": {"by_role": "central_hr_body"},
    "reports.round_extended.v1": {
        "district_code": None,
        "organisation_id": None,
        "obligation_id": None,
        "lao_due_at": "2026-02-07T23:59:59.000+07:00",
    },
    "reports.extension_withdrawn.v1": {
        "extension_no": 2,
        "withdraws": 1,
        "district_code": None,
        "organisation_id": None,
        "obligation_id": None,
    },
    "reports.groups_extended.v1": {
        "district_code": None,
        "organisation_id": None,
        "obligation_id": None,
        "lao_due_at": "2026-02-07T23:59:59.000+07:00",
    },
    "reports.groups_extension_withdrawn.v1": {
        "extension_no": 2,
        "withdraws": 1,
        "district_code": None,
        "organisation_id": None,
        "obligation_id": None,
    },
    "reports.groups_consolidated.v1": {"on_time": 28},
    "reports.report_consolidated.v1": {"on_time": 28},
    "reports.report_amended.v2": {"revision": 2},
    "reports.receipt_roll_closed.v1": {"round_id": None},
    "reports.report_withdrawn.v1": {"revision": 2},
    "reports.round_opened.v1": {"kind": "ethics", "obligations": 23_547},
    "reports.trial_purged.v1": {"round_id": f"{_ROUND}-trial3f9a1c"},
}


def released_at(event: type[Event]) -> Path:
    """Return where the event's frozen shape is kept."""
    return RELEASED / event.source / f"{event.name}.v{event.version}.json"


def release(event: type[Event]) -> None:
    """Write the event's file. Raises KeyError for a fact that has no invented value yet."""
    facts = INVENTED | OTHERWISE.get(event.key(), {})
    example = event.read({name: facts[name] for name in event.shape()})
    frozen = {
        "key": event.key(),
        "description": " ".join((event.__doc__ or "").split()),
        "facts": event.shape(),
        "examples": [example.facts()],
    }
    path = released_at(event)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(json.dumps(frozen, ensure_ascii=False, indent=2) + "\n")
    print(f"released {event.key()}")


def main() -> None:
    """Release what is not released."""
    for event in events():
        if not released_at(event).exists():
            release(event)


if __name__ == "__main__":
    main()
