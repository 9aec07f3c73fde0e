"""Print what the tests of faults saw as one table: `python -m tools.fault_figures`."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tools.programs import ROOT

FIGURES = ROOT / ".local" / "out" / "faults.jsonl"
WIDTH = 140


def main() -> None:
    """Print the figures of the last run, one line for each fault."""
    lines = FIGURES.read_text().splitlines() if FIGURES.exists() else []
    Console(width=WIDTH).print(table_of([json.loads(line) for line in lines]))
    print(f"The figures are in {FIGURES.relative_to(ROOT)}")


def table_of(runs: list[dict[str, Any]]) -> Table:
    """Return a table of the runs."""
    table = Table(title="Faults", show_lines=True)
    table.add_column("run", overflow="fold", max_width=44)
    for heading in ("accepted", "slowest\nanswer, s", "broken\noff", "given\nup"):
        table.add_column(heading, justify="right")
    table.add_column("answers\nby status")
    table.add_column("memory before → after, MiB")
    for run in runs:
        table.add_row(
            escape(run["run"].removeprefix("test_").replace("_", " ")),
            str(run["accepted"]),
            str(run.get("slowest_to_answer_seconds", run["slowest_answer_seconds"])),
            str(run.get("broken_off", "")),
            str(run.get("given_up", "")),
            "\n".join(f"{count} × {status}" for status, count in run["answers"].items()),
            ", ".join(
                f"{name} {before:.0f} → {after:.0f}"
                for name, (before, after) in run.get("memory_mib", {}).items()
            ),
        )
    return table


if __name__ == "__main__":
    main()
