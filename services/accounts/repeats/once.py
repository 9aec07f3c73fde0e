"""Lets a request that creates something be repeated in safety, with an Idempotency-Key.

What is created bears the id of its request. So one that was cut short between creating and
answering finds on its repeat what is there already.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from contracts.errors import ServiceError
from contracts.principal import Principal
from contracts.repeats import digest_of, request_id
from services.accounts.repeats.store import RepeatStore

ID_DIGITS = 16


def once(
    repeats: RepeatStore,
    by: Principal,
    key: str | None,
    asked: Mapping[str, Any],
    create: Callable[[str], Mapping[str, Any]],
    *,
    at: datetime,
) -> dict[str, Any]:
    """Return what `create` answers to the id of the request, or has answered to it; and `replayed`.

    Keys are the slot's own. `create` may be called again with an id, and then creates nothing that
    bears it already. What it refuses is not kept. Raises IdempotencyKeyReused.
    """
    if key is None:
        return {**create(secrets.token_hex(ID_DIGITS // 2)), "replayed": False}
    of_request = request_id(by.slot_id, key)[:ID_DIGITS]
    answered = repeats.begin(of_request, digest_of(asked), at=at)
    if answered is not None:
        return {**answered, "replayed": True}
    try:
        answer = create(of_request)
    except ServiceError:
        repeats.forget(of_request)
        raise
    repeats.answer(of_request, answer)
    return {**answer, "replayed": False}
