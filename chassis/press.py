"""How do facts become a page? Typst sets a template in memory, beside the loop, one PDF at a time.

The template gets the facts as the JSON text `sys.inputs.told`; nothing in them is read as markup.
It says `#set document(date: none)`, and the same facts are then set to the same bytes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import segno
import typst
from eventlet.semaphore import Semaphore
from nameko.extensions import DependencyProvider

from chassis import metrics
from chassis.aside import aside
from contracts.errors import ServiceUnavailable

FONT = "Laksaman"
MOST_IN_QUEUE = 20  # the one being set included
QR_MASK = 3  # choosing the handsomest of eight takes six times as long, and readers do not mind

Facts = Mapping[str, Any]
Print = Callable[[Path, Facts | Callable[[], Facts]], bytes]


class FontMissing(SystemExit):
    """The font of the pages is not installed; the process must not start."""


class Press:
    """Sets one PDF at a time in a thread of the machine; who waits for it waits in green ways."""

    def __init__(self, font_dir: Path, service: str) -> None:
        self._fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_dir)]
        )
        if FONT not in self._fonts.families():
            raise FontMissing(f"cannot start: the font {FONT} is not in {font_dir}")
        self._service = service
        self._free = Semaphore(1)
        self._queued = 0

    def print(self, template: Path, facts: Facts | Callable[[], Facts]) -> bytes:
        """Return the PDF; what makes the facts, if given instead, runs in the thread too.

        Raises ServiceUnavailable when too many wait already.
        """
        with self.place() as print_one:
            return print_one(template, facts)

    @contextmanager
    def place(self) -> Iterator[Print]:
        """Hold a place in the queue: for whoever must not be refused after the first step.

        Raises ServiceUnavailable when too many wait already.
        """
        if self._queued >= MOST_IN_QUEUE:
            raise ServiceUnavailable(service=self._service)
        self._show(self._queued + 1)
        try:
            yield self._print_in_turn
        finally:
            self._show(self._queued - 1)

    def _print_in_turn(self, template: Path, facts: Facts | Callable[[], Facts]) -> bytes:
        with self._free:
            pdf: bytes = aside(self.set_page, template, facts)
        return pdf

    def set_page(self, template: Path, facts: Facts | Callable[[], Facts]) -> bytes:
        """Return the PDF, set here and now: for commands, where nobody else waits."""
        told = json.dumps(facts() if callable(facts) else facts, ensure_ascii=False)
        pdf = typst.Compiler(
            str(template),
            font_paths=self._fonts,
            ignore_system_fonts=True,
            sys_inputs={"told": told},
        ).compile(format="pdf")
        if not isinstance(pdf, bytes):
            raise TypeError("typst returned no single PDF")
        return pdf

    def _show(self, queued: int) -> None:
        self._queued = queued
        metrics.show_pool("typst", in_use=queued, size=MOST_IN_QUEUE)


class Printing(DependencyProvider):
    """Hands a service its press; without its font the process does not start."""

    def __init__(self, settings: Any) -> None:
        self._settings = settings  # a class of Settings with `font_dir`
        self._press: Press | None = None

    def setup(self) -> None:
        """Find the font in the `font_dir` of the settings."""
        self._press = Press(self._settings.read().font_dir, self.container.service_name)

    def get_dependency(self, worker_ctx: Any) -> Press | None:
        """Return the press."""
        return self._press


def qr_svg(text: str) -> str:
    """Return a QR code as SVG text, for a template's `image(bytes(…), format: "svg")`."""
    svg = io.BytesIO()
    code = segno.make(text, error="m", micro=False, mask=QR_MASK)
    code.save(svg, kind="svg", xmldecl=False, omitsize=True, border=2)
    return svg.getvalue().decode()
