"""Completeness by province as a table for the terminal and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rich import box
from rich.table import Table

from tools.journey.client import Facts

COLUMNS = ("expected", "filed", "on_time", "late", "nil", "amended", "missing")
ROW, BAR, LEFT = 15, 400, 150  # of the picture, in pixels


def table(title: str, completeness: Facts) -> Table:
    """Return the rows where something was filed, one line for all others, and the total."""
    shown = Table(
        collapse_padding=True, title=title, title_justify="left", box=box.SIMPLE, pad_edge=False
    )
    shown.add_column(completeness["by"], no_wrap=True)
    for name in (*COLUMNS, "rate %"):
        shown.add_column(name.replace("_", " "), justify="right")
    filed = [item for item in completeness["items"] if item["filed"]]
    others = [item for item in completeness["items"] if not item["filed"]]
    for item in filed:
        shown.add_row(item["name"], *_cells(item))
    if others:
        sums = {name: sum(item[name] for item in others) for name in COLUMNS}
        shown.add_row(f"อีก {len(others)} จังหวัด", *_cells({**sums, "rate": 0.0}))
    shown.add_section()
    shown.add_row(completeness["total"]["name"], *_cells(completeness["total"]))
    return shown


def _cells(item: Facts) -> Sequence[str]:
    rate = "–" if item["rate"] is None else f"{item['rate']:.2f}"
    return [*(f"{item[name]:,}" for name in COLUMNS), rate]


def picture(title: str, completeness: Facts) -> str:
    """Return an SVG with a bar per row: what was filed in time, what late, of what was expected."""
    items = completeness["items"]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + BAR + 130}" '
        f'height="{(len(items) + 3) * ROW}" font-family="sans-serif" font-size="11">',
        f'<text x="8" y="{ROW}" font-weight="bold">{escape(title)}</text>',
    ]
    for number, item in enumerate(items, start=2):
        top, whole = number * ROW, max(item["expected"], 1)
        in_time, late = (BAR * item[name] / whole for name in ("on_time", "late"))
        lines += [
            f'<text x="{LEFT - 8}" y="{top + 11}" text-anchor="end">{escape(item["name"])}</text>',
            f'<rect x="{LEFT}" y="{top + 2}" width="{BAR}" height="11" fill="#e6e6e6"/>',
            f'<rect x="{LEFT}" y="{top + 2}" width="{in_time:.1f}" height="11" fill="#2a7f62"/>',
            f'<rect x="{LEFT + in_time:.1f}" y="{top + 2}" width="{late:.1f}" height="11" '
            'fill="#c77700"/>',
            f'<text x="{LEFT + BAR + 8}" y="{top + 11}">{item["filed"]:,} / '
            f"{item['expected']:,}</text>",
        ]
    return "\n".join([*lines, "</svg>", ""])
