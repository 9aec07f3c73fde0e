"""What the person at the terminal sees: numbered steps, what each found, how long it took.

Without a terminal the same lines come plain, and no bar moves.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

PLAIN_WIDTH = 100


class Step:
    """One step under way."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: Progress | None = None

    def say(self, line: str) -> None:
        """Print one thing found."""
        self._console.print(f"   {line}", soft_wrap=True)

    def show(self, done: int, total: int) -> None:
        """Move the bar, which is there once it is known how far it is."""
        if not (total and self._console.is_terminal):
            return
        if self._progress is None:
            columns = (TextColumn("  "), BarColumn(), MofNCompleteColumn())
            self._progress = Progress(*columns, console=self._console, transient=True)
            self._progress.add_task("")
            self._progress.start()
        self._progress.update(self._progress.task_ids[0], completed=done, total=total)

    def end(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()


class Screen:
    """Steps one after the other; what it is marked with is said in every heading."""

    def __init__(self, mark: str = "", console: Console | None = None) -> None:
        console = console or Console(highlight=False)
        if not console.is_terminal:
            console.width = PLAIN_WIDTH
        self.console = console
        self.seconds: dict[str, float] = {}
        self.mark(mark)

    def mark(self, word: str) -> None:
        """Say the word in every heading from now on."""
        self._mark = f" [bold yellow]{word}[/]" if word else ""

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Head what follows, and say at its end how long it took."""
        started = time.monotonic()
        number = len(self.seconds) + 1
        self.console.print(f"[bold]{number}. {title}[/]{self._mark}")
        step = Step(self.console)
        try:
            yield step
        finally:
            step.end()
        self.seconds[title] = time.monotonic() - started
        self.console.print(f"   [dim]{self.seconds[title]:.1f} s[/]")

    def block(self, title: str, lines: list[str]) -> None:
        """Print a heading and lines, as they are."""
        self.console.print(f"\n[bold]{title}[/]{self._mark}")
        for line in lines:
            self.console.print(f"   {line}", soft_wrap=True, markup=False)
