"""The rule of `contracts.reports.due_dates` as the database is asked and told it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.collecting.due_dates import WHOLE_SECOND

_MILLISECONDS = WHOLE_SECOND.microseconds // 1_000


def within(moment: Any, limit: Any) -> dict[str, Any]:
    """Return the expression whether a moment is within a limit."""
    is_whole = {"$eq": [{"$millisecond": limit}, 0]}
    return {"$lte": [moment, {"$cond": [is_whole, {"$add": [limit, _MILLISECONDS]}, limit]}]}


def in_time(moment: Any, due_at: Any, stood: Any) -> dict[str, Any]:
    """Return the expression whether what was filed at a moment is on time."""
    held = {
        "$and": [
            {"$lte": ["$$each.since", moment]},
            {"$lt": [moment, "$$each.until"]},
            within(moment, "$$each.due_at"),
        ]
    }
    stood_then = {"$map": {"input": {"$ifNull": [stood, []]}, "as": "each", "in": held}}
    return {"$or": [within(moment, due_at), {"$anyElementTrue": [stood_then]}]}


def past(field: str, at: datetime) -> dict[str, Any]:
    """Return the condition that a field's limit is over; by its index, then to the millisecond."""
    return {field: {"$lt": at}, "$expr": {"$not": [within({"$literal": at}, f"${field}")]}}
