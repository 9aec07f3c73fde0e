"""A later date given by order reaches those it is meant for, and every figure follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders.country import DISTRICTS
from tests.builders.waiting import soon

pytestmark = pytest.mark.needs("reports", "aggregation")

FIRST, SECOND = DISTRICTS
ORDER = {"order_no": "ทดสอบ 12/2569", "reason": "ทดสอบอุทกภัย"}


def given(country: Any, round_id: str, until: datetime, **scope: str) -> dict[str, Any]:
    """Extend part of a round as the operator and return what that did."""
    proposal = {"scope": scope, "lao_due_at": until.isoformat(), **ORDER}
    told = country.operator.client.post(f"/v1/rounds/{round_id}/extensions", json=proposal)
    return country.operator.job(told)


def figures_of(country: Any, round_id: str, district: str) -> dict[str, Any]:
    told = country.operator.get("/v1/completeness", round=round_id, by="district")
    return next(item for item in told["items"] if item["key"] == district)


@pytest.fixture
def overdue(country) -> str:
    """A round that was due yesterday and can still be filed in."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return country.open_round(lao_due_at=yesterday.isoformat())


def test_what_was_late_is_on_time_where_its_district_is_extended(country, lao, overdue):
    inside, outside = lao(FIRST)[0], lao(SECOND)[0]
    for officer in (inside, outside):
        assert officer.file(officer.obligation_of(overdue)["id"]).status_code == 201
    soon(lambda: country.figures(overdue)["late"] == 2)

    done = given(country, overdue, datetime.now(UTC) + timedelta(days=1), district=FIRST)

    soon(lambda: figures_of(country, overdue, FIRST)["on_time"] == 1)
    other = figures_of(country, overdue, SECOND)
    assert (other["on_time"], other["late"]) == (0, 1)
    assert (done["no"], done["moved"]) == (1, 33)
    owed = inside.obligation_of(overdue)
    assert owed["on_time"] is True
    assert "+ 2 วัน ตามคำสั่งที่ ทดสอบ 12/2569 (ทดสอบอุทกภัย)" in owed["due_because"]
    listed = country.operator.get(f"/v1/rounds/{overdue}/extensions")["items"]
    assert [(each["no"], each["extended_by"]) for each in listed] == [(1, "operator")]


def test_an_extension_by_mistake_is_withdrawn_and_whoever_filed_under_it_stays_on_time(
    country, lao, overdue
):
    before, under, after = lao(FIRST)
    assert before.file(before.obligation_of(overdue)["id"]).status_code == 201
    path = f"/v1/rounds/{overdue}/extensions"
    far = {"scope": {}, "lao_due_at": (datetime.now(UTC) + timedelta(days=400)).isoformat()}
    too_far = country.operator.client.post(path, json={**far, **ORDER})
    assert (too_far.status_code, too_far.json()["errors"][0]["pointer"]) == (422, "/lao_due_at")
    done = given(country, overdue, datetime.now(UTC) + timedelta(days=300), district=FIRST)
    assert under.file(under.obligation_of(overdue)["id"]).json()["filing"]["on_time"] is True
    soon(lambda: country.figures(overdue)["on_time"] == 2)

    ended = f"{path}/{done['no']}/withdrawal"
    country.operator.job(country.operator.client.post(ended, json=ORDER))

    soon(lambda: country.figures(overdue)["late"] == 1)
    assert country.figures(overdue)["on_time"] == 1
    assert under.obligation_of(overdue)["on_time"] is True
    assert before.obligation_of(overdue)["on_time"] is False
    assert after.file(after.obligation_of(overdue)["id"]).json()["filing"]["on_time"] is False
    listed = country.operator.get(path)["items"]
    assert [(each["no"], each["stands"], each["ended_by"]) for each in listed] == [
        (1, False, 2),
        (2, True, None),
    ]
    again = country.operator.client.post(ended, json=ORDER)
    assert (again.status_code, again.json()["code"]) == (409, "extension_already_withdrawn")
    unknown = country.operator.client.post(f"{path}/9/withdrawal", json=ORDER)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "extension_not_found")
    refused = under.client.post(ended, json=ORDER)
    assert refused.status_code == 403


def test_one_missed_obligation_is_opened_again_by_order_and_filed_on_time(country, lao):
    round_id = country.open_round()
    officer, neighbour, _ = lao()
    obligation_id = officer.obligation_of(round_id)["id"]
    country.operator.job(country.operator.client.post(f"/v1/rounds/{round_id}/close"))
    assert officer.obligation_of(round_id)["state"] == "missed"
    assert officer.file(obligation_id).json()["code"] == "window_closed"

    done = given(country, round_id, datetime.now(UTC) + timedelta(days=2), obligation=obligation_id)

    assert done["moved"] == 1
    assert officer.obligation_of(round_id)["state"] == "open"
    assert neighbour.obligation_of(round_id)["state"] == "missed"
    filed = officer.file(obligation_id)
    assert (filed.status_code, filed.json()["filing"]["on_time"]) == (201, True)
    soon(lambda: country.figures(round_id)["on_time"] == 1)


def test_what_is_exempt_by_order_leaves_the_denominator_until_that_is_lifted(country, lao):
    round_id = country.open_round()
    officer = lao()[0]
    obligation_id = officer.obligation_of(round_id)["id"]
    path = f"/v1/obligations/{obligation_id}/exemptions"

    told = country.operator.client.post(path, json={"kind": "exempt", **ORDER})

    assert (told.status_code, told.json()["state"]) == (201, "exempt")
    soon(lambda: country.figures(round_id)["exempt"] == 1)
    figures = country.figures(round_id)
    assert figures["missing"] == figures["expected"] - 1
    assert officer.file(obligation_id).json()["code"] == "not_owed"
    refused = officer.client.post(path, json={"kind": "exempt", **ORDER})
    assert refused.status_code == 403
    lifted = country.operator.client.delete(path)
    assert (lifted.status_code, lifted.json()["state"]) == (200, "open")
    soon(lambda: country.figures(round_id)["exempt"] == 0)
    assert officer.file(obligation_id).status_code == 201


def test_an_organisation_is_closed_in_a_round_by_order(country, lao):
    round_id = country.open_round()
    officer = lao()[0]
    filed = officer.obligation_of(round_id)
    assert officer.file(filed["id"]).status_code == 201
    organisation_id = filed["organisation"]["id"]
    act = {"organisation_id": organisation_id, "act": "close", **ORDER}

    told = country.operator.client.post(f"/v1/rounds/{round_id}/organisations", json=act)

    assert told.status_code == 201
    states = [item["state"] for item in told.json()["items"]]
    assert states == ["filed", "exempt", "exempt"]
    soon(lambda: country.figures(round_id)["exempt"] == 2)
    again = {**act, "act": "add"}
    refused = country.operator.client.post(f"/v1/rounds/{round_id}/organisations", json=again)
    assert (refused.status_code, refused.json()["code"]) == (409, "organisation_already_in_round")


def test_a_round_whose_window_has_ended_closes_by_itself(country, lao):
    ends_at = (datetime.now(UTC) + timedelta(seconds=8)).isoformat()
    round_id = country.open_round(lao_due_at=ends_at, closes_at=ends_at)

    soon(lambda: country.operator.get(f"/v1/rounds/{round_id}")["state"] == "closed")

    officer = lao()[0]
    soon(lambda: officer.obligation_of(round_id)["state"] == "missed")
