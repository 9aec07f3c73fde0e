"""Prints the slips of a whole made-up country as its offices would: `python -m tools.bench_slips`.

Every district and province gets one PDF of what it hands out, in a folder that is deleted at the
end. Says how long that took, how many slips a second, and the most memory a process needed, each
beside what typst takes for as many empty pages. Exit 1 when it is over two minutes.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from secrets import token_bytes
from uuid import uuid4

import typst
from rich.progress import track

from chassis.clock import now
from chassis.typesetter import Typesetter
from contracts.principal import Role
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.issuance.slips import TEMPLATE, Slip, pages_of
from services.accounts.organisations.rules.organisation import described, plan_import
from services.accounts.registry.read import read_registry
from services.accounts.settings import Settings
from services.accounts.slots.rules.slot import Tier, slots_of
from tools.synthetic_registry import write_synthetic_registry

MOST_SECONDS = 120.0
EMPTY = "#for _ in range(int(sys.inputs.pages) - 1) [x #pagebreak()]\nx"
Print = Callable[[list[Slip]], bytes]


def slips_by_office(folder: Path) -> dict[str, list[Slip]]:
    """Return the slips of every LAO of a synthetic country, by the office that hands them out."""
    registry = folder / "registry.csv"
    write_synthetic_registry(registry)
    wanted = described(read_registry(registry.read_bytes()).organisations)
    at = now()
    plan = plan_import(wanted, {}, on=at.date(), new_id=lambda: uuid4().hex)
    codes = ActivationCodes(token_bytes(32))
    offices: dict[str, list[Slip]] = defaultdict(list)
    for organisation in plan.added:
        for slot in slots_of(organisation):
            if slot.role is Role.LAO_OFFICER:
                is_near = slot.handed_out_by is Tier.DISTRICT
                office = f"d{slot.district_code}" if is_near else f"p{slot.province_code}"
                code = codes.make("bench", slot.id)
                offices[office].append(
                    Slip(slot, organisation.facts, code, at + timedelta(days=21))
                )
    return offices


def printer(what: str, folder: Path) -> Print:
    """Return what makes the PDF of an office: its slips, or as many empty pages."""
    if what == "slips":
        typesetter = Typesetter(Settings.font_dir)
        names = {"office": "ที่ว่าการอำเภอสมมติ", "portal_url": "https://sucharit.example"}
        return lambda slips: typesetter.render_here(TEMPLATE, pages_of(slips, **names))
    template = folder / "empty.typ"
    template.write_text(EMPTY, encoding="utf-8")

    def empty(slips: list[Slip]) -> bytes:
        inputs = {"pages": str(len(slips))}
        pdf = typst.Compiler(str(template), sys_inputs=inputs).compile(format="pdf")
        assert isinstance(pdf, bytes)  # noqa: S101 (one PDF, whatever the pages)
        return pdf

    return empty


def measure(what: str) -> dict[str, float]:
    """Print everything once, in this process, and return what it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        offices = slips_by_office(folder)
        make = printer(what, folder)
        before = _most_mebibytes()
        started, cpu_started = time.monotonic(), time.process_time()
        size = sum(
            _written(folder / f"{office}.pdf", make(offices[office]))
            for office in _shown(what, offices)
        )
        seconds, cpu_seconds = time.monotonic() - started, time.process_time() - cpu_started
    return {
        "pdfs": len(offices),
        "slips": sum(map(len, offices.values())),
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "mebibytes": size / 2**20,
        "memory_before": before,
        "memory": _most_mebibytes(),
    }


def _shown(what: str, offices: dict[str, list[Slip]]) -> Iterator[str]:
    yield from track(sorted(offices), description=what, transient=True)


def _written(path: Path, pdf: bytes) -> int:
    return path.write_bytes(pdf)


def _most_mebibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _elsewhere(what: str) -> dict[str, float]:
    """Measure in a process of its own, so that the memory of one is not that of the other."""
    command = [sys.executable, "-m", "tools.bench_slips", "--only", what]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(told.stdout.splitlines()[-1]))


def main() -> None:
    """Measure both and compare, or measure one and tell it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench_slips", description=__doc__)
    parser.add_argument("--only", choices=("slips", "empty"), help=argparse.SUPPRESS)
    only = parser.parse_args().only
    if only:
        print(json.dumps(measure(only)))
        return
    empty, slips = _elsewhere("empty"), _elsewhere("slips")
    count, seconds = slips["slips"], slips["seconds"]
    print(f"{count:,.0f} slips in {slips['pdfs']:,.0f} PDFs ({slips['mebibytes']:,.0f} MiB)")
    print(f"{seconds:8.1f} s       {seconds / empty['seconds']:6.1f} × empty pages")
    print(f"{slips['cpu_seconds']:8.1f} s of CPU")
    print(f"{count / seconds:8.0f} slips/s")
    print(f"{slips['memory']:8.0f} MiB     {slips['memory'] / empty['memory']:6.1f} × empty pages")
    print(f"{slips['memory_before']:8.0f} MiB of it before the first page")
    if seconds > MOST_SECONDS:
        sys.exit(f"slower than {MOST_SECONDS:.0f} s")


if __name__ == "__main__":
    main()
