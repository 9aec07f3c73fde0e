"""Bad input and bad moments, each with its stated answer."""

import socket
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.builders.answers import some_answers
from tests.builders.country import PASSWORD, Caller
from tests.builders.registry_csv import a_row, file_of
from tests.builders.waiting import HANG_SECONDS

pytestmark = pytest.mark.needs("reports")


@pytest.fixture(scope="module")
def round_id(country):
    return country.open_round()


@pytest.fixture(scope="module")
def officers(lao):
    return lao()


@pytest.fixture(scope="module")
def officer(officers):
    return officers[0]


@pytest.fixture(scope="module")
def filed(officer, round_id):
    """An obligation that is filed, with the key it was filed under."""
    obligation_id, key = officer.obligation_of(round_id)["id"], uuid4().hex
    assert officer.file(obligation_id, key).status_code == 201
    return obligation_id, key


def refusal(told):
    return told.status_code, told.json()["code"]


def test_a_reused_key_with_another_body(officer, filed):
    obligation_id, key = filed

    told = officer.file(obligation_id, key, answers=some_answers(score=1))

    assert refusal(told) == (422, "idempotency_key_reused")


def test_a_second_original(officer, filed):
    assert refusal(officer.file(filed[0])) == (409, "already_filed")


def test_an_amendment_of_what_somebody_amended_meanwhile(lao, round_id):
    officer = lao()[0]
    obligation_id = officer.obligation_of(round_id)["id"]
    assert officer.file(obligation_id).status_code == 201

    def amend(score):
        return officer.file(
            obligation_id,
            kind="amendment",
            base_revision=1,
            reason="พร้อมกัน",
            answers=some_answers(score=score),
        )

    with ThreadPoolExecutor(8) as several:
        told = list(several.map(amend, range(8)))

    codes = sorted(one.status_code for one in told)
    assert codes == [201] + [409] * 7
    assert {one.json()["code"] for one in told if one.status_code == 409} == {"stale_revision"}


def test_an_amendment_with_the_same_content(officer, filed):
    told = officer.file(filed[0], kind="amendment", base_revision=1, reason="ไม่มีอะไรเปลี่ยน")

    assert refusal(told) == (409, "nothing_changed")


def test_faulty_answers_are_told_by_pointer(officer, filed):
    answers = some_answers(headcount="many", nonsense=1)
    del answers["certified_by"]

    told = officer.file(filed[0], answers=answers)

    assert told.status_code == 422
    assert {(fault["pointer"], fault["code"]) for fault in told.json()["errors"]} == {
        ("/answers/headcount", "type"),
        ("/answers/nonsense", "unknown"),
        ("/answers/certified_by", "required"),
    }


def test_a_filing_without_a_key(officer, filed):
    told = officer.client.post(f"/v1/obligations/{filed[0]}/filings", json={})

    assert refusal(told) == (400, "idempotency_key_required")


def test_a_filing_outside_the_window(country, lao):
    round_id = country.open_round(
        opens_at="2019-01-01T00:00:00+07:00",
        lao_due_at="2019-06-01T00:00:00+07:00",
        closes_at="2019-07-01T00:00:00+07:00",
    )
    officer = lao()[0]

    told = officer.file(officer.obligation_of(round_id)["id"])

    assert refusal(told) == (409, "window_closed")


def test_what_was_not_filed_when_a_round_closes_is_missed(country, lao):
    round_id = country.open_round()
    officer = lao()[1]

    closed = country.operator.job(country.operator.client.post(f"/v1/rounds/{round_id}/close"))

    assert closed["missed"] == 63
    assert officer.obligation_of(round_id)["state"] == "missed"
    assert refusal(officer.file(officer.obligation_of(round_id)["id"])) == (409, "window_closed")


def test_a_stale_draft_names_what_changed(lao, round_id):
    officer = lao()[0]
    path = f"/v1/obligations/{officer.obligation_of(round_id)['id']}/draft"

    def put(answers, if_match):
        return officer.client.put(path, json={"answers": answers}, headers={"If-Match": if_match})

    assert put({"headcount": 1}, '"0"').status_code == 200
    assert put({"headcount": 2}, '"1"').headers["ETag"] == '"2"'
    stale = put({"headcount": 3}, '"1"')
    assert refusal(stale) == (412, "stale_version")
    assert stale.json()["changed"] == "/answers/headcount"
    assert refusal(officer.client.put(path, json={"answers": {}})) == (428, "if_match_required")


def test_an_oversized_body_is_refused_unread(officer, filed):
    told = officer.client.post(
        f"/v1/obligations/{filed[0]}/filings",
        content=b'{"answers": "' + b"x" * (2 << 20) + b'"}',
        headers={"Idempotency-Key": "k", "Content-Type": "application/json"},
    )

    assert refusal(told) == (413, "body_too_large")


def test_a_half_sent_body_is_told_so_and_files_nothing(country, lao, round_id):
    other = lao()[0]
    obligation_id = other.obligation_of(round_id)["id"]
    head = (
        f"POST /v1/obligations/{obligation_id}/filings HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {other.client.headers['Authorization']}\r\nIdempotency-Key: half\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    )
    address = (country.operator.client.base_url.host, country.operator.client.base_url.port)

    with socket.create_connection(address, timeout=HANG_SECONDS) as sock:
        sock.sendall(head.encode())
        answered = sock.recv(4096)

    assert answered.startswith(b"HTTP/1.1 408 ")
    assert other.obligation_of(round_id)["revision"] == 0


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/obligations/nothing-of-1/draft", "obligation_not_found"),
        ("/v1/filings/0000", "filing_not_found"),
        ("/v1/rounds/ethics-2400-1", "round_not_found"),
        ("/v1/jobs/accounts-0", "job_not_found"),
        ("/v1/jobs/nobody-0", "job_not_found"),
        ("/v1/forms/ethics-2568/versions/999", "form_not_found"),
        ("/v1/organisations/nobody", "organisation_not_found"),
        ("/v1/nothing", "route_not_found"),
    ],
)
def test_what_is_not_there(officer, path, code):
    assert refusal(officer.client.get(path)) == (404, code)


def test_another_organisations_obligation_is_not_there(lao, officer, round_id):
    other = lao()[0].obligation_of(round_id)

    assert refusal(officer.client.get(f"/v1/obligations/{other['id']}")) == (
        404,
        "obligation_not_found",
    )
    assert refusal(officer.file(other["id"])) == (404, "obligation_not_found")


def test_a_slot_files_for_its_own_code_group_only(officers, round_id):
    other_group = officers[1].obligation_of(round_id)

    told = officers[2].file(other_group["id"])

    assert refusal(told) == (404, "obligation_not_found")


def test_offices_see_what_lies_below_them(country, round_id):
    province = country.callers["p81"].get("/v1/obligations", round=round_id, limit=200)["items"]
    district = country.callers["d8104"].get("/v1/obligations", round=round_id, limit=200)["items"]

    assert len(province) == 63
    assert {one["organisation"]["district_code"] for one in district} == {"8104"}


def test_only_the_operator_drafts_rounds(country):
    told = country.callers["p81"].client.post(
        "/v1/rounds",
        json={
            "kind": "ethics",
            "fiscal_year_be": 2569,
            "no": 99,
            "form": {"id": "ethics", "version": 1},
            "mode": "live",
            "opens_at": "2026-01-01T00:00:00+07:00",
            "lao_due_at": "2026-01-02T00:00:00+07:00",
            "closes_at": "2026-01-03T00:00:00+07:00",
        },
    )

    assert refusal(told) == (403, "out_of_scope")


def test_a_malformed_registry_is_refused_as_a_whole(country):
    upload = {"file": ("registry.csv", b"\xff\xfe\x00nothing", "text/csv")}
    started = country.operator.client.post("/v1/organisations/imports", files=upload)

    with pytest.raises(AssertionError, match="registry_refused"):
        country.operator.job(started)


def test_a_row_with_a_wrong_code_is_reported_and_the_rest_read(country):
    rows = [a_row(code="9810409"), a_row(code="6810401", name="สมมติ41")]
    upload = {"file": ("registry.csv", file_of(*rows), "text/csv")}
    told = country.operator.client.post(
        "/v1/organisations/imports", params={"dry_run": "true"}, files=upload
    )

    result = country.operator.job(told)

    assert result["organisations"] == 1
    assert [(row["line"], row["value"]) for row in result["rejected"]["rows"]] == [(2, "9810409")]


def test_a_second_sign_in_is_refused_unless_it_takes_over(lao, stack):
    officer = lao()[2]
    elsewhere = Caller(stack.url, officer.username)
    credentials = {"username": officer.username, "password": PASSWORD}

    refused = elsewhere.client.post("/v1/sessions", json=credentials)
    elsewhere.sign_in()
    ended = officer.client.get("/v1/sessions/current")

    assert refusal(refused) == (409, "slot_in_use")
    assert refused.json()["since"]
    assert refusal(ended) == (401, "session_ended_elsewhere")
    officer.sign_in()


def test_signing_out_ends_the_session_at_once(lao, stack):
    usual = lao()[0]
    officer = Caller(stack.url, usual.username).sign_in()

    assert officer.client.delete("/v1/sessions/current").status_code == 204
    assert refusal(officer.client.get("/v1/obligations")) == (401, "session_ended")
    usual.sign_in()


def test_wrong_credentials_do_not_tell_what_is_wrong(lao, stack):
    stranger = Caller(stack.url)

    told = [
        stranger.client.post("/v1/sessions", json={"username": name, "password": "wrong password"})
        for name in (lao()[0].username, "nobody")
    ]

    assert {refusal(one) for one in told} == {(401, "wrong_credentials")}
    assert told[0].json()["detail"] == told[1].json()["detail"]
