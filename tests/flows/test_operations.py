"""What operations look at: health, readiness, metrics, and that no secret gets out."""

import httpx
import pytest

from tests.builders.country import PASSWORD

OPS_PORTS = {"gateway": 6, "accounts": 1, "reports": 2, "aggregation": 5}


@pytest.fixture(params=OPS_PORTS)
def ops(request, country, stack):
    url = f"http://127.0.0.1:{stack.site.port + OPS_PORTS[request.param]}"
    with httpx.Client(base_url=url, trust_env=False) as client:
        yield client


def test_every_process_is_alive_and_ready_and_says_why(ops):
    ready = ops.get("/readyz").json()

    assert ops.get("/healthz").json() == {"state": "alive"}
    assert ready["state"] == "ready"
    assert all(check["ok"] for check in ready["checks"].values())


def test_every_process_tells_its_metrics(ops):
    metrics = ops.get("/metrics").text

    for name in ("entrypoint_seconds", "wire_up", "wire_in_flight", "pool_in_use"):
        assert name in metrics


def test_a_correlation_id_is_found_in_the_log_of_every_service_it_passed(country, stack):
    officer = country.officers[0]

    officer.client.get("/v1/obligations", headers={"X-Correlation-ID": "follow-me-1"})

    for program in ("gateway", "reports"):
        assert "follow-me-1" in stack.site.log(program).read_text()


def test_no_secret_is_in_any_log_or_database(country, stack, mongo):
    tokens = [
        caller.client.headers["Authorization"].removeprefix("Bearer ")
        for caller in country.callers.values()
    ]
    logs = "".join(
        path.read_text(errors="replace") for path in (stack.site.state / "log").iterdir()
    )
    stored = "".join(
        str(document)
        for name in ("sucharit_accounts", "sucharit_reports", "sucharit_aggregation")
        for collection in mongo[name].list_collection_names()
        for document in mongo[name][collection].find()
    )

    for secret in (PASSWORD, *tokens):
        assert secret not in logs
        assert secret not in stored
