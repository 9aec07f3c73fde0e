"""Checks that the audit chain is whole: `python -m services.accounts.audit verify [DAY]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from chassis.mongo import connect
from chassis.outbox import Outbox
from chassis.publisher import Wire
from services.accounts.audit.rules import (
    ChainPosition,
    find_break,
    position_of,
)
from services.accounts.audit.store import AuditStore
from services.accounts.documents import DATABASE
from services.accounts.settings import Settings


def verify(store: AuditStore, day: str | None = None, head: str | None = None) -> Iterator[str]:
    """Yield a line for each sound day with its head. Raises Tampered at the first fault."""
    seen: dict[str, ChainPosition] = {}
    missed = head

    def watched() -> Iterator[dict[str, Any]]:
        nonlocal missed
        for entry in store.read(day):
            yield entry
            seen[entry["day"]] = position_of(entry)
            if entry["sha256"] == missed:
                missed = None

    before = None if day is None else store.find_last_before(day)
    fault = find_break(watched(), before, {head.day: head for head in store.list_heads(day)})
    if fault is not None:
        raise Tampered(f"{fault.day}: entry {fault.seq} {fault.what}")
    if missed is not None:
        raise Tampered(f"no entry has the hash {missed}: what it ended was cut off or replaced")
    for place in seen.values():
        yield f"{place.day}: {place.seq} entries, head {place.sha256}"


class Tampered(Exception):
    """The chain is not what was written; the message says where."""


def main() -> None:
    """Verify the chain of the database the settings name."""
    parser = argparse.ArgumentParser(prog="python -m services.accounts.audit", description=__doc__)
    parser.add_argument("action", choices=["verify"])
    parser.add_argument("day", nargs="?", help="one Bangkok day, YYYY-MM-DD; all when left out")
    parser.add_argument("--head", metavar="SHA256", help="a head once told, which must be there")
    asked = parser.parse_args()
    database = connect(Settings.read().mongo_uri, DATABASE)
    store = AuditStore(database, Outbox(Wire("", "audit"), ()))
    try:
        sys.stdout.writelines(f"{line}\n" for line in verify(store, asked.day, asked.head))
    except Tampered as found:
        sys.exit(f"audit: {found}")


if __name__ == "__main__":
    main()
