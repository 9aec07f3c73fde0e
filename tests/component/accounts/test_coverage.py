"""Coverage is exact after any act, and costs what has changed, not what there is."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from pymongo import MongoClient, monitoring

from chassis.clock import now
from contracts.errors import ServiceError
from contracts.principal import Principal
from services.accounts.issuance import issue as issuing
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.issuance.coverage import show_coverage
from services.accounts.issuance.rules import KeptCode
from services.accounts.issuance.store.coverage import COUNTS, CoverageStore
from services.accounts.slots.rules.slot import slots_of
from services.accounts.slots.store.tenure import Action
from services.accounts.stores import AccountsStore
from tests.builders.registry_csv import a_row, file_of
from tests.component.accounts.krabi import (
    DISTRICT,
    HOLDER,
    OPERATOR,
    PROVINCE,
    code_of,
    import_file,
    issue,
)

SCOPES: list[tuple[Principal, dict[str, str]]] = [
    (OPERATOR, {}),
    (PROVINCE, {"province_code": "81"}),
    (DISTRICT, {"district_code": "8104"}),
]
Rows = dict[str, dict[str, int]]


class Acts:
    """Deeds at random on a small country."""

    def __init__(
        self, store: AccountsStore, database: Any, codes: ActivationCodes, seed: int
    ) -> None:
        self.store, self.database, self.codes = store, database, codes
        self.chance = random.Random(seed)
        self.issuances: list[str] = []

    def one(self) -> None:
        deed = self.chance.choice(
            [self.issue, self.read, self.hand_out, self.activate, self.lock, self.close, self.move]
        )
        deed()

    def _any(self, **condition: Any) -> dict[str, Any] | None:
        found = list(self.database.slots.find({"closure": None, **condition}).sort("_id", 1))
        return self.chance.choice(found) if found else None

    def issue(self) -> None:
        scope = self.chance.choice([{}, {"district": "8104"}, {"province": "81"}])
        reissue = self.chance.random() < 0.3
        done = issue(self.store, self.database, self.codes, reissue=reissue, **scope)
        self.issuances.append(done["issuance_id"])

    def _tried(self, act: Any, *arguments: Any, **more: Any) -> None:
        try:
            act(*arguments, **more)
        except ServiceError:
            return

    def read(self) -> None:
        if self.issuances:
            by = self.chance.choice([OPERATOR, PROVINCE, DISTRICT])
            issuance = self.chance.choice(self.issuances)
            self._tried(issuing.read_slips, self.store, self.codes, by, issuance, None, at=now())

    def hand_out(self) -> None:
        slot = self._any(**{"code.read_at": {"$type": "date"}})
        if slot is not None:
            by = {"operator": OPERATOR, "province": PROVINCE, "district": DISTRICT}
            self._tried(
                self.store.slips.hand_out,
                by[slot["handed_out_by"]],
                slot["code"]["issuance_id"],
                [slot["_id"]],
                to=None,
                at=now(),
            )

    def activate(self) -> None:
        slot = self._any(**{"code.state": "issued"})
        if slot is not None:
            found = self.store.activations.list_claimable(slot["username"])[0]
            code: KeptCode = found.codes[0]
            assert self.store.activations.activate(found, code, "hash", HOLDER, at=now())

    def lock(self) -> None:
        slot = self._any()
        if slot is not None and slot["lock"] is None:
            self._tried(self.store.tenure.lock, slot["_id"], Action(now(), "operator", None))
        elif slot is not None:
            self.store.tenure.unlock(slot["_id"], at=now())

    def close(self) -> None:
        slot = self._any()
        if slot is not None and self.chance.random() < 0.2:
            self.store.tenure.close(slot["_id"], Action(now(), "operator", None))

    def move(self) -> None:
        """An organisation stands in another district from now on."""
        slot = self._any(role="lao_officer")
        if slot is not None:
            organisation = self.store.organisations.get(slot["organisation_id"])
            district = self.chance.choice(["8101", "8104", "8105"])
            facts = replace(organisation.facts, district_code=district)
            wanted = slots_of(replace(organisation, facts=facts))
            kept = self.store.slots.list_of(organisation.id)
            self.store.slots.settle(wanted, {each.slot.id: each.slot for each in kept})


def naive(database: Any, field: str, **area: str) -> Rows:
    """Count slot by slot."""
    rows: dict[str, Counter[str]] = {}
    for slot in database.slots.find({field: {"$ne": None}, "closure": None, **area}):
        code = slot["code"] or {}
        is_activated = slot["activated_at"] is not None
        rows.setdefault(slot[field], Counter()).update(
            slots=1,
            issued=is_activated or bool(code),
            read=is_activated or code.get("read_at") is not None,
            handed_out=is_activated or code.get("handed_at") is not None,
            activated=is_activated,
            locked=slot["lock"] is not None,
        )
    return {key: {name: row[name] for name in COUNTS} for key, row in rows.items()}


def counted(store: AccountsStore, by: Principal, axis: str) -> Rows:
    rows = store.coverage.list_counts(by, axis)
    return {row["key"]: {name: row[name] for name in COUNTS} for row in rows}


@pytest.mark.parametrize("seed", range(3))
def test_coverage_equals_a_naive_count_after_each_of_many_acts(
    store: AccountsStore, database: Any, codes: ActivationCodes, seed: int
) -> None:
    import_file(store, database)
    acts = Acts(store, database, codes, seed)

    for _ in range(60):
        acts.one()
        by, area = acts.chance.choice(SCOPES)
        for axis in ("province", "district"):
            assert counted(store, by, axis) == naive(database, f"{axis}_code", **area)

    assert acts.issuances


def test_acts_and_questions_at_once_leave_coverage_exact(
    store: AccountsStore, database: Any, codes: ActivationCodes
) -> None:
    """Two who count the same area never put an older count over a newer one."""
    import_file(store, database)
    acts = [Acts(store, database, codes, seed) for seed in range(4)]

    def act(one: Acts) -> None:
        for _ in range(40):
            one.chance.choice([one.lock, one.read, one.hand_out, one.issue])()

    def ask(_: int) -> None:
        for _ in range(60):
            store.coverage.list_counts(OPERATOR, "district")

    with ThreadPoolExecutor(8) as several:
        doing = [several.submit(act, one) for one in acts]
        doing += [several.submit(ask, number) for number in range(4)]
    for each in doing:
        each.result()

    assert counted(store, OPERATOR, "district") == naive(database, "district_code")


class Commands(monitoring.CommandListener):
    """Every command a client sends."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.names.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Of no interest here."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Of no interest here."""


def test_a_question_costs_the_same_however_many_slots_there_are(
    store: AccountsStore, database: Any, codes: ActivationCodes, mongo_uri: str
) -> None:
    def work() -> tuple[list[str], int]:
        """The commands of one question, and how many documents the slots' part looked at."""
        watched = Commands()
        with MongoClient(mongo_uri, event_listeners=[watched], tz_aware=True) as client:
            mine = client.get_default_database()
            CoverageStore(mine).list_counts(OPERATOR, "district")
            watched.names.clear()
            CoverageStore(mine).list_counts(OPERATOR, "district")
            names = list(watched.names)
            plan = mine.slots.find({"counted": None}).explain()["executionStats"]
        return names, plan["totalDocsExamined"]

    import_file(store, database)
    before = work()
    more = [a_row(district="คลองท่อม", code=f"68104{n}", name=f"สมมติ{n}") for n in range(10, 90)]
    import_file(store, database, file_of(*more))
    issue(store, database, codes)

    assert work() == before == (["find", "find"], 0)
    (khlong_thom,) = show_coverage(store, DISTRICT, "district")
    assert khlong_thom["issued"] == khlong_thom["slots"] > 240


def test_slots_stored_before_coverage_was_kept_are_counted(
    store: AccountsStore, database: Any, codes: ActivationCodes
) -> None:
    import_file(store, database)
    issue(store, database, codes)
    database.coverage.drop()
    before = {"$unset": {"counted": "", "version": ""}}
    database.slots.update_many({}, before, bypass_document_validation=True)

    assert counted(store, OPERATOR, "district") == naive(database, "district_code")
    assert code_of(database, codes, "5810401-1")
