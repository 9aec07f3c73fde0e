"""The main job over HTTP, shown step by step: `python -m tools.run [registry.csv]`.

It needs the stack that `make up` runs, leaves it serving, and can be run again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import datetime
from pathlib import Path

import httpx
from pymongo.errors import PyMongoError

from contracts.reference.calendar import BANGKOK
from tools.journey import figures, rounds
from tools.journey.client import Api, Facts, JourneyFailed
from tools.journey.codes import (
    demo_password,
    hand_out,
    issue_codes,
    print_slips,
    show_coverage,
)
from tools.journey.consolidation import agency, consolidate, consolidate_parts, save_papers
from tools.journey.corrections import extend_one, report_problems, return_some
from tools.journey.filing import Filed, Filer, await_figures, tally
from tools.journey.receipts import check_all
from tools.journey.registry import Country, Registry, choose_registry, import_registry, look_around
from tools.journey.rehearsal import District, rehearse
from tools.journey.screen import Screen, Step
from tools.journey.trial_first import show_linked
from tools.programs import ROOT
from tools.stack import LOOSER_HERE, Stack, StackFailed
from tools.synthetic_registry import MARKER


class Journey:
    """One run, from the registry to the reconciled figures; `told` is its summary."""

    def __init__(self, stack: Stack, registry: Registry, screen: Screen) -> None:
        self.stack = stack
        self.registry = registry
        self.screen = screen
        self.now = datetime.now(BANGKOK)
        self.anyone = Api.at(stack.url)
        self.password = demo_password(stack.site.keys)
        self.who = ""
        self.told: Facts = {"address": stack.url}

    def go(self) -> None:
        """Do it all. Raises JourneyFailed at the first thing that is not as it must be."""
        step = self.screen.step
        with step("Sign in as operator") as here:
            operator = self.sign_in(here)
        with step("Import the registry") as here:
            imported = import_registry(operator, self.registry, here)
            country = look_around(operator, here)
            self.told["synthetic"] = country.is_synthetic
            self.screen.mark(MARKER if country.is_synthetic else "")
            counts = ("rows", "organisations", "added", "changed", "unchanged")
            self.told["registry"] = {name: imported[name] for name in counts}
        with step("Issue codes for the whole country") as here:
            issue_codes(operator, {}, here, reissue=False)
        with step(f"Issue, hand out and activate the codes of {country.province_name}") as here:
            issuance_id = issue_codes(operator, {"province": country.province}, here, reissue=True)
            slips = hand_out(self.anyone, operator, issuance_id, self.password, here)
            officers = _by_district(country, slips)
            district, names = next(iter(officers.items()))
            self.who = f"p{country.province}, d{district}, {names[0]}"
        districts = country.districts()
        with step("Coverage by province, and a district's slips on paper") as here:
            self.cover(operator, districts[-1], here)
        rehearsing, late = districts[0], districts[min(1, len(districts) - 1)]
        with step("Rehearse on a trial round") as here:
            filer = self.filer(operator)
            place = District(*rehearsing, officers[rehearsing[0]])
            live_id = self.draft_live(operator, late)
            purged = rehearse(self.stack, operator, filer, place, live_id, self.now, here)
            self.told["trial"] = {name: purged[name] for name in ("obligations", "filings")}
        with step("Open a live round for the country") as here:
            round_id = self.open_live(operator, live_id, country, late, here)
            live = operator.get(f"/v1/rounds/{round_id}")
            show_linked(operator, live, purged["round_id"], here)
        with step(f"File the reports of {country.province_name}") as here:
            filed = self.file_all(filer, round_id, officers, late[0], here)
        with step("Return and correct, extend by order, report problems") as here:
            filed = return_some(filer, filed, districts[-1][0], self.now, here)
            filed = extend_one(operator, round_id, filed, late[0], self.now, here)
            self.told["problems"] = report_problems(operator, filer, filed, here)
        with step("Verify every receipt") as here:
            revisions = [each for one in filed for each in one.revisions]
            here.say(check_all(self.anyone, revisions))
        with step("Completeness by province") as here:
            completeness = self.compare(operator, round_id, country.province, filed)
            here.say("agrees with what was filed: filed, on time, late, nil and amended")
        with step("Reconcile") as here:
            self.reconcile(operator, round_id, country, filed, completeness, here)
        with step("Consolidate the round for ก.ม.จ., and print") as here:
            self.consolidate(operator, round_id, filed[-1], here)

    def sign_in(self, step: Step) -> Api:
        """Sign the operator in with the password `make up` has set."""
        kept = self.stack.site.keys / "operator-password"
        if not kept.exists():
            raise JourneyFailed(f"{kept} is missing; `make up` writes it")
        operator, session = self.anyone.signed_in("operator", kept.read_text())
        step.say(f"{self.stack.url}, until {session['expires_at']}")
        return operator

    def cover(self, operator: Api, district: tuple[str, str], step: Step) -> None:
        """Show how far the codes have come, and save the slips of one district."""
        items = operator.get("/v1/issuances/coverage", by="province")["items"]
        marked = f"{MARKER} " if self.told["synthetic"] else ""
        title = f"{marked}activation codes"
        self.told["coverage"] = show_coverage(title, items, self.screen.console)
        path = _out() / f"slips-{district[0]}.pdf"
        print_slips(self.anyone, operator, district, self.password, path, step)

    def filer(self, operator: Api) -> Filer:
        """Return who files for any officer, by the form as it is served."""
        form = rounds.form_asked(operator, self.now)
        return Filer(self.anyone, self.password, form, self.now.date())

    def draft_live(self, operator: Api, late: tuple[str, str]) -> str:
        """Draft the next round of this year for everybody; one district was due yesterday."""
        draft = rounds.proposal(
            "live",
            rounds.next_number(operator, self.now),
            now=self.now,
            due_exceptions=[rounds.due_yesterday(late[0], self.now)],
        )
        return str(operator.post("/v1/rounds", json=draft).json()["id"])

    def open_live(
        self, operator: Api, round_id: str, country: Country, late: tuple[str, str], step: Step
    ) -> str:
        """Open the drafted round."""
        round_ = rounds.open_drafted(operator, round_id, len(country.laos), step)
        (exception,) = round_["due_exceptions"]
        step.say(f"อำเภอ{late[1]} was due on {exception['lao_due_at']} ({exception['order_no']})")
        self.told["round"] = {name: round_[name] for name in ("id", "obligations")}
        return round_["id"]

    def file_all(
        self,
        filer: Filer,
        round_id: str,
        officers: dict[str, list[str]],
        late: str,
        step: Step,
    ) -> list[Filed]:
        """File for every officer; whatever the late district files is late, and nothing else."""
        usernames = [name for names in officers.values() for name in names]
        filed = filer.file_all(round_id, usernames, step.show)
        for one in filed:
            if one.receipt["on_time"] == (one.district == late):
                raise JourneyFailed(f"receipt {one.receipt['number']} has on_time wrong")
        counted = self.told["filed"] = tally(filed)
        step.say(", ".join(f"{name.replace('_', ' ')} {n}" for name, n in counted.items()))
        drafts, repeats = (
            sum(getattr(one.manner, name) for one in filed) for name in ("draft", "repeat")
        )
        step.say(f"{drafts} saved a draft first; {repeats} sent twice with one key, recorded once")
        return filed

    def compare(self, operator: Api, round_id: str, province: str, filed: list[Filed]) -> Facts:
        """Wait until the figures say what was filed; show and draw them."""
        completeness: Facts = {}

        def look(key: str) -> Facts:
            completeness.update(operator.get("/v1/completeness", round=round_id, by="province"))
            rows = {row["key"]: row for row in completeness["items"]}
            return completeness["total"] if key == "total" else rows[key]

        counted = tally(filed)
        everything = {"expected": self.told["round"]["obligations"]}
        await_figures(lambda: look("total"), {**counted, **everything})
        await_figures(lambda: look(province), counted)
        title = f"{MARKER} {round_id}" if self.told["synthetic"] else round_id
        self.screen.console.print(figures.table(title, completeness))
        picture = _out() / "completeness.svg"
        drawn = figures.picture(f"{title}: completeness by province", completeness)
        picture.write_text(drawn, encoding="utf-8")
        return completeness

    def reconcile(
        self,
        operator: Api,
        round_id: str,
        country: Country,
        filed: list[Filed],
        completeness: Facts,
        step: Step,
    ) -> None:
        """Compare receipts with the ledger's revisions and with what was counted."""
        office, _ = self.anyone.signed_in(f"p{country.province}", self.password)
        revisions = [owed["revision"] for owed in office.each("/v1/obligations", round=round_id)]
        receipts = {receipt["number"] for one in filed for receipt, _ in one.revisions}
        total = completeness["total"]
        # Nobody has amended twice here, so that these two are every revision.
        sums = (len(receipts), sum(revisions), total["filed"] + total["amended"])
        if len(set(sums)) != 1:
            raise JourneyFailed("receipts {}, filings {}, counted {}: not equal".format(*sums))
        step.say("receipts {:,} = filings {:,} = counted {:,}: difference 0".format(*sums))
        self.told["receipts"] = len(receipts)

    def consolidate(self, operator: Api, round_id: str, one: Filed, step: Step) -> None:
        """Have ก.ม.จ. build the whole, ก.ถ. and DLA their parts; save the papers of one filing."""
        central, owner, board = (
            agency(role, self.anyone, operator, self.password, step)
            for role in ("central_hr_body", "code_owner", "ethics_board")
        )
        made = consolidate(board, round_id, _out(), step)
        consolidate_parts(central, owner, made, _out(), step)
        self.told["consolidated"] = {"sha256": made["content_sha256"], "total": made["total"]}
        officer, _ = self.anyone.signed_in(one.username, self.password)
        save_papers(officer, one.receipt, _out(), step)


def _by_district(country: Country, slips: list[Facts]) -> dict[str, list[str]]:
    """Return the usernames of the officers, by the district of their LAO."""
    district_of = {lao["code"]: lao["district_code"] for lao in country.province_laos}
    officers: dict[str, list[str]] = {}
    for slip in sorted(slips, key=lambda slip: slip["username"]):
        officers.setdefault(district_of[slip["organisation_code"]], []).append(slip["username"])
    return officers


def _out() -> Path:
    out = ROOT / ".local" / "out"
    out.mkdir(parents=True, exist_ok=True)
    return out


def _show_end(journey: Journey, seconds: float) -> None:
    """Say where to look now, and keep the summary."""
    keys, url, screen = journey.stack.site.keys, journey.stack.url, journey.screen
    screen.block(
        f"Sucharit serves at {url}",
        [
            f"API           {url}/openapi.json",
            f"operator      password in {_near(keys / 'operator-password')}",
            f"offices, LAOs {journey.who} …: password in {_near(keys / 'demo-password')}",
            f"sign in       curl -s {url}/v1/sessions -H 'Content-Type: application/json' -d "
            f"""'{{"username": "operator", "takeover": true, "password": "'"""
            f"""$(cat {_near(keys / "operator-password")})'"}}'""",
            LOOSER_HERE,
            "summary       .local/out/run-summary.json, .local/out/completeness.svg",
            "to ก.ม.จ.      .local/out/consolidated.pdf, .local/out/consolidated.xlsx",
        ],
    )
    steps = {title: round(taken, 1) for title, taken in screen.seconds.items()}
    screen.block(
        f"{seconds:.1f} s in all", [f"{taken:6.1f} s  {title}" for title, taken in steps.items()]
    )
    summary = {**journey.told, "seconds": {**steps, "total": round(seconds, 1)}}
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (_out() / "run-summary.json").write_text(text + "\n", encoding="utf-8")


def _near(path: Path) -> str:
    return str(path.relative_to(ROOT))


def main() -> None:
    """Run, or say in a sentence why not."""
    parser = argparse.ArgumentParser(prog="python -m tools.run", description=__doc__)
    parser.add_argument("registry", nargs="?", help="the DLA's CSV")
    given = parser.parse_args().registry
    started = time.monotonic()
    try:
        registry = choose_registry(ROOT, _out(), given)
        screen = Screen(MARKER if registry.is_synthetic else "")
        journey = Journey(Stack.from_environment(), registry, screen)
        journey.go()
    except (JourneyFailed, StackFailed) as failure:
        sys.exit(f"run: {failure}")
    except (httpx.HTTPError, PyMongoError) as problem:
        sys.exit(f"run: the stack does not answer ({problem}); `make status` tells what runs")
    except KeyboardInterrupt:
        sys.exit(130)
    _show_end(journey, time.monotonic() - started)


if __name__ == "__main__":
    main()
