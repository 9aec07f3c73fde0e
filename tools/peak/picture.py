"""The night as a picture: filings a second, latency, the intake's depth, the figures' lag."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape

from tools.peak.load import Outcome, per_second, percentile
from tools.peak.watch import Look

WIDTH, HEIGHT, LEFT, TOP, GAP = 760, 110, 70, 40, 46  # of a panel, in pixels
COLOURS = ("#2a7f62", "#c77700", "#9c2f4f")

Line = Sequence[tuple[float, float]]


def picture(title: str, outcome: Outcome, looks: Sequence[Look]) -> str:
    """Return an SVG with one panel a question, all over the same seconds."""
    answered = per_second(outcome.answered)
    panels: list[tuple[str, Mapping[str, Line]]] = [
        ("filings answered 201, a second", {"": list(enumerate(answered))}),
        ("latency, ms", _latency_by_second(outcome)),
        ("filings waiting in the intake", {"": [(look.at, look.depth) for look in looks]}),
        ("answered and not yet in the figures", {"": _lag(answered, looks)}),
    ]
    last = max([outcome.seconds, *(look.at for look in looks)])
    height = TOP + len(panels) * (HEIGHT + GAP)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 30}" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="8" y="20" font-size="14" font-weight="bold">{escape(title)}</text>',
    ]
    for number, (heading, told) in enumerate(panels):
        lines += _panel(heading, told, TOP + number * (HEIGHT + GAP), last)
    return "\n".join([*lines, "</svg>", ""])


def _panel(heading: str, told: Mapping[str, Line], top: int, last: float) -> list[str]:
    highest = max([1.0, *(value for line in told.values() for _, value in line)])
    base = top + 16 + HEIGHT
    lines = [
        f'<text x="{LEFT}" y="{top + 10}" font-weight="bold">{escape(heading)}</text>',
        f'<path d="M{LEFT} {base - HEIGHT} V{base} H{LEFT + WIDTH}" stroke="#888" fill="none"/>',
        f'<text x="{LEFT - 6}" y="{base - HEIGHT + 8}" text-anchor="end">{highest:,.0f}</text>',
        f'<text x="{LEFT - 6}" y="{base}" text-anchor="end">0</text>',
        f'<text x="{LEFT + WIDTH}" y="{base + 14}" text-anchor="end">{last:.0f} s</text>',
    ]
    for line, colour in zip(told.values(), COLOURS, strict=False):
        points = " ".join(
            f"{LEFT + WIDTH * at / last:.1f},{base - HEIGHT * value / highest:.1f}"
            for at, value in line
        )
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}"/>')
    for number, (name, colour) in enumerate(zip(told, COLOURS, strict=False)):
        lines.append(
            f'<text x="{LEFT + 240 + 60 * number}" y="{top + 10}" fill="{colour}">{name}</text>'
        )
    return lines


def _latency_by_second(outcome: Outcome) -> dict[str, Line]:
    by_second: dict[int, list[float]] = defaultdict(list)
    for at, latency, _ in outcome.answered:
        by_second[int(at)].append(latency * 1000)
    lines: dict[str, Line] = {}
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        lines[name] = [
            (second, percentile(sorted(values), share))
            for second, values in sorted(by_second.items())
        ]
    return lines


def _lag(answered: Sequence[int], looks: Sequence[Look]) -> Line:
    sums = [0]
    for count in answered:
        sums.append(sums[-1] + count)

    def answered_by(at: float) -> float:
        second = min(int(at), len(answered) - 1)
        return sums[second] + answered[second] * min(1.0, at - second)

    return [(look.at, max(0.0, answered_by(look.at) - look.counted)) for look in looks]
