"""Troubles are reported, counted and answered to all; what was filed becomes one report."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.builders.answers import nil_answers
from tests.builders.country import DISTRICTS
from tests.builders.waiting import soon

pytestmark = pytest.mark.needs("reports")

FIRST, SECOND = DISTRICTS
WORDS = {"category": "score_source_unclear", "text": "ไม่ทราบว่าต้องกรอกคะแนน KPI หรือ ITA"}
OF_A_ROUND = ("problem_reports", "problem_tallies", "consolidations", "files.files")


@pytest.fixture(scope="module")
def board(country):
    """An officer of ก.ม.จ., signed in."""
    return country.agency("KOMOCHO", "สำนักงานสมมติ ก.ม.จ.", role="ethics_board")


def refusal(told):
    return told.status_code, told.json()["code"]


def test_a_problem_is_reported_counted_answered_and_the_answer_circulated(country, lao):
    round_id = country.open_round()
    officer, stranger = lao(FIRST)[0], lao(SECOND)[0]
    district, province = country.callers[f"d{FIRST}"], country.callers["p81"]
    body, key = WORDS | {"round_id": round_id}, {"Idempotency-Key": uuid4().hex}

    told = officer.client.post("/v1/problem-reports", json=body, headers=key)
    again = officer.client.post("/v1/problem-reports", json=body, headers=key)

    assert (told.status_code, told.json()["state"]) == (201, "open"), told.text
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (told.json(), "true")
    other = officer.client.post("/v1/problem-reports", json=body | {"text": "x"}, headers=key)
    assert refusal(other) == (422, "idempotency_key_reused")
    path = told.headers["Location"]
    assert refusal(stranger.client.get(path)) == (404, "problem_report_not_found")
    assert refusal(officer.client.post(f"{path}/answers", json={"text": "x", "circulate": True})) \
        == (403, "out_of_scope")  # fmt: skip

    answer = {"text": "ใช้คะแนน ITA รวมของปีล่าสุด", "circulate": True}
    narrower = [each.client.post(f"{path}/answers", json=answer) for each in (district, province)]
    assert [refusal(each) for each in narrower] == [(403, "out_of_scope")] * 2
    own = district.client.post(f"{path}/answers", json={"text": "รับทราบ", "circulate": False})
    assert own.status_code == 201, own.text
    answering = {"json": answer, "headers": {"Idempotency-Key": uuid4().hex}}
    answered = country.operator.client.post(f"{path}/answers", **answering)
    repeated = country.operator.client.post(f"{path}/answers", **answering)
    assert (repeated.json(), repeated.headers["Idempotency-Replayed"]) == (answered.json(), "true")

    assert (answered.status_code, answered.json()["state"]) == (201, "answered"), answered.text
    seen = officer.client.get(path)
    assert seen.headers["ETag"] != told.headers["ETag"]
    assert [each["text"] for each in seen.json()["answers"]] == ["รับทราบ", answer["text"]]
    circulated = stranger.get("/v1/problem-answers", category=WORDS["category"])["items"]
    assert answer["text"] in [each["text"] for each in circulated]
    assert WORDS["text"] not in str(circulated)
    listed = province.get("/v1/problem-reports", round=round_id, state="answered")["items"]
    assert [each["id"] for each in listed] == [told.json()["id"]]

    by_category = province.get("/v1/problem-reports/summary", by="category", round=round_id)
    assert (by_category["total"]["reported"], by_category["total"]["answered"]) == (1, 1)
    assert len(by_category["items"]) == 7
    by_province = country.operator.get("/v1/problem-reports/summary", by="province", round=round_id)
    assert [(row["key"], row["reported"]) for row in by_province["items"]] == [("81", 1)]
    live = country.operator.get("/v1/problem-reports/summary", by="category")
    assert live["total"]["reported"] >= 1


def test_the_report_to_the_board_can_be_built_again_to_the_same_bytes(country, lao, board):
    due = (datetime.now(UTC) + timedelta(days=40)).isoformat()
    round_id = country.open_round(central_due_at=due)
    first, second, third = lao()
    filed = first.file(first.obligation_of(round_id)["id"])
    nil = second.file(second.obligation_of(round_id)["id"], kind="nil", answers=nil_answers())
    assert (filed.status_code, nil.status_code) == (201, 201)
    path = f"/v1/rounds/{round_id}/consolidations"

    refused = country.operator.client.post(path, json={})
    key = {"Idempotency-Key": uuid4().hex}
    asked, again = (board.client.post(path, json={}, headers=key) for _ in range(2))
    made = board.job(asked)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json()["id"] == asked.json()["id"]
    other = board.client.post(path, json={"as_of": made["as_of"]}, headers=key)
    assert refusal(other) == (422, "idempotency_key_reused")

    assert refusal(refused) == (403, "out_of_scope")
    assert (made["total"]["filed"], made["total"]["nil"], made["total"]["missing"]) == (2, 1, 61)
    assert (made["is_closed"], made["central_due_at"] is None) == (False, False)
    before = {name: download(board, file) for name, file in made["files"].items()}
    assert before["pdf"].startswith(b"%PDF-")
    assert made["id"] == hashlib.sha256(before["json"]).hexdigest()
    shown = board.client.get(f"{path}/{made['id']}")
    assert (shown.status_code, shown.json()["total"]) == (200, made["total"])
    assert refusal(first.client.get(f"{path}/{made['id']}")) == (403, "out_of_scope")

    assert third.file(third.obligation_of(round_id)["id"]).status_code == 201
    again = board.job(board.client.post(path, json={"as_of": made["as_of"]}))

    assert again["id"] == made["id"]
    assert set(again["same_bytes"].values()) == {True}
    assert {name: download(board, file) for name, file in again["files"].items()} == before
    assert [each["id"] for each in board.get(path)["items"]] == [made["id"]]
    future = board.client.post(path, json={"as_of": due})
    assert (future.status_code, future.json()["errors"][0]["pointer"]) == (422, "/as_of")


def download(caller, file):
    told = caller.client.get(file["url"])
    assert told.status_code == 200, told.text
    assert told.headers["ETag"] == f'"{file["sha256"]}"'
    assert hashlib.sha256(told.content).hexdigest() == file["sha256"]
    known = caller.client.get(file["url"], headers={"If-None-Match": told.headers["ETag"]})
    assert known.status_code == 304
    return told.content


def test_of_a_rehearsal_nothing_is_left_after_the_purge(country, lao, mongo):
    operator, officer = country.operator, lao(FIRST)[0]
    round_id = country.open_round(mode="trial", scope={"district": FIRST})
    body = WORDS | {"round_id": round_id}
    reported = officer.client.post("/v1/problem-reports", json=body)
    assert (reported.status_code, reported.json()["mode"]) == (201, "trial")
    as_of = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    path = f"/v1/rounds/{round_id}/consolidations"
    made = operator.job(operator.client.post(path, json={"as_of": as_of}))
    assert made["mode"] == "trial"

    operator.job(operator.client.post(f"/v1/rounds/{round_id}/purge"))

    gone = operator.client.get(made["files"]["pdf"]["url"])
    assert refusal(gone) == (410, "round_purged")
    reports = mongo["sucharit_reports"]
    soon(lambda: not any(holding(reports[name], round_id) for name in OF_A_ROUND))


def holding(collection, needle):
    return [each for each in collection.find() if needle in str(each)]
