"""A small Krabi: four LAOs in two districts, with fifteen slots; and the deeds that fill it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis.clock import now
from chassis.jobs import Job, Jobs
from contracts.principal import Principal, Role
from services.accounts.audit.trail import AuditTrail
from services.accounts.issuance import issue as issuing
from services.accounts.issuance.codes import ActivationCodes
from services.accounts.registry import import_file as importing
from services.accounts.sign_in import open_slot
from services.accounts.sign_in.passwords import GreenPasswordHashes
from services.accounts.stores import AccountsStore
from tests.builders.registry_csv import KHLONG_THOM, a_row, file_of

PAO = a_row(district="เมืองกระบี่", code="2810101", label="อบจ.", name="กระบี่")
TOWN = a_row(district="เมืองกระบี่", code="4810102", label="เทศบาลเมือง", name="กระบี่")
PHELA = a_row()
KRABI = file_of(PAO, TOWN, KHLONG_THOM, PHELA)
SLOTS = 4 * 3 + 3

OPERATOR = Principal("operator", "operator", Role.OPERATOR, "country", "")
PROVINCE = Principal(
    "x-1", "p81", Role.PROVINCE_OFFICER, "province", "81", holder_name="ผู้ทดสอบ หนึ่ง"
)
DISTRICT = Principal("y-1", "d8104", Role.DISTRICT_OFFICER, "district", "8104")
PASSWORD = "ช้างม้าวัวควาย 4 ตัว"
HOLDER = {"name": "ผู้ทดสอบ สอง", "position": "นิติกร"}
OFFICER = "5810401-1"
ADDRESS = "203.0.113.9"


class Crash(BaseException):
    """The process dies."""


class DyingJob(Job):
    """A job whose process dies after it has shown its progress some times."""

    shows_left = 0

    def show(self, *, done: int, total: int) -> None:
        if self.shows_left == 0:
            raise Crash
        self.shows_left -= 1
        super().show(done=done, total=total)


def upload(store: AccountsStore, file: bytes) -> str:
    import_id = store.uploads.begin("krabi.csv", OPERATOR.slot_id, at=now())
    store.uploads.add_part(import_id, 0, file, at=now())
    return import_id


def a_job(database: Any, kind: str, arguments: dict[str, Any]) -> Job:
    """Return a job in hand."""
    jobs = Jobs(database, "accounts")
    jobs.start(kind, arguments, requested_by=OPERATOR.to_wire())
    job = jobs.claim([kind])
    assert job is not None
    return job


def import_file(
    store: AccountsStore, database: Any, file: bytes = KRABI, *, dry_run: bool = False
) -> dict[str, Any]:
    arguments = {"import_id": upload(store, file), "dry_run": dry_run}
    job = a_job(database, importing.KIND, arguments)
    return importing.import_registry(store, job, at=now())


def issue(
    store: AccountsStore,
    database: Any,
    codes: ActivationCodes,
    *,
    reissue: bool = False,
    days: int = 21,
    **scope: str,
) -> dict[str, Any]:
    issuance_id = f"issuance{database.issuances.count_documents({})}"
    arguments = {"issuance_id": issuance_id, "scope": scope, "reissue": reissue}
    job = a_job(database, issuing.KIND, arguments)
    return issuing.issue_codes(store, codes, job, at=now(), days=days)


def code_of(database: Any, codes: ActivationCodes, username: str) -> str:
    """Return the present code of a slot, as its slip would tell it."""
    slot = database.slots.find_one({"username": username})
    return codes.make(slot["code"]["issuance_id"], slot["_id"])


def activate_slot(
    store: AccountsStore,
    passwords: GreenPasswordHashes,
    codes: ActivationCodes,
    *,
    holder: Mapping[str, str],
    at: datetime,
    **proof: str,
) -> dict[str, Any]:
    claim = open_slot.prove_code(store, passwords, codes, at=at, **proof)
    return open_slot.activate(store, codes, claim, holder, at=at)


def trail(store: AccountsStore) -> AuditTrail:
    return AuditTrail(store.audit, now)


def announced(database: Any, name: str) -> list[dict[str, Any]]:
    """Return the entries of an event that the outboxes hold."""
    return [
        entry
        for collection in AccountsStore.outboxes
        for document in database[collection].find({"outbox.key": f"accounts.{name}.v1"})
        for entry in document["outbox"]
        if entry["key"] == f"accounts.{name}.v1"
    ]
