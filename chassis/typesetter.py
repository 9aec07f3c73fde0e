"""Sets facts in a typst template to a PDF, in memory, beside the loop, one at a time.

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

from chassis.glyphs import Glyphs
from chassis.work_line import WorkLine

FONT = "Laksaman"
# For what people type that it lacks, in this order: Malay in Arabic letters; signs and Lao; emoji;
# Chinese. As Debian installs them; one that is not there is done without.
FONTS_BEHIND = {
    "Amiri": Path("/usr/share/fonts/opentype/fonts-hosny-amiri/Amiri-Regular.ttf"),
    "DejaVu Sans": Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    "Symbola": Path("/usr/share/fonts/truetype/ancient-scripts/Symbola_hint.ttf"),
    "Droid Sans Fallback": Path("/usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf"),
}
MOST_WAITING = 19  # beside the one being set
MOST_OF_ONE_CALLER = 4
QR_MASK = 3  # choosing the handsomest of eight takes six times as long, and readers do not mind

Facts = Mapping[str, Any]
Render = Callable[[Path, Facts | Callable[[], Facts]], bytes]


class FontMissing(SystemExit):
    """The font of the pages is not installed; the process must not start."""


class Typesetter:
    """Sets one PDF at a time in a thread of the machine; who waits for it waits in green ways.

    Of the MOST_WAITING that may wait and the one in hand, one caller has MOST_OF_ONE_CALLER.
    `glyphs` knows what can be printed.
    """

    def __init__(self, font_dir: Path) -> None:
        behind = {font: path for font, path in FONTS_BEHIND.items() if path.is_file()}
        folders = [font_dir, *(path.parent for path in behind.values())]
        self._fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(folder) for folder in folders],
        )
        if FONT not in self._fonts.families():
            raise FontMissing(f"cannot start: the font {FONT} is not in {font_dir}")
        self._families = json.dumps([FONT, *behind])
        self.glyphs = Glyphs([font_dir / f"{FONT}.ttf", *behind.values()])
        self._line = WorkLine(
            "typst", threads=1, waiting=MOST_WAITING, per_caller=MOST_OF_ONE_CALLER
        )

    def render(
        self, template: Path, facts: Facts | Callable[[], Facts], *, caller: str | None
    ) -> bytes:
        """Return the PDF; what makes the facts, if given instead, runs in the thread too.

        `caller` is whoever asked, None a job. Raises WorkLineFull, TooManyAtOnce.
        """
        with self.place(caller) as render:
            return render(template, facts)

    @contextmanager
    def place(self, caller: str | None) -> Iterator[Render]:
        """Hold a place in the line: for whoever must not be refused after the first step.

        Raises WorkLineFull, TooManyAtOnce.
        """
        with self._line.place(caller) as run:
            yield lambda template, facts: run(self.render_here, template, facts)

    def render_here(self, template: Path, facts: Facts | Callable[[], Facts]) -> bytes:
        """Return the PDF, set here and now: for commands, where nobody else waits."""
        printable = self.glyphs.printable(facts() if callable(facts) else facts)
        text = json.dumps(printable, ensure_ascii=False)
        pdf = typst.Compiler(
            str(template),
            font_paths=self._fonts,
            ignore_system_fonts=True,
            sys_inputs={"told": text, "fonts": self._families},
        ).compile(format="pdf")
        if not isinstance(pdf, bytes):
            raise TypeError("typst returned no single PDF")
        return pdf


def qr_svg(text: str) -> str:
    """Return a QR code as SVG text, for a template's `image(bytes(…), format: "svg")`."""
    svg = io.BytesIO()
    code = segno.make(text, error="m", micro=False, mask=QR_MASK)
    code.save(svg, kind="svg", xmldecl=False, omitsize=True, border=2)
    return svg.getvalue().decode()
