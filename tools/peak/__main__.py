"""A throwaway stack, the whole country signed in, and then all file: `python -m tools.peak`.

Prints a table for each shape of the load and leaves a picture and the figures in `.local/out/`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from datetime import datetime
from pathlib import Path

import uvloop

from contracts.reference.calendar import BANGKOK
from tools.journey import rounds
from tools.journey.client import Api, Facts, wait_for
from tools.journey.screen import Screen, Step
from tools.peak.country import CHEAP, PASSWORD, Prepared, prepare
from tools.peak.load import Crowd, Outcome, herd
from tools.peak.overload import rush
from tools.peak.picture import picture
from tools.peak.requests import Requests
from tools.peak.soak import soak
from tools.peak.watch import Watch
from tools.programs import ROOT
from tools.stack import Stack, StackFailed

PYTHON = ("gateway", "reports", "accounts", "aggregation")
SHAPES = ("single", "closed", "overload", "herd")
BY_HAND = ("soak",)
OVERLOAD = 3.0  # times the capacity that the closed shape has shown
SINGLE_FILINGS = 1_000
PORT = 9_700
CAUGHT_UP_SECONDS = 120.0


class Peak:
    """One run on one stack."""

    def __init__(self, stack: Stack, screen: Screen, asked: argparse.Namespace) -> None:
        self.stack = stack
        self.screen = screen
        self.asked = asked
        self.now = datetime.now(BANGKOK)
        self.anyone = Api.at(stack.url)
        self.operator = self.anyone
        self.round_id = ""
        self.told: list[Facts] = []

    def go(self) -> None:
        """Prepare, then load in each shape."""
        with self.screen.step("A throwaway stack with cheap password hashes"):
            self.stack.up(PASSWORD)
            self.operator, _ = self.anyone.signed_in("operator", PASSWORD)
        country = self._country()
        for shape in self.asked.shapes:
            with self.screen.step(f"Open a rehearsal round for the {shape} shape") as here:
                self.round_id = self._open(country.laos, here)
                requests = Requests.of(self.operator, country.filers, self.round_id, here)
            with self.screen.step(f"All file: {shape}") as here:
                if shape == "overload":
                    self._overload(requests, here)
                elif shape == "soak":
                    self._soak(requests, here)
                else:
                    self._load(shape, requests.originals(), here)

    def _country(self) -> Prepared:
        kept = self.stack.site.state / "prepared.json"
        if kept.exists():
            return Prepared.kept(kept)
        registry, times = self.asked.registry, self.asked.times
        country = prepare(self.anyone, self.operator, self.screen, registry, times, PASSWORD)
        country.keep(kept)
        return country

    def _open(self, laos: int, step: Step) -> str:
        draft = rounds.proposal("trial", 1, now=self.now)
        return rounds.open_round(self.operator, draft, laos, step)["id"]

    def _load(self, shape: str, filings: list[bytes], step: Step) -> None:
        pids = {name: self.stack.pid(name) for name in (*PYTHON, "mongod", "rabbitmq")}
        crowd = self._crowd(step)
        watch = Watch(pids, f"http://127.0.0.1:{self.stack.site.port + 2}", self._counted)
        before = watch.memory_mebibytes()
        with watch:
            if shape == "single":
                outcome = crowd.file_closed(filings[:SINGLE_FILINGS], 1)
            elif shape == "closed":
                outcome = crowd.file_closed(filings, self.asked.clients)
            else:
                arrivals = herd(len(filings), self.asked.rate, self.round_id)
                outcome = crowd.file_open(filings, arrivals)
            used = watch.cpu_seconds()
            caught_up = self._await_figures(outcome.final()[201])
        after = watch.memory_mebibytes()
        figures_told = _figures(shape, outcome, used, before, after, caught_up)
        self.told.append(figures_told)
        for line in _lines(figures_told):
            step.say(line)
        drawn = picture(f"{shape}: {len(filings):,} filings", outcome, watch.looks)
        path = _out() / f"peak-{shape}.svg"
        path.write_text(drawn, encoding="utf-8")
        step.say(f"picture: {path.relative_to(ROOT)}")

    def _overload(self, requests: Requests, step: Step) -> None:
        capacity = self._capacity()
        used = time.process_time()
        seen = uvloop.run(
            rush(
                self._crowd(step),
                requests.originals(),
                requests.listings(),
                capacity=capacity,
                times=OVERLOAD,
            )
        )
        told = {"shape": "overload", "capacity_per_second": capacity, **seen.figures(capacity)}
        told["crowd_share_of_a_core"] = round((time.process_time() - used) / seen.seconds, 2)
        self._await_figures(seen.accepted)
        self._tell(told, step)

    def _soak(self, requests: Requests, step: Step) -> None:
        told, filed = soak(
            self._crowd(step),
            self.stack,
            requests.one,
            len(requests),
            rate=self._capacity() / 2,
            minutes=self.asked.minutes,
            seed=self.round_id,
        )
        self.stack.wait_ready()
        told["figures_complete_after_seconds"] = round(self._await_figures(filed), 1)
        told["recorded"] = self._await_recorded(told["accepted"])
        self._tell(told, step)

    def _await_recorded(self, accepted: int) -> int:
        """Return how many filings and amendments the ledger has, once it is as many as that."""

        def recorded() -> int:
            duties = self.operator.each("/v1/obligations", round=self.round_id)
            return sum(duty["revision"] for duty in duties)

        missing = "the ledger has less than was accepted"
        wait_for(lambda: recorded() >= accepted, CAUGHT_UP_SECONDS, missing)
        return recorded()

    def _capacity(self) -> float:
        closed = (told["per_second"] for told in self.told if told["shape"] == "closed")
        return float(self.asked.capacity or next(closed))

    def _crowd(self, step: Step) -> Crowd:
        return Crowd("127.0.0.1", self.stack.site.port, step.show)

    def _await_figures(self, filed: int) -> float:
        """Return how many seconds the figures took to tell of so many obligations filed on."""
        since = time.perf_counter()
        wait_for(
            lambda: self._counted() >= filed,
            CAUGHT_UP_SECONDS,
            "the figures have not caught up",
        )
        return time.perf_counter() - since

    def _tell(self, told: Facts, step: Step) -> None:
        self.told.append(told)
        for name, value in told.items():
            step.say(f"{name.replace('_', ' ')}: {value}")

    def _counted(self) -> int:
        told = self.operator.get("/v1/completeness", round=self.round_id, by="country")
        return int(told["total"]["filed"])


def _figures(
    shape: str,
    outcome: Outcome,
    used: dict[str, float],
    before: dict[str, float],
    after: dict[str, float],
    caught_up: float,
) -> Facts:
    count = len(outcome.answered)
    return {
        "shape": shape,
        "filings": count,
        "seconds": round(outcome.seconds, 2),
        "per_second": round(count / outcome.seconds, 1),
        "final": {str(status): n for status, n in sorted(outcome.final().items())},
        "every_answer": {str(status): n for status, n in sorted(outcome.statuses.items())},
        "broken_connections": outcome.broken,
        "latency_ms": outcome.latency_ms(),
        "figures_complete_after_seconds": round(caught_up, 2),
        "cpu_ms_per_filing": {name: round(s / count * 1000, 3) for name, s in used.items()},
        "crowd_share_of_a_core": round(used["crowd"] / outcome.seconds, 2),
        "memory_mib": {name: [round(before[name]), round(after[name])] for name in after},
        "python_memory_mib": round(sum(after[name] for name in PYTHON)),
    }


def _lines(figures: Facts) -> list[str]:
    latency = figures["latency_ms"]
    cpu = figures["cpu_ms_per_filing"]
    return [
        f"{figures['filings']:,} filings in {figures['seconds']:.1f} s: "
        f"{figures['per_second']:.0f} a second; ended with {figures['final']}, "
        f"all answers {figures['every_answer']}, connections broken "
        f"{figures['broken_connections']}",
        "latency, ms: " + ", ".join(f"{name} {value:,.0f}" for name, value in latency.items()),
        f"figures complete {figures['figures_complete_after_seconds']:.1f} s after the last answer",
        "CPU, ms a filing: "
        + ", ".join(f"{name} {value:.2f}" for name, value in cpu.items())
        + f"; {sum(cpu.values()):.2f} in all",
        f"the crowd took {figures['crowd_share_of_a_core'] * 100:.0f} % of a core",
        "memory, MiB: "
        + ", ".join(f"{name} {was}→{now}" for name, (was, now) in figures["memory_mib"].items())
        + f"; Python together {figures['python_memory_mib']}",
    ]


def _out() -> Path:
    out = ROOT / ".local" / "out"
    out.mkdir(parents=True, exist_ok=True)
    return out


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.peak", description=__doc__)
    parser.add_argument("registry", nargs="?", help="the DLA's CSV")
    parser.add_argument(
        "--shapes",
        nargs="+",
        default=SHAPES,
        choices=SHAPES + BY_HAND,
        metavar="SHAPE",
        help=" ".join(SHAPES + BY_HAND),
    )
    parser.add_argument(
        "--times", type=int, default=1, help="so many times the organisations, invented"
    )
    parser.add_argument("--clients", type=int, default=128, help="of the closed shape")
    parser.add_argument(
        "--rate", type=float, default=300.0, help="a second, in the herd's last tenth"
    )
    parser.add_argument(
        "--capacity", type=float, help="a second, for overload and soak without the closed shape"
    )
    parser.add_argument("--minutes", type=float, default=20.0, help="of the soak")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument(
        "--keep", action="store_true", help="leave the stack running, for another run"
    )
    return parser.parse_args()


def main() -> None:
    """Run it, tell it, take the stack away."""
    asked = _asked()
    state = ROOT / ".local" / f"peak-{asked.port}"
    stack = Stack(state, asked.port, more_environment=CHEAP)
    if not asked.keep:
        stack.down()  # of a run that was killed
        shutil.rmtree(state, ignore_errors=True)
    peak = Peak(stack, Screen("TRIAL"), asked)
    try:
        peak.go()
    except StackFailed as failure:
        sys.exit(f"peak: {failure}")
    finally:
        if not asked.keep:
            stack.down()
            shutil.rmtree(state, ignore_errors=True)
    path = _out() / "peak.json"
    path.write_text(json.dumps(peak.told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
