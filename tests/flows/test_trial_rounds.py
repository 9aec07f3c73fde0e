"""A rehearsal leaves nothing behind but a signed statement that it was."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders.country import DISTRICTS
from tests.builders.streams import read_stream
from tests.builders.waiting import soon

pytestmark = pytest.mark.needs("reports", "aggregation")

SYSTEM = {"admin", "config", "local"}


@pytest.fixture
def rehearsal(country, lao):
    """A trial round of one district with all in it that a round can have."""
    district = next(iter(DISTRICTS))
    round_id = country.open_round(mode="trial", scope={"district": district})
    *filed, typing = lao(district)
    for officer in filed:
        assert officer.file(officer.obligation_of(round_id)["id"]).status_code == 201
    assert filed[0].file(filed[0].obligation_of(round_id)["id"]).status_code == 409
    path = f"/v1/obligations/{typing.obligation_of(round_id)['id']}/draft"
    typing.client.put(path, json={"answers": {"headcount": 1}}, headers={"If-Match": '"0"'})
    order = {"order_no": "ทดสอบ 1/2569", "reason": "ซ้อม"}
    later = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    extension = {"scope": {}, "lao_due_at": later, **order}
    operator = country.operator
    operator.job(operator.client.post(f"/v1/rounds/{round_id}/extensions", json=extension))
    exempt = lao(district)[0].obligation_of(round_id)["id"]
    path = f"/v1/obligations/{exempt}/exemptions"
    told = operator.client.post(path, json={"kind": "waived", **order})
    assert told.status_code == 201, told.text
    problem = {"round_id": round_id, "category": "head_vacant", "text": "ทดสอบแจ้งปัญหา"}
    told = filed[0].client.post("/v1/problem-reports", json=problem)
    assert told.status_code == 201, told.text
    soon(lambda: country.figures(round_id)["filed"] == 2)
    soon(lambda: country.figures(round_id)["exempt"] == 1)
    return round_id


def found_in(mongo, needle):
    """Return every stored document that holds the needle, by database and collection."""
    return {
        f"{name}.{collection}": [one["_id"] for one in documents]
        for name in set(mongo.list_database_names()) - SYSTEM
        for collection in mongo[name].list_collection_names()
        if (documents := [one for one in mongo[name][collection].find() if needle in str(one)])
    }


def test_a_purged_trial_is_gone_everywhere(country, mongo, management, rehearsal):
    purged = country.operator.job(country.operator.client.post(f"/v1/rounds/{rehearsal}/purge"))

    assert (purged["obligations"], purged["filings"], purged["drafts"]) == (33, 2, 1)
    payload = purged["statement"].split(".")[1]
    signed = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert signed == {name: value for name, value in purged.items() if name != "statement"}
    left = country.operator.get(f"/v1/rounds/{rehearsal}/purge-statement")
    assert left == purged
    told = country.operator.client.get(f"/v1/rounds/{rehearsal}")
    assert (told.status_code, told.json()["code"]) == (410, "round_purged")
    soon(
        lambda: (
            country.operator.client.get(
                "/v1/completeness", params={"round": rehearsal, "by": "country"}
            ).status_code
            == 404
        )
    )
    # What is left: the tombstones, and the job that tells its caller the statement.
    soon(
        lambda: (
            found_in(mongo, rehearsal).keys()
            == {"sucharit_reports.rounds", "sucharit_reports.jobs", "sucharit_aggregation.rounds"}
        ),
    )
    (job_id,) = found_in(mongo, rehearsal)["sucharit_reports.jobs"]
    assert country.operator.get(f"/v1/jobs/{job_id}")["kind"] == "purge_round"
    queues = {queue["name"] for queue in management.get("/api/queues").json()}
    assert not any(rehearsal in queue for queue in queues)


def test_a_live_round_cannot_be_purged(country):
    round_id = country.open_round()

    told = country.operator.client.post(f"/v1/rounds/{round_id}/purge")

    assert (told.status_code, told.json()["code"]) == (409, "round_not_trial")


def test_opening_a_live_round_over_an_unpurged_trial_is_409_trial_not_purged_with_its_ids(country):
    year = {"fiscal_year_be": 2699}  # in which no other test rehearses
    trial_id = country.open_round(mode="trial", **year)
    operator = country.operator
    live_id = country.draft_round(**year)
    path = f"/v1/rounds/{live_id}"

    told = operator.client.post(f"{path}/open").json()

    assert (told["status"], told["code"]) == (409, "trial_not_purged")
    assert told["trial_round_ids"] == trial_id
    assert operator.get(path)["state"] == "draft"
    unpurged = operator.client.get(f"/v1/rounds/{trial_id}/purge-statement").json()
    assert (unpurged["status"], unpurged["code"]) == (409, "round_not_in_state")

    purged = operator.job(operator.client.post(f"/v1/rounds/{trial_id}/purge"))
    operator.job(operator.client.post(f"{path}/open"))

    (link,) = operator.get(path)["purged_trials"]
    assert operator.get(link["purge_statement_url"]) == purged


def test_a_trial_does_not_reach_the_log_of_live_events(country, infrastructure, rehearsal):
    def filings_logged():
        trial = read_stream(infrastructure.amqp_uri, f"sucharit.log.trial.{rehearsal}")
        return sum(key.startswith("reports.report_filed.v1") for key, _ in trial)

    soon(lambda: filings_logged() == 2)
    live = read_stream(infrastructure.amqp_uri, "sucharit.log")

    assert rehearsal not in "".join(body for _, body in live)
