"""Checks that every receipt is an event and every event counted: `make reconcile`, on what runs.

Prints what was last compared, round by round, as `GET /v1/reconciliation` tells it to the operator.
Exit 0: no difference; 1: a difference; 2: it cannot be told. Where the operator is signed in
elsewhere it says so; `--takeover` ends that session.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta

import httpx
from rich import box
from rich.console import Console
from rich.table import Table

from chassis.clock import now
from contracts.fields import read_time
from tools.journey.client import Api, Facts, JourneyFailed
from tools.stack import Stack, StackFailed

COUNTS = ("receipts", "events", "counted", "difference")
FRESH = timedelta(minutes=5)  # compared every minute
DIFFERS, UNKNOWN = 1, 2


def main() -> None:
    """Ask, print, and end with what was found."""
    parser = argparse.ArgumentParser(prog="make reconcile", description=__doc__)
    parser.add_argument("--takeover", action="store_true", help="end the operator's session")
    takeover = parser.parse_args().takeover
    try:
        stack = Stack.from_environment()
        password = (stack.site.keys / "operator-password").read_text()
        items = compared(Api.at(stack.url), password, takeover=takeover)
    except (JourneyFailed, StackFailed) as failure:
        print(f"reconcile: {failure}", file=sys.stderr)
        sys.exit(UNKNOWN)
    except (httpx.HTTPError, OSError) as problem:
        print(f"reconcile: the stack is not up ({problem}); `make status`", file=sys.stderr)
        sys.exit(UNKNOWN)
    status, verdict = judge(items, now())
    console = Console(highlight=False)
    console.print(table(items), verdict)
    sys.exit(status)


def compared(anyone: Api, password: str, *, takeover: bool) -> list[Facts]:
    """Return the rows as the operator is told them; the session made for that is ended again."""
    operator, _ = anyone.signed_in("operator", password, takeover=takeover)
    try:
        items: list[Facts] = operator.get("/v1/reconciliation")["items"]
    finally:
        operator.ask("DELETE", "/v1/sessions/current")
    return items


def judge(items: Sequence[Facts], at: datetime) -> tuple[int, str]:
    """Return the exit status, and why in a sentence."""
    differing = [item["round_id"] for item in items if item["difference"]]
    if differing:
        return DIFFERS, f"A difference in {', '.join(differing)}."
    if not items:
        return UNKNOWN, "Nothing has been compared yet: that is done every minute."
    oldest = min(read_time(item["as_of"]) for item in items)
    if at - oldest > FRESH:
        return UNKNOWN, "Not compared for minutes: aggregation or reports is away; `make status`."
    return 0, "No difference."


def table(items: Sequence[Facts]) -> Table:
    """Return a line for each round."""
    shown = Table(box=box.SIMPLE, pad_edge=False)
    shown.add_column("round", no_wrap=True)
    shown.add_column("mode")
    for name in COUNTS:
        shown.add_column(name, justify="right")
    shown.add_column("as of", no_wrap=True)
    for item in items:
        counts = (f"{item[name]:,}" for name in COUNTS)
        style = "bold red" if item["difference"] else None
        shown.add_row(item["round_id"], item["mode"], *counts, item["as_of"][:19], style=style)
    return shown


if __name__ == "__main__":
    main()
