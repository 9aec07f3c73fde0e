"""The service on a real broker, asked through its typed client."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from bson import encode
from marshmallow import RAISE
from prometheus_client import generate_latest
from pymongo import MongoClient

from chassis.clock import now
from chassis.jobs import ERRORS_KEPT
from chassis.outbox import Outbox
from chassis.publisher import Wire
from clients.accounts import AccountsClient
from contracts.accounts.issuance import Activation, CoverageItem, IssuanceResult, SlipList
from contracts.accounts.organisations import Organisation, OrganisationNotFound, OrganisationRecord
from contracts.accounts.registry import ImportResult
from contracts.accounts.sign_in import (
    Session,
    SessionEnded,
    SignedInPrincipal,
    SlotInUse,
    WrongCredentials,
)
from contracts.accounts.slots import Slot
from contracts.errors import InvalidInput, JobNotFound, OutOfScope
from gateway.http import list_of
from services.accounts.documents import DOCUMENTS
from services.accounts.sign_in.store.openid import Flow, OpenIdStore
from services.accounts.stores import AccountsStore
from tests.component.accounts.krabi import (
    ADDRESS,
    DISTRICT,
    HOLDER,
    KRABI,
    OPERATOR,
    PASSWORD,
    SLOTS,
    trail,
)

OPERATOR_WIRE = OPERATOR.to_wire()
Facts = dict[str, Any]
Finished = Callable[[Facts, Facts], Facts]


def import_krabi(accounts: AccountsClient, finished: Finished, file: bytes = KRABI) -> Facts:
    import_id = accounts.begin_import(OPERATOR_WIRE, filename="krabi.csv")["import_id"]
    accounts.add_import_chunk(
        OPERATOR_WIRE, import_id=import_id, no=0, data_base64=base64.b64encode(file).decode()
    )
    job = accounts.start_import(OPERATOR_WIRE, import_id=import_id, dry_run=False)
    return finished(OPERATOR_WIRE, job)


def test_an_import_that_is_started_twice_is_one_job(accounts, finished):
    import_id = accounts.begin_import(OPERATOR_WIRE, filename="krabi.csv")["import_id"]
    data = base64.b64encode(KRABI).decode()
    accounts.add_import_chunk(OPERATOR_WIRE, import_id=import_id, no=0, data_base64=data)

    jobs = [
        accounts.start_import(OPERATOR_WIRE, import_id=import_id, dry_run=dry_run)
        for dry_run in (True, True, False, False)
    ]

    ids = [job["id"] for job in jobs]
    assert ids[0] == ids[1] != ids[2] == ids[3]
    assert finished(OPERATOR_WIRE, jobs[3])["state"] == "done"


def issue_krabi(accounts: AccountsClient, finished: Finished) -> str:
    job = accounts.create_issuance(OPERATOR_WIRE, scope={"province": "81"}, reissue=False)
    done = finished(OPERATOR_WIRE, job)
    assert done["result"]["slots"] == SLOTS
    return done["result"]["issuance_id"]


def activate_first(accounts: AccountsClient, by: Facts, issuance_id: str) -> tuple[str, str]:
    """Activate the first slot an office reads; return its username and its code."""
    slip = accounts.read_slips(by, issuance_id)["items"][0]
    accounts.activate_slot(
        username=slip["username"],
        activation_code=slip["activation_code"],
        password=PASSWORD,
        holder=HOLDER,
        address=ADDRESS,
    )
    return slip["username"], slip["activation_code"]


def sign_in(
    accounts: AccountsClient, username: str, *, takeover: bool = False
) -> tuple[str, Facts]:
    """Return the token and what find_sessions tells of it."""
    token = accounts.open_session(
        username=username, password=PASSWORD, takeover=takeover, address=ADDRESS
    )["token"]
    token_hash = hashlib.sha256(token.encode()).hexdigest()
    return token, accounts.find_sessions([token_hash])[token_hash]


def test_from_the_registry_down_to_a_signed_in_officer(
    accounts: AccountsClient, finished: Finished
) -> None:
    """The operator hands out to the province, the province to the district, it to the LAO."""
    assert import_krabi(accounts, finished)["result"]["added"] == 4
    issuance_id = issue_krabi(accounts, finished)

    by = OPERATOR_WIRE
    for username in ("p81", "d8104", "5810401-1"):
        slips = accounts.read_slips(by, issuance_id)["items"]
        (slip,) = (slip for slip in slips if slip["username"] == username)
        accounts.activate_slot(
            username=username,
            activation_code=slip["activation_code"],
            password=PASSWORD,
            holder=HOLDER,
            address=ADDRESS,
        )
        by = sign_in(accounts, username)[1]["principal"]

    described = accounts.describe_session(by)
    assert described["organisation"]["full_name"] == "เทศบาลตำบลคลองท่อมใต้"
    assert described["scope"] == {"kind": "organisation", "code": described["organisation"]["id"]}
    own = accounts.list_organisations(by, limit=50)["items"]
    assert own == [described["organisation"]]
    slots = accounts.list_slots(by, limit=50)["items"]
    assert [slot["state"] for slot in slots] == ["activated", "read", "read"]
    assert slots[0]["holder"]["position"] == HOLDER["position"]
    covered = accounts.get_coverage(OPERATOR_WIRE, axis="district")["items"]
    khlong_thom = {"slots": 7, "issued": 7, "read": 7, "handed_out": 2, "activated": 2}
    assert covered[0] == {"key": "8104", "name": "คลองท่อม", **khlong_thom, "locked": 0}


def test_refusals_arrive_by_name(accounts: AccountsClient, finished: Finished) -> None:
    import_krabi(accounts, finished)
    activate_first(accounts, OPERATOR_WIRE, issue_krabi(accounts, finished))
    _, first = sign_in(accounts, "p81")

    with pytest.raises(SlotInUse) as refused:
        sign_in(accounts, "p81")
    assert refused.value.details["since"].endswith("+07:00")
    with pytest.raises(WrongCredentials):
        accounts.open_session(username="x", password="y", takeover=False, address=ADDRESS)
    with pytest.raises(OutOfScope):
        accounts.begin_import(first["principal"], filename="mine.csv")
    with pytest.raises(OutOfScope):
        accounts.create_issuance(first["principal"], scope={}, reissue=False)
    with pytest.raises(OutOfScope):
        accounts.read_slips({**first["principal"], "role": "lao_officer"}, "any")
    elsewhere = {**first["principal"], "area_code": "92"}
    with pytest.raises(OrganisationNotFound):
        accounts.get_organisation(elsewhere, first["principal"]["organisation_id"])
    with pytest.raises(JobNotFound):
        accounts.get_job(OPERATOR_WIRE, "accounts-0")
    with pytest.raises(InvalidInput):
        accounts.list_slots(OPERATOR_WIRE, limit=5, cursor="x")
    with pytest.raises(SessionEnded):
        accounts.describe_session(DISTRICT.to_wire())


def test_every_answer_has_the_shape_the_api_promises(
    accounts: AccountsClient, finished: Finished
) -> None:
    imported = import_krabi(accounts, finished)["result"]
    job = accounts.create_issuance(OPERATOR_WIRE, scope={}, reissue=False)
    issued = finished(OPERATOR_WIRE, job)["result"]
    slips = accounts.read_slips(OPERATOR_WIRE, issued["issuance_id"])
    activation = accounts.activate_slot(
        username="p81",
        activation_code=slips["items"][0]["activation_code"],
        password=PASSWORD,
        holder=HOLDER,
        address=ADDRESS,
    )
    session = accounts.open_session(
        username="p81", password=PASSWORD, takeover=False, address=ADDRESS
    )
    organisations = accounts.list_organisations(OPERATOR_WIRE, limit=2)
    (lao,) = accounts.list_organisations(OPERATOR_WIRE, limit=9, q="เพหลา")["items"]

    coverage = list_of(CoverageItem)

    for schema, answer in (
        (ImportResult, imported),
        (IssuanceResult, issued),
        (SlipList, slips),
        (Activation, activation),
        (Session, session),
        (SignedInPrincipal, session["principal"]),
        (list_of(Organisation), organisations),
        (
            OrganisationRecord,
            accounts.get_organisation(OPERATOR_WIRE, lao["id"]),
        ),
        (list_of(Slot), accounts.list_slots(OPERATOR_WIRE, limit=50)),
        (coverage, accounts.get_coverage(OPERATOR_WIRE, axis="province")),
        (coverage, accounts.get_coverage(OPERATOR_WIRE, axis="district")),
    ):
        assert schema(unknown=RAISE).validate(answer) == {}


def test_a_session_taken_over_or_signed_out_is_told_to_the_gateway(
    accounts: AccountsClient, finished: Finished
) -> None:
    import_krabi(accounts, finished)
    activate_first(accounts, OPERATOR_WIRE, issue_krabi(accounts, finished))
    first, _ = sign_in(accounts, "p81")
    second, session = sign_in(accounts, "p81", takeover=True)
    hashes = [hashlib.sha256(token.encode()).hexdigest() for token in (first, second)]

    assert accounts.find_sessions(hashes)[hashes[0]]["ended"] == "taken_over"
    accounts.close_session(
        session_id=session["session_id"], slot_id=session["principal"]["slot_id"]
    )
    assert hashes[1] not in accounts.find_sessions(hashes)


def test_a_file_that_is_no_registry_fails_its_job_with_the_reason_in_both_languages(
    accounts: AccountsClient, finished: Finished
) -> None:
    job = import_krabi(accounts, finished, b"name,age\nsomebody,7\n")

    assert job["state"] == "failed"
    (error,) = job["errors"]
    assert error["code"] == "accounts.registry_refused"
    assert error["message_th"].startswith("อ่านไฟล์ทะเบียนไม่ได้: หัวตารางขาดคอลัมน์")
    assert error["message"].startswith("The file cannot be read as the registry: ")
    assert len(job["errors"]) <= ERRORS_KEPT


def test_an_event_leaves_for_each_organisation_and_the_outboxes_are_empty_then(
    accounts: AccountsClient,
    finished: Finished,
    published: Callable[[], list[Any]],
    mongo: MongoClient[Facts],
    mongo_uri: str,
    wait_until: Callable[[Callable[[], Any]], None],
) -> None:
    organisations = mongo[database_of(mongo_uri)].organisations
    import_krabi(accounts, finished)

    wait_until(lambda: organisations.count_documents({"outbox.at": {"$exists": True}}) == 0)

    keys = [message.delivery_info["routing_key"] for message in published()]
    assert keys == ["accounts.organisation_registered.v1"] * 7


def test_no_code_password_or_token_is_in_the_database_an_event_a_log_line_or_a_metric(
    accounts: AccountsClient,
    finished: Finished,
    published: Callable[[], list[Any]],
    mongo: MongoClient[Facts],
    mongo_uri: str,
    wait_until: Callable[[Callable[[], Any]], None],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    import_krabi(accounts, finished)
    issuance_id = issue_krabi(accounts, finished)
    username, code = activate_first(accounts, OPERATOR_WIRE, issuance_id)
    with pytest.raises(WrongCredentials):
        accounts.open_session(
            username=username, password="a wrong secret", takeover=False, address=ADDRESS
        )
    token, session = sign_in(accounts, username)
    unread = accounts.read_slips(session["principal"], issuance_id)["items"][0]
    database = mongo[database_of(mongo_uri)]
    wait_until(lambda: database.slots.count_documents({"outbox.at": {"$exists": True}}) == 0)

    kept = [
        encode(document)
        for name in database.list_collection_names()
        for document in database[name].find()
    ]
    events = [message.body.encode() for message in published()]
    told = capfd.readouterr()
    places = [*kept, *events, (told.out + told.err + caplog.text).encode(), generate_latest()]
    assert len(kept) > SLOTS
    assert any(b"activated_at" in event for event in events)
    for secret in (code, unread["activation_code"], PASSWORD, "a wrong secret", token):
        assert not [place for place in places if secret.encode() in place]


def test_what_is_stored_is_what_the_documents_declare(
    accounts: AccountsClient, finished: Finished, mongo: MongoClient[Facts], mongo_uri: str
) -> None:
    import_krabi(accounts, finished)
    username, _ = activate_first(accounts, OPERATOR_WIRE, issue_krabi(accounts, finished))
    sign_in(accounts, username)
    _, session = sign_in(accounts, username, takeover=True)
    accounts.begin_second_factor(session["principal"], password=PASSWORD)
    with pytest.raises(WrongCredentials):
        accounts.open_session(username="x", password="y", takeover=False, address=ADDRESS)

    database = mongo[database_of(mongo_uri)]
    OpenIdStore(database).begin("hash of a state", Flow(username, None, False, now()))
    trail(AccountsStore(database, Outbox(Wire("", "test"), ()))).begin("lock", None, "slot:x")
    office = database.organisations.find_one({"kind": "district_office"})
    accounts.add_slot(
        OPERATOR_WIRE, organisation_id=office["_id"], label="คนที่สอง", idempotency_key="once"
    )
    for document in DOCUMENTS:
        stored = list(database[document._meta["collection"]].find())
        assert stored, document.__name__
        for each in stored:
            document._from_son(each).validate()


def database_of(mongo_uri: str) -> str:
    return mongo_uri.rpartition("/")[2].partition("?")[0]
