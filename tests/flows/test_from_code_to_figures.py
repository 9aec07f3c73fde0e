"""The one true path: an officer files, holds a receipt anyone can check, and is counted."""

import json
from uuid import uuid4

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from tests.builders.answers import nil_answers, some_answers
from tests.builders.country import DISTRICTS
from tests.builders.waiting import soon

pytestmark = pytest.mark.needs("reports", "aggregation")


@pytest.fixture(scope="module")
def round_id(country):
    return country.open_round()


@pytest.fixture(scope="module")
def officer(lao):
    return lao()[0]


@pytest.fixture(scope="module")
def receipt(officer, round_id):
    """The receipt of what the officer has filed in the round."""
    return officer.file(officer.obligation_of(round_id)["id"]).json()["receipt"]


def test_the_whole_life_of_an_obligation(country, officer):
    round_id = country.open_round()
    obligation = officer.obligation_of(round_id)
    path = f"/v1/obligations/{obligation['id']}"

    draft = officer.client.get(f"{path}/draft")
    saved = officer.client.put(
        f"{path}/draft",
        json={"answers": {"headcount": 7}},
        headers={"If-Match": draft.headers["ETag"]},
    )
    filed = officer.file(obligation["id"])
    amended = officer.file(
        obligation["id"],
        kind="amendment",
        base_revision=1,
        reason="แก้คะแนน",
        answers=some_answers(score=90.5),
    )

    assert obligation["state"] == "open"
    assert "/answers/headcount" in draft.json()["missing"]
    assert "/answers/headcount" not in saved.json()["missing"]
    assert filed.status_code == amended.status_code == 201
    assert filed.json()["filing"]["on_time"] is amended.json()["filing"]["on_time"] is True
    assert officer.obligation_of(round_id)["state"] == "amended"
    revisions = officer.get(f"{path}/filings")["items"]
    assert [(one["revision"], one["changed"]) for one in revisions] == [
        (1, []),
        (2, ["/answers/score"]),
    ]
    assert officer.get(f"{path}/draft")["answers"]["score"] == 90.5


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # RFC 9864 renames it Ed25519
def test_anyone_can_check_a_receipt_offline(officer, receipt):
    keys = KeySet.import_key_set(officer.get("/.well-known/jwks.json"))

    signed = jws.deserialize_compact(receipt["jws"], keys, algorithms=["EdDSA", "Ed25519"])

    facts = {name: value for name, value in receipt.items() if name != "jws"}
    assert officer.client.post("/v1/receipts/verify", json=receipt).json()["valid"]
    assert json.loads(signed.payload) == facts


@pytest.mark.parametrize(
    "change", [{"revision": 2}, {"on_time": False}, {"accepted_at": "2020-01-01T00:00:00+07:00"}]
)
def test_a_changed_receipt_fails_the_check(officer, receipt, change):
    told = officer.client.post("/v1/receipts/verify", json=receipt | change).json()

    assert (told["valid"], told["receipt"]["revision"]) == (False, 1)


def test_a_repeat_gets_the_same_answer_and_changes_nothing(lao, round_id):
    officer = lao()[0]
    obligation_id, key = officer.obligation_of(round_id)["id"], uuid4().hex

    first, second = (officer.file(obligation_id, key) for _ in range(2))

    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert first.json() == second.json()
    assert len(officer.get(f"/v1/obligations/{obligation_id}/filings")["items"]) == 1


def test_figures_agree_with_what_was_filed(country, lao):
    now_due = "2020-01-01T00:00:00+07:00"
    late_district, other_district = DISTRICTS
    round_id = country.open_round(
        opens_at="2019-01-01T00:00:00+07:00",
        due_exceptions=[
            {
                "scope": {"district": late_district},
                "lao_due_at": now_due,
                "order_no": "ทดสอบ 1/2569",
                "reason": "ทดสอบกำหนดส่งก่อน",
            }
        ],
    )
    late = lao(late_district)[:2]
    on_time = lao(other_district)

    for officer in (*late, *on_time[:2]):
        assert officer.file(officer.obligation_of(round_id)["id"]).status_code == 201
    nil = on_time[2].file(
        on_time[2].obligation_of(round_id)["id"], kind="nil", answers=nil_answers()
    )

    assert nil.status_code == 201
    total = soon(lambda: (t := country.figures(round_id))["filed"] == 5 and t)
    assert {name: total[name] for name in ("expected", "on_time", "late", "nil", "missing")} == {
        "expected": 63,
        "on_time": 3,
        "late": 2,
        "nil": 1,
        "missing": 58,
    }
    by_district = country.operator.get("/v1/completeness", round=round_id, by="district")
    assert {one["key"]: one["filed"] for one in by_district["items"]} == {
        late_district: 2,
        other_district: 3,
    }
    due = late[0].obligation_of(round_id)
    assert due["due_because"] == "ทดสอบกำหนดส่งก่อน (ทดสอบ 1/2569)"
