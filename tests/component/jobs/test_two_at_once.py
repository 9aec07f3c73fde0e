"""Two processes that both hold a job do together what one of them does alone.

A process that is held up for longer than its lease goes on without knowing that another has taken
the job over. For every kind of job and before each of the writes of whoever has the lease: the one
that was held up does all of it there. And both begin at once; and half way another takes it over,
does all of it, and then the first goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from difflib import unified_diff
from functools import cache
from itertools import count
from types import SimpleNamespace
from typing import Any

import eventlet
import pytest
from pymongo import MongoClient

from chassis import mongo
from chassis.jobs import Job
from chassis.typesetter import Typesetter
from collecting.rounds.rules import Mode, RoundState
from collecting.sealing.keys import Keyring
from collecting.workbooks.layout import layout_of
from contracts.fields import wire_time
from contracts.reference.years import Year, YearBasis
from services.accounts.documents import DATABASE as ACCOUNTS
from services.accounts.documents import DOCUMENTS as OF_ACCOUNTS
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.registry import import_file
from services.accounts.service import AccountsService
from services.accounts.stores import AccountsStore
from services.reports.consolidation import consolidate
from services.reports.documents import ALIAS as REPORTS
from services.reports.documents import DOCUMENTS as OF_REPORTS
from services.reports.ethics import ETHICS
from services.reports.service import ReportsService
from services.reports.settings import Settings
from services.reports.stores import ReportsStore
from tests.architecture.source import CLASSES
from tests.builders.answers import some_answers
from tests.builders.databases import emptied, migrate
from tests.builders.duties import EARLY, LATE
from tests.builders.recording import SIGNER, record
from tests.builders.registry_csv import KHLONG_THOM, a_row, file_of
from tests.builders.workbooks import archived
from tests.component.accounts.krabi import OPERATOR, PAO, PHELA, TOWN, upload
from tests.component.collecting.test_extensions import a_proposal
from tests.component.collecting.test_purging import NoStreams
from tests.component.collecting.test_workbooks import OFFICE
from tests.component.jobs.stage import Stage
from tests.unit.reports.duties import a_round, an_attempt, an_obligation
from tools.flows import entrypoints
from tools.stack import Stack

Facts = dict[str, Any]
Prepare = Callable[[Stage], Facts]
TRIAL = "ethics-2569-1-trial1"
PLACES = ("8104", "8104", "8105", "9001")
_HEADS = ("--", "++", "@@")


class SetsNothing(Typesetter):
    """What pages and sheets look like is no matter here."""

    def print(self, template: Any, facts: Any, *, caller: Any) -> bytes:
        return b"%PDF-"


class DoesNotTouchTheBroker(NoStreams):
    def make(self, round_id: str) -> None:
        """Nothing to make."""


# -- what there is before a job, and what it is given ---------------------------------------


def before_an_import(stage: Stage) -> Facts:
    """Of five LAOs one is new in the file, one is changed, one is gone."""
    given = {"import_id": upload(stage.store, file_of(PAO, TOWN, PHELA)), "dry_run": False}
    stage.jobs.start("import_registry", given, requested_by=OPERATOR.to_wire())
    stage.work_off(stage.claim("import_registry"))
    stage.jobs.collection.delete_many({})
    upgraded = a_row(code="5810409", label="เทศบาลตำบล")
    return given | {"import_id": upload(stage.store, file_of(PAO, KHLONG_THOM, upgraded))}


def before_an_issuance(stage: Stage) -> Facts:
    before_an_import(stage)
    return {"issuance_id": "i1", "scope": {"province": "81"}, "reissue": False}


def before_an_opening(stage: Stage) -> Facts:
    stage.store.organisations.learn(
        {
            "_id": f"o{number}",
            "type": "sao",
            "code": f"681040{number}",
            "full_name": "ก",
            "province_code": place[:2],
            "district_code": place,
            "changed_at": EARLY,
        }
        for number, place in enumerate(PLACES)
    )
    stage.store.rounds.add(a_round(state=RoundState.OPENING))
    return {"round_id": a_round().id}


def an_open_round(stage: Stage, **changes: Any) -> Facts:
    """Four obligations in three districts, and a filing on the first."""
    round_ = a_round(**changes)
    stage.store.rounds.add(round_)
    owed = [
        an_obligation(
            f"o{number}",
            round_id=round_.id,
            mode=round_.mode,
            province_code=place[:2],
            district_code=place,
        )
        for number, place in enumerate(PLACES)
    ]
    stage.store.obligations.add(owed)
    record(stage.store.ledger, [an_attempt(owed[0], filing_id="f1")], at=EARLY)
    return {"round_id": round_.id}


def before_an_extension(stage: Stage) -> Facts:
    return a_proposal(**an_open_round(stage))


def before_a_purge(stage: Stage) -> Facts:
    given = an_open_round(stage, id=TRIAL, mode=Mode.TRIAL)
    facts = {"round_id": TRIAL, "kind": "consolidation"}
    stage.store.files.put(b"of a trial", filename="a", content_type="text/plain", facts=facts)
    stage.store.rounds.save(stage.store.rounds.get(TRIAL).to_purging())
    return given


def before_a_consolidation(stage: Stage) -> Facts:
    return an_open_round(stage) | {"as_of": wire_time(LATE - timedelta(days=1))}


def before_an_upload(stage: Stage) -> Facts:
    given = an_open_round(stage) | {"upload_id": "u1"}
    owed = [stage.store.obligations.get(f"ethics-2569-1-o{number}-1") for number in (0, 1, 2)]
    facts = {"round_id": given["round_id"]}
    file_id = stage.store.files.put(
        _archive(*owed),
        filename="a.zip",
        content_type="application/zip",
        facts=facts | {"kind": "workbooks"},
    )
    told = {"filename": "a.zip", "sha256": "0", "is_check": False}
    who = {"received_at": wire_time(EARLY), "by": OFFICE.to_wire()}
    stage.store.workbooks.add_upload("u1", facts | told | who | {"file_id": file_id})
    return given


@cache
def _archive(*owed: Any) -> bytes:
    """Return the same bytes for every run: they tell when they were made."""
    return archived(
        layout_of(ETHICS.get_form("ethics", 1, Year(2569, YearBasis.CALENDAR))),
        owed,
        some_answers(),
    )


KINDS: dict[str, Prepare] = {
    "import_registry": before_an_import,
    "issue_codes": before_an_issuance,
    "open_round": before_an_opening,
    "extend_round": before_an_extension,
    "close_round": an_open_round,
    "purge_round": before_a_purge,
    "consolidate_round": before_a_consolidation,
    "file_workbooks": before_an_upload,
}


def test_every_kind_of_job_is_in_the_table():
    there = {job.kind for cls in CLASSES for _, job in entrypoints(cls) if hasattr(job, "kind")}

    assert set(KINDS) == there


# -- two at once ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def addresses(infrastructure: Stack) -> dict[str, str]:
    """The address of each service's database, with its indexes."""
    return {
        "accounts": migrate(infrastructure, ACCOUNTS, OF_ACCOUNTS),
        "reports": migrate(infrastructure, REPORTS, OF_REPORTS),
    }


@pytest.fixture
def stage(addresses: dict[str, str], kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The service that works off jobs of the kind, without a bus."""
    if kind in {"import_registry", "issue_codes"}:
        stage = Stage(addresses["accounts"], AccountsService, AccountsStore, monkeypatch)
        parts: Facts = {
            "codes": ActivationCodes(bytes(32)),
            "settings": SimpleNamespace(code_days=21),
        }
        stage.names = lambda: {
            each["_id"]: each["facts"]["full_name"]
            for each in stage.database["organisations"].find()
        }
    else:
        stage = Stage(addresses["reports"], ReportsService, ReportsStore, monkeypatch)
        monkeypatch.setattr(consolidate, "workbook_of", lambda _, sha256: sha256.encode())
        monkeypatch.setattr(consolidate, "run_in_thread", lambda work, *given: work(*given))
        parts = {
            "typesetter": SetsNothing(Settings.font_dir),
            "trial_logs": DoesNotTouchTheBroker(),
            "signer": Keyring(SIGNER, [], stage.store.signing_keys, lambda: LATE),
        }
    # A transaction has to last for as long as all of the other run may take.
    monkeypatch.setattr(mongo, "TRANSACTION_SECONDS", 100.0)
    for name, part in {**parts, "now": lambda: LATE}.items():
        setattr(stage.service, name, part)
    yield stage
    stage.client.close()


@pytest.mark.parametrize("kind", KINDS)
def test_who_lost_its_lease_and_who_has_it_do_what_one_alone_does(
    stage: Stage,
    kind: str,
    mongo: MongoClient[Any],
    addresses: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def asked() -> Job:
        ids = count()
        monkeypatch.setattr(import_file, "_new_id", lambda: f"organisation{next(ids):04}")
        emptied(mongo, addresses[stage.service.name])
        given = KINDS[kind](stage)
        stage.jobs.start(kind, given, requested_by=OPERATOR.to_wire(), key="job")
        return stage.claim(kind)

    def interrupted(job: Job, before: int | None, by: Callable[[], Job]) -> list[str]:
        with stage.writes.interrupted(before, lambda: stage.work_off(by())):
            stage.work_off(job)
        return stage.end_state()

    def taken_over(before: int | None) -> list[str]:
        return interrupted(asked(), before, by=lambda: stage.claim(kind))

    def not_alone(before: int) -> list[str]:
        held_up = asked()
        return interrupted(stage.claim(kind), before, by=lambda: held_up)

    def at_once() -> Any:
        runs = [eventlet.spawn(stage.work_off, job) for job in (asked(), stage.claim(kind))]
        for run in runs:
            run.wait()
        return stage.end_state()

    alone = taken_over(before=None)
    writes = stage.writes.seen

    assert [line for line in alone if line.startswith("jobs ") and '"state": "done"' in line]
    assert writes > 1
    runs = {f"not alone before write {number}": not_alone(number) for number in range(writes)}
    runs["taken over half way"] = taken_over(writes // 2)
    runs["two at once"] = at_once()
    troubles = [(how, line) for how, state in runs.items() for line in unlike(state, alone)]
    assert troubles == [], "\n".join(map(str, troubles))


def unlike(one: list[str], other: list[str]) -> list[str]:
    """Return what only one of them has."""
    return [line for line in unified_diff(other, one, n=0, lineterm="") if line[:2] not in _HEADS]
