"""Who files: the whole country registered, activated and signed in on a throwaway stack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.journey.client import Api, Facts, in_parallel
from tools.journey.codes import hand_out, issue_codes
from tools.journey.registry import choose_registry, import_registry, look_around
from tools.journey.screen import Screen
from tools.programs import ROOT, write_privately
from tools.synthetic_registry import write_synthetic_registry

FILERS = 23_547


@dataclass(frozen=True, slots=True)
class Filer:
    """A signed-in slot."""

    username: str
    token: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A registered country of so many LAOs, of whose slots these are signed in."""

    laos: int
    filers: list[Filer]

    def keep(self, path: Path) -> None:
        """Write it down, for another run on a stack that was left running."""
        write_privately(path, json.dumps(asdict(self)).encode())

    @classmethod
    def kept(cls, path: Path) -> Prepared:
        """Read what was written down."""
        facts = json.loads(path.read_bytes())
        return cls(facts["laos"], [Filer(**filer) for filer in facts["filers"]])


def prepare(
    anyone: Api, operator: Api, screen: Screen, registry: str | None, times: int, password: str
) -> Prepared:
    """Register the country, `times` as large as it is, and sign as many officers in as it has.

    Of a larger country only the first provinces' officers are activated: whoever does not file
    costs an organisation, its slots and its obligations, and those are what the size is about.
    """
    with screen.step("Import the registry") as here:
        out = ROOT / ".local" / "out"
        if times > 1:
            registry = str(out / f"synthetic-registry-{times}.csv")
            write_synthetic_registry(Path(registry), times=times)
        import_registry(operator, choose_registry(ROOT, out, registry), here)
        laos = look_around(operator, here).laos
    with screen.step("Issue, hand out and activate the slots of those who file") as here:
        slips: list[Facts] = []
        for scope in _scopes(laos, times):
            issuance = issue_codes(operator, scope, here, reissue=False)
            slips += hand_out(anyone, operator, issuance, password, here)
            if len(slips) >= FILERS:
                break

    def sign_in(slip: Facts) -> Filer:
        body = {"username": slip["username"], "password": password, "takeover": True}
        return Filer(slip["username"], anyone.post("/v1/sessions", json=body).json()["token"])

    with screen.step(f"Sign {len(slips[:FILERS]):,} officers in") as here:
        return Prepared(len(laos), in_parallel(sign_in, slips[:FILERS], here.show))


def _scopes(laos: list[Facts], times: int) -> Iterator[dict[str, str]]:
    if times == 1:
        yield {}
    else:
        yield from ({"province": code} for code in sorted({lao["province_code"] for lao in laos}))
