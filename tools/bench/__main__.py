"""Ours beside the ordinary nameko way and a plain insert, in one run: `python -m tools.bench`.

All validate, write durably and answer with a signed receipt; only ours promises more. Prints rates,
CPU and ratios, and leaves figures and a picture in `.local/out/`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from tools.bench.contest import Contest
from tools.bench.figures import lines
from tools.bench.picture import picture
from tools.journey.client import JourneyFailed
from tools.journey.registry import choose_registry
from tools.journey.screen import Screen
from tools.peak.country import CHEAP
from tools.programs import ROOT
from tools.stack import Stack, StackFailed

PORT = 9_800


def main() -> None:
    """Run it, tell it, take the stack away."""
    asked = _asked()
    state = ROOT / ".local" / f"bench-{asked.port}"
    out = ROOT / ".local" / "out"
    out.mkdir(parents=True, exist_ok=True)
    stack = Stack(state, asked.port, more_environment=CHEAP)
    stack.down()  # of a run that was killed
    shutil.rmtree(state, ignore_errors=True)
    screen = Screen("TRIAL")
    contest = Contest(
        stack, screen, filings=asked.filings, warm_up=asked.warm_up, clients=asked.clients
    )
    try:
        registry = choose_registry(ROOT, out, asked.registry)
        contest.go(contest.prepare(registry, asked.repeats))
    except (StackFailed, JourneyFailed) as failure:
        sys.exit(f"bench: {failure}")
    finally:
        if not asked.keep:
            stack.down()
            shutil.rmtree(state, ignore_errors=True)
    told = contest.told()
    screen.block("The same filings, one contender after the other", lines(told))
    _leave(out / "bench.json", json.dumps(told, indent=2, ensure_ascii=False) + "\n", screen)
    _leave(out / "bench.svg", picture(told), screen)


def _leave(path: Path, text: str, screen: Screen) -> None:
    path.write_text(text, encoding="utf-8")
    screen.console.print(f"   {path.relative_to(ROOT)}")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("registry", nargs="?", help="the DLA's CSV")
    parser.add_argument("--filings", type=int, default=5_000, help="measured, of each contender")
    parser.add_argument("--warm-up", type=int, default=256, help="filings before those")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--clients", type=int, default=128)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--keep", action="store_true", help="leave the stack running")
    return parser.parse_args()


if __name__ == "__main__":
    main()
