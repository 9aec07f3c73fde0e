"""Files are handed on in numbered chunks, and a job is asked of the service that runs it."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from types import SimpleNamespace
from typing import Any

import pytest

from clients.accounts import AccountsClient
from gateway import streaming
from gateway.app import App
from gateway.ask import Ask
from gateway.authentication import SignedIn
from gateway.collection import ETHICS
from gateway.resources import all_routes
from tests.unit.gateway.asked import OFFICER, Asked
from tests.unit.gateway.calling import answer_of

FILE = b"0123456789"
CHUNKS = [(0, b"0123"), (1, b"4567"), (2, b"89")]


@pytest.fixture
def ethics():
    return Asked(ETHICS)


@pytest.fixture
def accounts():
    return Asked(ETHICS)


@pytest.fixture
def upload(app, monkeypatch):
    """Send FILE to a path, in chunks of four bytes."""
    monkeypatch.setattr(streaming, "CHUNK_BYTES", 4)
    part = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    body = part % (b"file", b'; filename="f.x"', FILE) + b"--b--\r\n"

    def upload(path: str) -> Any:
        return answer_of(
            app,
            "POST",
            path,
            data=body,
            content_type="multipart/form-data; boundary=b",
            authorization="Bearer t",
            idempotency_key="k1",
        )

    return upload


@pytest.fixture
def app(ethics, accounts):
    ask = Ask(
        accounts=AccountsClient(accounts._call),
        reports=ethics.handed.client,
        aggregation=SimpleNamespace(),
        collections={ETHICS.name: ethics.handed},
    )
    return App(all_routes(), ask, lambda _: SignedIn(OFFICER, "session"))


def asked_of(service: Asked) -> list[tuple[str, dict[str, Any]]]:
    return [
        (method, {name: value for name, value in said.items() if name != "by"})
        for method, said in service.asked
    ]


def in_base64(chunk: bytes) -> str:
    return b64encode(chunk).decode()


@pytest.mark.parametrize(("is_new", "status"), [(True, 201), (False, 200)])
def test_evidence_is_handed_on_and_the_same_again_is_not_new(ethics, upload, is_new, status):
    ethics.answer["is_new"] = is_new

    answered = upload("/v1/evidence")

    begun = {"filename": "f.x", "obligation_id": None, "round_id": None, "size": len(FILE)}
    assert (answered.status, answered.headers["Location"]) == (status, "/v1/evidence/e1")
    assert asked_of(ethics) == [
        ("begin_evidence", begun),
        *(
            (
                "add_evidence_chunk",
                {"upload_id": "u1", "number": number, "data_base64": in_base64(chunk)},
            )
            for number, chunk in CHUNKS
        ),
        ("finish_evidence", {"upload_id": "u1"}),
    ]


@pytest.mark.parametrize(("query", "is_check"), [("", False), ("?check=true", True)])
def test_workbooks_are_handed_on_and_started(ethics, upload, query, is_check):
    answered = upload(f"/v1/rounds/r1/workbooks{query}")

    (_, begun), *chunks, started = asked_of(ethics)
    facts = begun["upload"]
    assert (answered.status, answered.headers["Location"]) == (202, "/v1/jobs/r1")
    assert (facts["sha256"], facts["size"]) == (hashlib.sha256(FILE).hexdigest(), len(FILE))
    assert (facts["round_id"], facts["filename"], facts["is_check"]) == ("r1", "f.x", is_check)
    assert chunks == [
        (
            "add_workbooks_chunk",
            {"file_id": "f1", "number": number, "data_base64": in_base64(chunk)},
        )
        for number, chunk in CHUNKS
    ]
    assert started == ("start_workbooks", {"file_id": "f1"})


def test_workbooks_sent_before_are_not_handed_on_again(ethics, upload):
    ethics.answer["job"] = {"id": "reports-1"}

    answered = upload("/v1/rounds/r1/workbooks")

    assert answered.headers["Idempotency-Replayed"] == "true"
    assert [method for method, _ in ethics.asked] == ["begin_workbooks"]


@pytest.mark.parametrize(("query", "dry_run"), [("", False), ("?dry_run=true", True)])
def test_a_registry_is_handed_on_and_started(accounts, upload, query, dry_run):
    assert upload(f"/v1/organisations/imports{query}").status == 202

    assert asked_of(accounts) == [
        ("begin_import", {"filename": "f.x"}),
        *(
            (
                "add_import_chunk",
                {"import_id": "i1", "no": number, "data_base64": in_base64(chunk)},
            )
            for number, chunk in CHUNKS
        ),
        ("start_import", {"import_id": "i1", "dry_run": dry_run}),
    ]


@pytest.mark.parametrize(
    ("job_id", "status", "counts"),
    [("accounts-1", 200, (1, 0)), ("reports-1", 200, (0, 1)), ("others-1", 404, (0, 0))],
)
def test_a_job_is_asked_of_the_service_that_runs_it(app, accounts, ethics, job_id, status, counts):
    answered = answer_of(app, "GET", f"/v1/jobs/{job_id}", authorization="Bearer t")

    assert answered.status == status
    assert (len(accounts.asked), len(ethics.asked)) == counts
