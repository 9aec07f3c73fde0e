"""The comparison as a picture: a bar for each contender's median rate, its range as a line."""

from __future__ import annotations

from html import escape

from tools.journey.client import Facts

WIDTH, BAR, GAP, LEFT, TOP = 520, 22, 14, 180, 40  # in pixels
COLOURS = {"contenders": "#2a7f62", "floors": "#888888"}


def picture(told: Facts) -> str:
    """Return an SVG: the contenders first, then the floors, and the ratios below."""
    bars = [(name, each["per_second"], "contenders") for name, each in told["contenders"].items()]
    bars += [(name, each, "floors") for name, each in told["floors"].items()]
    # The floors lie so far off that on one scale the contenders could not be told apart.
    scales = {
        kind: max([1.0, *(rate["max"] for _, rate, of in bars if of == kind)]) for kind in COLOURS
    }
    below = TOP + len(bars) * (BAR + GAP)
    height = below + 18 * (len(told["ratios"]) + 1)
    title = f"filings a second: {told['filings']:,} filings, {told['clients']} clients"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 120}" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="8" y="20" font-size="14" font-weight="bold">{escape(title)}</text>',
    ]
    for number, (name, rate, kind) in enumerate(bars):
        lines += _bar(name, rate, TOP + number * (BAR + GAP), WIDTH / scales[kind], COLOURS[kind])
    for number, ratio in enumerate(told["ratios"]):
        lines.append(f'<text x="8" y="{below + 18 * (number + 1)}">{escape(_said(ratio))}</text>')
    return "\n".join([*lines, "</svg>", ""])


def _bar(name: str, rate: Facts, top: int, scale: float, colour: str) -> list[str]:
    middle, least, most = (rate[which] * scale for which in ("median", "min", "max"))
    centre = top + BAR / 2
    return [
        f'<text x="{LEFT - 8}" y="{centre + 4}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{LEFT}" y="{top}" width="{middle:.1f}" height="{BAR}" fill="{colour}"/>',
        f'<path d="M{LEFT + least:.1f} {centre} H{LEFT + most:.1f}" stroke="black"/>',
        f'<text x="{LEFT + most + 8:.1f}" y="{centre + 4}">{rate["median"]:,.0f}</text>',
    ]


def _said(ratio: Facts) -> str:
    said = f"ours / {ratio['to']} = {ratio['ratio']:.2f}"
    if ratio["aim"] is None:
        return said
    return f"{said} (aim ≥ {ratio['aim']:g}: {'met' if ratio['is_met'] else 'not met'})"
