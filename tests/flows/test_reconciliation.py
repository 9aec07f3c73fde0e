"""Every receipt has its event, and every event is counted: the three are shown side by side."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from chassis.clock import now
from tests.builders.answers import some_answers
from tests.builders.waiting import soon
from tools.journey.client import Api
from tools.reconcile import compared, judge

pytestmark = pytest.mark.needs("reports", "aggregation")


def row_of(caller: Any, round_id: str) -> dict[str, Any]:
    items = caller.get("/v1/reconciliation")["items"]
    return next((item for item in items if item["round_id"] == round_id), {})


@pytest.mark.timeout(300)
def test_receipts_events_and_counted_filings_are_the_same_for_each_round(
    country, lao, operator_password
):
    live, trial = country.open_round(), country.open_round(mode="trial")
    officer = lao()[0]
    for round_id in (live, trial):
        obligation = officer.get("/v1/obligations", round=round_id)["items"][0]["id"]
        assert officer.file(obligation).status_code == 201
        amendment = {"kind": "amendment", "base_revision": 1, "reason": "แก้ไขคะแนน"}
        amended = officer.file(obligation, answers=some_answers(score=5), **amendment)
        assert amended.status_code == 201, amended.text
        taken_back = officer.client.post(
            f"/v1/obligations/{obligation}/withdrawals",
            json={"base_revision": 2, "reason": "ยื่นผิดรอบ"},
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert taken_back.status_code == 201, taken_back.text

    for round_id, mode in ((live, "live"), (trial, "trial")):
        row = soon(
            lambda round_id=round_id: (
                (row := row_of(country.operator, round_id)).get("counted") == 3 and row
            ),
        )
        assert (row["mode"], row["difference"]) == (mode, 0)
        assert row["receipts"] == row["events"] == 3
        figures = country.figures(round_id)
        assert (figures["filed"], figures["amended"]) == (0, 0)
    told = compared(Api.at(country.url), operator_password, takeover=True)
    country.operator.sign_in()  # whom that has signed out
    assert {row["round_id"] for row in told} >= {live, trial}
    assert judge(told, now())[0] == 0
    for below in (officer, country.callers["p81"]):
        refused = below.client.get("/v1/reconciliation")
        assert (refused.status_code, refused.json()["code"]) == (403, "out_of_scope")
