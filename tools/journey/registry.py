"""Which registry, and bringing it in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from contracts.reference.lao_types import LaoType
from tools.journey.client import Api, Facts, JourneyFailed
from tools.journey.screen import Step
from tools.synthetic_registry import MARKER, write_synthetic_registry

PUBLISHED = Path("../shared/data/dla-registry-2566.csv")
KRABI = "81"


@dataclass(frozen=True, slots=True)
class Registry:
    """The file to import; `is_synthetic` when its organisations are invented."""

    path: Path
    content: bytes

    @property
    def is_synthetic(self) -> bool:
        return MARKER.encode() in self.content


@dataclass(frozen=True, slots=True)
class Country:
    """What is registered: every LAO, and the one province the journey looks at closely."""

    laos: list[Facts]
    province: str

    @property
    def is_synthetic(self) -> bool:
        """Whether any of it is invented."""
        return any(MARKER in lao["name"] for lao in self.laos)

    @property
    def province_name(self) -> str:
        return next(lao["province"] for lao in self.province_laos)

    @property
    def province_laos(self) -> list[Facts]:
        return [lao for lao in self.laos if lao["province_code"] == self.province]

    def districts(self) -> list[tuple[str, str]]:
        """Return code and name of the province's districts, that with the fewest LAOs first."""
        counted = Counter((lao["district_code"], lao["district"]) for lao in self.province_laos)
        return sorted(counted, key=lambda district: (counted[district], district))


def choose_registry(root: Path, out: Path, given: str | None) -> Registry:
    """Return the file that was asked for, else the published one, else one that is made up."""
    path = Path(given) if given else root / PUBLISHED
    if not given and not path.exists():
        path = out / "synthetic-registry.csv"
        write_synthetic_registry(path)
    try:
        return Registry(path, path.read_bytes())
    except OSError as problem:
        raise JourneyFailed(f"cannot read the registry {path}: {problem.strerror}") from problem


def import_registry(operator: Api, registry: Registry, step: Step) -> Facts:
    """Send the file and return what became of it."""
    step.say(f"{registry.path} ({len(registry.content):,} bytes)")
    files = {"file": (registry.path.name, registry.content, "text/csv")}
    result = operator.job(operator.post("/v1/organisations/imports", files=files), step.show)
    step.say(
        f"{result['organisations']:,} LAOs in {result['provinces']} provinces and "
        f"{result['districts']} districts from {result['rows']:,} rows: {result['added']:,} added, "
        f"{result['changed']:,} changed, {result['unchanged']:,} unchanged"
    )
    for name, meaning in (("rejected", "rows rejected"), ("dirt", "values not used")):
        found = result[name]
        reasons = ", ".join(f"{reason} {n:,}" for reason, n in sorted(found["by_reason"].items()))
        step.say(f"{found['count']:,} {meaning}{f': {reasons}' if reasons else ''}")
    return result


def look_around(operator: Api, step: Step) -> Country:
    """Return all LAOs that are registered now, whichever import brought them."""
    laos = [each for each in operator.each("/v1/organisations") if each["kind"] == "lao"]
    if not laos:
        raise JourneyFailed("no LAO is registered; is the file a registry?")
    counted = Counter(lao["type"] for lao in laos)
    by_type = ", ".join(f"{kind.label} {counted[kind]:,}" for kind in LaoType if counted[kind])
    step.say(f"registered: {len(laos):,} = {by_type}")
    provinces = {lao["province_code"] for lao in laos}
    return Country(laos, KRABI if KRABI in provinces else min(provinces))
