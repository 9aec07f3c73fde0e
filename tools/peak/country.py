"""Who files: the whole country registered, activated and signed in on a throwaway stack."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.journey import rounds
from tools.journey.client import Api, Facts, JourneyFailed, in_parallel
from tools.journey.codes import hand_out, issue_codes
from tools.journey.registry import choose_registry, import_registry, look_around
from tools.journey.screen import Screen, Step
from tools.keys import write_privately
from tools.programs import ROOT
from tools.synthetic_registry import write_synthetic_registry

FILERS = 23_547
PASSWORD = "one password for a throwaway country"  # noqa: S105
# Not fit for use: they make 23,547 activations and as many sign-ins bearable.
CHEAP = {
    "ACCOUNTS_ARGON2_MEMORY_KIB": "8",
    "ACCOUNTS_ARGON2_PASSES": "1",
    "GATEWAY_CONNECTIONS_PER_ADDRESS": "1024",  # the whole country comes from one here
}


@dataclass(frozen=True, slots=True)
class SignedInSlot:
    """A signed-in slot."""

    username: str
    token: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A registered country of so many LAOs, of whose slots these are signed in."""

    laos: int
    filers: list[SignedInSlot]

    def keep(self, path: Path) -> None:
        """Write it down, for another run on a stack that was left running."""
        write_privately(path, json.dumps(asdict(self)).encode())

    @classmethod
    def kept(cls, path: Path) -> Prepared:
        """Read what was written down."""
        facts = json.loads(path.read_bytes())
        return cls(facts["laos"], [SignedInSlot(**filer) for filer in facts["filers"]])


def prepare(
    anyone: Api, operator: Api, screen: Screen, registry: str | None, times: int, password: str
) -> Prepared:
    """Register the country, `times` as large as it is, and sign as many officers in as it has.

    Of a larger country only some provinces' officers are activated: whoever does not file costs
    an organisation, its slots and its obligations, and those are what the size is about.
    """
    with screen.step("Import the registry") as here:
        out = ROOT / ".local" / "out"
        if times > 1:
            registry = str(out / f"synthetic-registry-{times}.csv")
            write_synthetic_registry(Path(registry), times=times)
        import_registry(operator, choose_registry(ROOT, out, registry), here)
        laos = look_around(operator, here).laos
    slots = min(FILERS, len(laos) * rounds.GROUPS)
    scopes = [{}] if times == 1 else scopes_for(laos, slots)
    with screen.step(f"Activate and sign {slots:,} officers in") as here:
        filers = sign_in(anyone, operator, scopes, slots, password, here)
    return Prepared(len(laos), filers)


def scopes_for(laos: Sequence[Facts], slots: int) -> list[dict[str, str]]:
    """Return the fewest provinces that have so many slots, the largest first, as scopes.

    Raises JourneyFailed when the whole country has not.
    """
    chosen, found = [], 0
    for province, count in Counter(lao["province_code"] for lao in laos).most_common():
        if found >= slots:
            return chosen
        chosen.append({"province": province})
        found += count * rounds.GROUPS
    if found < slots:
        raise JourneyFailed(f"the registry has {found:,} slots, not {slots:,}")
    return chosen


def sign_in(
    anyone: Api,
    operator: Api,
    scopes: Sequence[dict[str, str]],
    slots: int,
    password: str,
    step: Step,
) -> list[SignedInSlot]:
    """Issue, hand out and activate what lies in the scopes; sign so many officers of it in."""
    slips: list[Facts] = []
    for scope in scopes:
        issuance = issue_codes(operator, scope, step, reissue=False)
        slips += hand_out(anyone, operator, issuance, password, step)

    def filer(slip: Facts) -> SignedInSlot:
        body = {"username": slip["username"], "password": password, "takeover": True}
        return SignedInSlot(
            slip["username"], anyone.post("/v1/sessions", json=body).json()["token"]
        )

    return in_parallel(filer, slips[:slots], step.show)
