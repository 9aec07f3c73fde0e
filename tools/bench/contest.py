"""The contest: a throwaway stack, fresh obligations for each round, the contenders in turn."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from pymongo import MongoClient

from contracts.reference.calendar import BANGKOK
from tools.bench import floors
from tools.bench.figures import CONTENDERS, OURS, figures_of, rate_range, ratios, summary
from tools.bench.foreign import Foreign
from tools.bench.meter import Meter
from tools.journey import rounds
from tools.journey.client import Api, Facts, JourneyFailed, wait_for
from tools.journey.registry import Registry, import_registry, look_around
from tools.journey.screen import Screen, Step
from tools.peak.country import PASSWORD, scopes_for, sign_in
from tools.peak.load import Crowd, Outcome
from tools.peak.requests import Requests
from tools.programs import HOST, SERVICES
from tools.stack import Stack

NAMES = tuple(service.name for service in SERVICES)
SHARED = ("mongod", "rabbitmq")
CAUGHT_UP_SECONDS = 60.0


class Contest:
    """One run on one stack: so many filings measured in each, after some that warm up."""

    def __init__(
        self, stack: Stack, screen: Screen, *, filings: int, warm_up: int, clients: int
    ) -> None:
        self.stack = stack
        self.screen = screen
        self.filings = filings
        self.warm_up = warm_up
        self.clients = clients
        self.runs: dict[str, list[Facts]] = defaultdict(list)
        self.floors: dict[str, list[float]] = defaultdict(list)
        self._now = datetime.now(BANGKOK)
        self._operator = Api.at(stack.url)
        self._rounds: list[tuple[str, Requests]] = []

    def prepare(self, registry: Registry, repeats: int) -> Foreign:
        """Bring the stack up with a round for each repetition and all that is filed in it."""
        with self.screen.step("A throwaway stack with cheap password hashes"):
            self.stack.up(PASSWORD)
            anyone = Api.at(self.stack.url)
            self._operator, _ = anyone.signed_in("operator", PASSWORD)
        with self.screen.step("Import the registry") as here:
            import_registry(self._operator, registry, here)
            laos = look_around(self._operator, here).laos
        slots = self.filings + self.warm_up
        scopes = scopes_for(laos, slots)
        with self.screen.step(f"Sign {slots:,} officers of {len(scopes)} provinces in") as here:
            filers = sign_in(anyone, self._operator, scopes, slots, PASSWORD, here)
        form = rounds.form_asked(self._operator, self._now)
        for repeat in range(1, repeats + 1):
            with self.screen.step(f"Open rehearsal round {repeat} of {repeats}") as here:
                draft = rounds.proposal("trial", repeat, now=self._now)
                round_id = rounds.open_round(self._operator, draft, len(laos), here)["id"]
                requests = Requests.of(self._operator, filers, round_id, here)
                self._rounds.append((round_id, requests))
        return Foreign(self.stack, form)

    def go(self, foreign: Foreign) -> None:
        """Let each contender file each round, one after the other, and measure the floors."""
        for number, (round_id, requests) in enumerate(self._rounds, 1):
            for contender in CONTENDERS:
                with self.screen.step(f"Repetition {number}: {contender}") as here:
                    if contender == OURS:
                        told = self._ours(round_id, requests, here)
                    else:
                        told = self._foreign(foreign, contender, requests, here)
                    self.runs[contender].append(told)
                    here.say(_line(told))
            with self.screen.step(f"Repetition {number}: the floors") as here:
                self._floors(requests, here)

    def told(self) -> Facts:
        """Return everything that was measured, and what follows from it."""
        contenders = {name: summary(runs) for name, runs in self.runs.items()}
        reached = {name: rate_range(rates) for name, rates in self.floors.items()}
        rates = {name: [run["per_second"] for run in runs] for name, runs in self.runs.items()}
        return {
            "filings": self.filings,
            "clients": self.clients,
            "contenders": contenders,
            "floors": reached,
            "ratios": ratios({**rates, **self.floors}),
            "runs": dict(self.runs),
        }

    def _ours(self, round_id: str, requests: Requests, step: Step) -> Facts:
        self.stack.start(*NAMES)
        self.stack.wait_ready(*NAMES)
        pids = {name: self.stack.pid(name) for name in (*NAMES, *SHARED)}
        sent = requests.originals()

        def counted() -> int:
            told = self._operator.get("/v1/completeness", round=round_id, by="country")
            return int(told["total"]["filed"])

        def catch_up(filed: int) -> None:
            wait_for(
                lambda: counted() >= filed, CAUGHT_UP_SECONDS, "the figures have not caught up"
            )

        crowd = Crowd(HOST, self.stack.site.port, step.show)
        catch_up(_filed(crowd.file_closed(sent[: self.warm_up], self.clients)))
        meter = Meter(pids)
        outcome = crowd.file_closed(sent[self.warm_up :], self.clients)
        ended = time.perf_counter()
        catch_up(self.warm_up + _filed(outcome))
        # What it takes to bring the figures up to date is part of the CPU a filing costs.
        told = figures_of(outcome, meter.seconds())
        return {**told, "figures_complete_after_seconds": round(time.perf_counter() - ended, 2)}

    def _foreign(self, foreign: Foreign, contender: str, requests: Requests, step: Step) -> Facts:
        """Have the contender file while nothing of ours runs but broker and database."""
        self.stack.stop(*NAMES)
        port = foreign.port(contender)
        sent = requests.originals()
        shared = {name: self.stack.pid(name) for name in SHARED}
        with foreign.running(contender) as pids:
            crowd = Crowd(HOST, port, step.show)
            warmed = _filed(crowd.file_closed(sent[: self.warm_up], self.clients))
            meter = Meter({**pids, **shared})
            outcome = crowd.file_closed(sent[self.warm_up :], self.clients)
            told = figures_of(outcome, meter.seconds())
        if (stored := foreign.stored(contender)) != warmed + told["filed"]:
            raise JourneyFailed(f"{contender} stored {stored:,} of {warmed + told['filed']:,}")
        return told

    def _floors(self, requests: Requests, step: Step) -> None:
        rates = {floors.CONFIRMS: floors.confirms_a_second(self.stack.amqp_uri, requests.bodies())}
        with self._our_documents() as documents:
            for name, size in floors.BULKS.items():
                uri = self.stack.mongo_uri("bench_floor")
                rates[name] = floors.bulk_a_second(uri, documents, size)
        for name, rate in rates.items():
            self.floors[name].append(round(rate, 1))
            step.say(f"{name}: {rate:,.0f} a second")

    @contextmanager
    def _our_documents(self) -> Iterator[list[dict[str, Any]]]:
        """Yield what reports has stored for as many filings, just as it is stored."""
        with MongoClient[dict[str, Any]](self.stack.mongo_uri("sucharit_reports")) as client:
            yield list(client.get_default_database()["filings"].find().limit(self.filings))


def _filed(outcome: Outcome) -> int:
    return outcome.final()[201]


def _line(told: Facts) -> str:
    used = told["cpu_ms_per_filing"]
    return (
        f"{told['per_second']:,.0f} a second ({told['final']}); p50 {told['p50_ms']:.0f}, "
        f"p99 {told['p99_ms']:.0f} ms; CPU {sum(used.values()):.2f} ms a filing"
    )
