"""Evidence from upload to filing on the running stack, and the malware stopped on its way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from collecting.files.scan import EICAR
from tests.builders.answers import fuller_answers
from tests.builders.country import DISTRICTS, Caller, Country, Lao
from tests.builders.files import PDF, docx, pdf_of
from tests.flows.conftest import Laos

pytestmark = pytest.mark.needs("reports")

FIRST, SECOND = DISTRICTS
MEBIBYTE = 1 << 20
MOST_MORE_BYTES = 80 * MEBIBYTE  # while 160 MiB are on their way; 400 MiB took 42 MiB more


@pytest.fixture(scope="module")
def round_id(country: Country) -> str:
    return country.open_round(form={"id": "ethics", "version": 1})


@pytest.fixture(scope="module")
def officers(lao: Laos) -> Lao:
    return lao(SECOND)


@pytest.fixture(scope="module")
def officer(officers: Lao) -> Caller:
    return officers[0]


@pytest.fixture(scope="module")
def stranger(lao: Laos) -> Caller:
    """An officer of another LAO of the district."""
    return lao(SECOND)[0]


def send(caller: Caller, content: bytes, name: str = "หลักฐาน.pdf", **texts: str) -> httpx.Response:
    claimed = {"file": (name, content, "text/html")}
    return caller.client.post("/v1/evidence", files=claimed, data=texts)


def answers(*evidence_ids: str) -> dict[str, Any]:
    """Answers with evidence of the code's publication."""
    return fuller_answers(code_evidence=list(evidence_ids))


def test_what_is_uploaded_comes_back_as_it_was_to_whoever_may_see_it(country, officers, stranger):
    officer, content = officers[0], pdf_of(3 * MEBIBYTE + 11)

    told = send(officer, content)

    assert told.status_code == 201, told.text
    evidence = told.json()
    assert (evidence["size"], evidence["sha256"]) == (len(content), sha256(content).hexdigest())
    assert evidence["media_type"] == "application/pdf"
    path = told.headers["Location"]
    offices = (country.callers[f"d{SECOND}"], country.callers["p81"], country.operator)
    for caller in (*officers[:2], *offices):
        got = caller.client.get(path)
        assert (got.status_code, got.content == content) == (200, True), caller.username
        assert got.headers["Content-Type"] == "application/pdf"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Content-Disposition"] == (
            f"attachment; filename=\"evidence.pdf\"; filename*=UTF-8''{quote('หลักฐาน.pdf')}"
        )
        assert evidence in caller.get("/v1/evidence")["items"]
    for caller in (stranger, country.callers[f"d{FIRST}"]):
        assert caller.client.get(path).status_code == 404
    etag = {"If-None-Match": f'"{evidence["sha256"]}"'}
    assert officer.client.get(path, headers=etag).status_code == 304


def test_the_same_bytes_again_are_the_same_evidence_and_unused_evidence_can_be_deleted(
    country, officer, stranger
):
    first = send(officer, PDF + b"again")

    again = send(officer, PDF + b"again", "other.pdf")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    path = first.headers["Location"]
    assert country.callers[f"d{SECOND}"].client.delete(path).status_code == 403
    assert stranger.client.delete(path).status_code == 404
    assert officer.client.delete(path).status_code == 204
    assert officer.client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (PDF + EICAR, "malware_found"),
        (docx(("word/embeddings/x.bin", EICAR)), "malware_found"),
        (b"<html>not what it says</html>", "evidence_type_refused"),
    ],
)
def test_malware_and_other_kinds_of_files_are_422_with_their_place(officer, content, code):
    told = send(officer, content)

    assert (told.status_code, told.json()["code"]) == (422, code)
    assert [each["pointer"] for each in told.json()["errors"]] == ["/file"]


def test_a_file_over_twenty_mebibytes_is_413_and_an_office_has_no_evidence_of_its_own(
    country, officer
):
    assert send(officer, bytes(21 * MEBIBYTE)).status_code == 413
    assert send(country.callers[f"d{SECOND}"], PDF).status_code == 403


def test_a_filing_names_evidence_of_its_own_organisation_only(officer, stranger, round_id):
    owed = officer.obligation_of(round_id)["id"]
    own = send(officer, PDF + b"own", obligation_id=owed).json()
    foreign = send(stranger, PDF + b"foreign").json()

    refused = officer.file(owed, answers=answers(own["id"], foreign["id"], "none"))
    filed = officer.file(owed, answers=answers(own["id"]))

    assert refused.status_code == 422
    assert {each["pointer"]: each["code"] for each in refused.json()["errors"]} == {
        "/answers/code_evidence/1": "unknown_evidence",
        "/answers/code_evidence/2": "unknown_evidence",
    }
    assert filed.status_code == 201, filed.text
    kept = officer.client.delete(f"/v1/evidence/{own['id']}")
    assert (kept.status_code, kept.json()["code"]) == (409, "evidence_in_use")
    (shown,) = [each for each in officer.get("/v1/evidence")["items"] if each["id"] == own["id"]]
    assert (shown["used_on"], shown["round_ids"]) == ([owed], [round_id])


def test_evidence_of_a_trial_is_gone_with_it(country, officers):
    trial = country.open_round(mode="trial", form={"id": "ethics", "version": 1})
    officer = officers[1]
    sent = send(officer, PDF + b"for the trial", round_id=trial)
    assert sent.status_code == 201, sent.text

    country.operator.job(country.operator.client.post(f"/v1/rounds/{trial}/purge"))

    assert officer.client.get(sent.headers["Location"]).status_code == 404


def test_twenty_large_files_at_once_arrive_and_take_little_of_the_gateways_memory(country, stack):
    laos = [country.lao(code, n) for code, numbers in country.unchanged.items() for n in numbers]
    officers = [officer.sign_in() for officer in list(chain(*zip(*laos, strict=True)))[:20]]
    send(officers[0], PDF)
    before = forget_peak(stack.pid("gateway"))

    with ThreadPoolExecutor(20) as several:
        told = list(several.map(lambda n: send(officers[n], pdf_of(8 * MEBIBYTE + n)), range(20)))

    assert [each.status_code for each in told] == [201] * 20
    for n, each in enumerate(told):
        assert each.json()["sha256"] == sha256(pdf_of(8 * MEBIBYTE + n)).hexdigest()
    assert peak_of(stack.pid("gateway")) - before < MOST_MORE_BYTES


def forget_peak(pid: int) -> int:
    """Have the kernel measure a process's peak memory from now on; return what it holds now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return peak_of(pid)


def peak_of(pid: int) -> int:
    """Return the most memory a process held, in bytes."""
    (line,) = [
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmHWM" in line
    ]
    return int(line.split()[1]) << 10
