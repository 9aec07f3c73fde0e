"""Shows what tests of a room do not see: `make mutants ROOM=contracts/forms ARGS="--samples 20"`.

Changes the room in one place at a time, drawn at random, in a copy of the checkout, and runs the
room's tests on it. Prints the difference of each change that no test saw; some change nothing that
matters. Exit 1 when the tests fail on the code as it is.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tools.programs import ROOT
from tools.stack import Stack

COPY = ROOT / ".local" / "mutants"
FOLDERS = ("tests/contracts", "tests/unit", "tests/component")  # the quickest first
LEAST_SECONDS = 30.0
TIMES_AS_LONG = 3.0
GRACE_SECONDS = 60.0


class Mutant(NamedTuple):
    """A single change: what the file is then."""

    file: str
    line: int
    before: str
    after: str

    def difference(self) -> str:
        """Return what is changed, as `diff -u` tells it."""
        sides = (self.before.splitlines(), self.after.splitlines())
        lines = difflib.unified_diff(*sides, self.file, self.file, n=2, lineterm="")
        return "\n".join(lines)


def main() -> None:
    """Draw, run, and tell."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("room", help="a folder or a file of the code")
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))  # noqa: S311
    parser.add_argument("--tests", nargs="+", help="else those of the room, the quickest first")
    parser.add_argument("--seconds", type=float, help="for one; else 3 times what all take")
    asked = parser.parse_args()
    room = Path(asked.room).resolve().relative_to(ROOT)
    tests = asked.tests or tests_of(room)
    if not tests:
        sys.exit(f"no tests of {room} are known: name some with --tests")
    make_copy()
    try:
        began = time.monotonic()
        if ended(tests, asked.seconds or 3600.0) != "survived":
            sys.exit(f"{' '.join(tests)} fails on the code as it is")
        took = time.monotonic() - began
        seconds = asked.seconds or max(LEAST_SECONDS, TIMES_AS_LONG * took)
        print(f"{' '.join(tests)}: {took:.0f} s; at most {seconds:.0f} s each; seed {asked.seed}")
        drawn = draw(room, asked.samples, random.Random(asked.seed))  # noqa: S311
        tell([outcome_of(mutant, tests, seconds) for mutant in drawn])
    finally:
        for state in (COPY / ".local").glob("test-*"):
            Stack(state, int(state.name.partition("-")[2])).down()


def tests_of(room: Path) -> list[str]:
    """Return the folders of tests that bear the room's name."""
    name = room.parts[1] if room.parts[0] == "services" else room.parts[0]
    folders = [f"{folder}/{name}" for folder in FOLDERS[1:]]
    folders += [folder for folder in FOLDERS[:1] if folder == f"tests/{name}"]
    return [folder for folder in folders if (ROOT / folder).is_dir()]


def make_copy() -> None:
    """Copy what is versioned or new, so that nothing is ever left changed in the checkout."""
    listing = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    told = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True)
    shutil.rmtree(COPY, ignore_errors=True)
    for name in filter(None, told.stdout.split("\0")):
        if (ROOT / name).is_file():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / name)
    (COPY / ".venv").symlink_to(ROOT / ".venv")


def draw(room: Path, samples: int, chance: random.Random) -> list[Mutant]:
    """Return that many changes of the room at most, each place as likely as another."""
    path = ROOT / room
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    places = [place for file in files for place in places_in(file)]
    drawn: dict[str, Mutant] = {}
    while places and len(drawn) < samples:
        file, line, changes = places.pop(chance.randrange(len(places)))
        change, occurrence = chance.choice(changes)
        before = file.read_text()
        after = changed(before, change, occurrence)
        if after is not None and not means_the_same(before, after):
            drawn[after] = Mutant(str(file.relative_to(ROOT)), line, before, after)
    return list(drawn.values())


def places_in(file: Path) -> Iterator[tuple[Path, int, list[tuple[Any, int]]]]:
    """Yield each place that can be changed: file, line, and the changes with their occurrence."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    found: dict[Any, list[tuple[Any, int]]] = {}
    tree = get_ast(file.read_text())
    for name in operator_names():
        if get_operator(name).arguments():
            continue  # of names of variables, which it would have to be told
        change = get_operator(name)()
        positions = (at for node in ast_nodes(tree) for at in change.mutation_positions(node))
        for occurrence, at in enumerate(positions):
            found.setdefault(at, []).append((change, occurrence))
    for (start, _), changes in found.items():
        yield file, start[0], changes


def changed(code: str, change: Any, occurrence: int) -> str | None:
    """Return the code with one thing changed, or None when it is no code then."""
    from cosmic_ray.mutating import mutate_code

    after = mutate_code(code, change, occurrence)
    try:
        compile(after, "mutant", "exec")
    except SyntaxError:
        return None
    return str(after)


def means_the_same(one: str, other: str) -> bool:
    """Whether two texts differ in nothing that runs: in annotations at most."""
    return _running(one) == _running(other)


def _running(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.arg):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.dump(tree)


def outcome_of(mutant: Mutant, tests: Sequence[str], seconds: float) -> bool:
    """Put the change into the copy, run, put it back. Tells; returns whether it survived."""
    file = COPY / mutant.file
    file.write_text(mutant.after)
    try:
        outcome = ended(tests, seconds)
    finally:
        file.write_text(mutant.before)
    print(f"{outcome:9} {mutant.file}:{mutant.line}", flush=True)
    if outcome == "survived":
        print(mutant.difference(), flush=True)
    return outcome == "survived"


def ended(tests: Sequence[str], seconds: float, where: Path = COPY) -> str:
    """Run tests in a folder until one fails. Returns survived, killed, or hung: stopped from
    outside, since one that never yields cannot stop itself.
    """
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTHONPATH", None)
    command = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests)
    with subprocess.Popen(
        command,
        cwd=where,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        for stopping, patience in ((signal.SIGINT, seconds), (signal.SIGKILL, GRACE_SECONDS)):
            try:
                status = running.wait(patience)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, stopping)
            else:
                if stopping == signal.SIGKILL:
                    return "hung"
                return "killed" if status else "survived"
        return "hung"


def tell(survived: Sequence[bool]) -> None:
    """Tell how many the tests saw."""
    seen = len(survived) - sum(survived)
    share = f", {100 * seen / len(survived):.0f} %" if survived else ""
    print(f"{seen} of {len(survived)} seen{share}")


if __name__ == "__main__":
    main()
