"""What was measured, summed up: medians, ratios, and whether they are what they are to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from tools.bench.foreign import ORDINARY, PLAIN
from tools.journey.client import Facts
from tools.peak.load import Outcome

OURS = "ours"
CONTENDERS = (OURS, ORDINARY, PLAIN)
AIMS = {ORDINARY: 3.0, PLAIN: 0.9}


def figures_of(outcome: Outcome, used: Mapping[str, float]) -> Facts:
    """Return the figures of one run: only what was answered 201 counts as filed."""
    final, latency, filings = outcome.final(), outcome.latency_ms(), len(outcome.answered)
    return {
        "filings": filings,
        "filed": final[201],
        "seconds": round(outcome.seconds, 3),
        "per_second": round(final[201] / outcome.seconds, 1),
        "final": {str(status): n for status, n in sorted(final.items())},
        "broken_connections": outcome.broken,
        "p50_ms": latency["p50"],
        "p99_ms": latency["p99"],
        "cpu_ms_per_filing": {
            name: round(seconds / filings * 1000, 3) for name, seconds in used.items()
        },
    }


def summary(runs: Sequence[Facts]) -> Facts:
    """Return the runs of one contender as one: the rates' range, and the medians of the rest."""
    rates = [run["per_second"] for run in runs]
    cpu = {
        name: round(median(run["cpu_ms_per_filing"][name] for run in runs), 3)
        for name in runs[0]["cpu_ms_per_filing"]
    }
    return {
        "per_second": rate_range(rates),
        "p50_ms": median(run["p50_ms"] for run in runs),
        "p99_ms": median(run["p99_ms"] for run in runs),
        "cpu_ms_per_filing": cpu,
        "cpu_ms_in_all": round(sum(cpu.values()), 3),
    }


def rate_range(rates: Sequence[float]) -> Facts:
    """Return the least, the middle and the most."""
    return {"min": min(rates), "median": median(rates), "max": max(rates)}


def ratios(rates: Mapping[str, Sequence[float]]) -> list[Facts]:
    """Return our median rate over each other's; where there is an aim, whether it is met.

    `rates` has one for each repetition. The machine may be slower in one than in the next, so the
    least and the most of the ratios within a repetition are told, too.
    """
    told = []
    for name, others in rates.items():
        if name == OURS:
            continue
        within = [_over(ours, other) for ours, other in zip(rates[OURS], others, strict=True)]
        ratio = _over(median(rates[OURS]), median(others))
        aim = AIMS.get(name)
        is_met = None if aim is None else ratio >= aim
        told.append(
            {
                "to": name,
                "ratio": ratio,
                "least": min(within),
                "most": max(within),
                "aim": aim,
                "is_met": is_met,
            }
        )
    return told


def lines(told: Facts) -> list[str]:
    """Return the table that is printed at the end."""
    rows = [f"{'filings a second':24}{'min':>9}{'median':>9}{'max':>9}{'p50 ms':>9}{'p99 ms':>9}"]
    for name, each in told["contenders"].items():
        rows.append(
            f"{name:24}{_range(each['per_second'])}{each['p50_ms']:9.0f}{each['p99_ms']:9.0f}"
        )
    rows += [f"{name:24}{_range(each)}" for name, each in told["floors"].items()]
    rows += ["", "CPU, ms a filing (medians)"]
    for name, each in told["contenders"].items():
        used = ", ".join(f"{program} {ms:.2f}" for program, ms in each["cpu_ms_per_filing"].items())
        rows.append(f"{name:24}{each['cpu_ms_in_all']:5.2f}: {used}")
    rows += ["", f"{'ratio of the medians':32}{'':8}  in one repetition{'aim':>8}"]
    for ratio in told["ratios"]:
        within = f"{ratio['least']:.2f} to {ratio['most']:.2f}"
        rows.append(f"{'ours / ' + ratio['to']:32}{ratio['ratio']:8.2f}{within:>19}{_aim(ratio)}")
    return rows


def _range(rate: Facts) -> str:
    return "".join(f"{rate[name]:9,.0f}" for name in ("min", "median", "max"))


def _over(ours: float, other: float) -> float:
    return round(ours / other, 3) if other else 0.0


def _aim(ratio: Facts) -> str:
    if ratio["aim"] is None:
        return ""
    return f"{'≥ ' + format(ratio['aim'], 'g'):>8}  {'met' if ratio['is_met'] else 'NOT MET'}"
