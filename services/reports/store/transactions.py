"""Several writes that are one: all of them happen or none does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pymongo
from pymongo import WriteConcern
from pymongo.read_concern import ReadConcern

TRANSACTION_SECONDS = 5.0

Result = TypeVar("Result")


def in_transaction(client: Any, write: Callable[[Any], Result]) -> Result:
    """Run `write` with a session in one transaction, again when another was in its way."""
    with pymongo.timeout(TRANSACTION_SECONDS), client.start_session() as session:
        result: Result = session.with_transaction(
            write,
            read_concern=ReadConcern("snapshot"),
            write_concern=WriteConcern("majority", j=True),
        )
        return result
