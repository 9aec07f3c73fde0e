"""What operations look at: health, readiness, metrics, and that no secret gets out."""

import re

import httpx
import pyotp
import pytest

from chassis import topology
from tests.builders.country import PASSWORD
from tests.builders.streams import read_stream
from tests.builders.waiting import soon
from tools.flows import heads

pytestmark = pytest.mark.needs("reports", "aggregation")

OF_A_SECRET = r"[\w.~+/=-]"
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


def test_every_listener_hears_what_is_sent_over_its_own_binding(ops, request):
    """Each with the rights of its own user of the broker."""
    own = request.node.callspec.params["ops"]
    (head,) = (head for head in heads() if head.name == own)
    wanted = {f"{own}.{event.key()}" for event in head.hears}
    wanted |= {f"{own}.overhears.{event.key()}" for event in head.overhears}
    wanted |= {topology.LOG_STREAM} if head.announces else set()

    def all_are_bound():
        lines = ops.get("/metrics").text.splitlines()
        told = dict(line.rsplit(" ", 1) for line in lines if line.startswith("listener_bound{"))
        return told == {f'listener_bound{{queue="{queue}"}}': "1.0" for queue in wanted}

    soon(all_are_bound)  # it is looked every 15 s
    assert "listener_bound_again_total{" not in ops.get("/metrics").text


def test_every_process_tells_its_metrics(ops):
    metrics = ops.get("/metrics").text

    for name in ("entrypoint_seconds", "wire_up", "wire_in_flight", "pool_in_use"):
        assert name in metrics


def test_from_outside_a_gateway_says_only_that_it_is_alive(country):
    alive, ready, metrics = (
        httpx.get(f"{country.url}{path}", trust_env=False)
        for path in ("/healthz", "/readyz", "/metrics")
    )

    assert alive.json() == {"state": "alive"}
    assert (ready.status_code, metrics.status_code) == (404, 404)


def test_a_correlation_id_is_found_in_the_log_of_every_service_it_passed(country, stack, lao):
    officer = lao()[0]

    officer.client.get("/v1/obligations", headers={"X-Correlation-ID": "follow-me-1"})

    for program in ("gateway", "reports"):
        log = stack.site.log(program)
        soon(lambda log=log: "follow-me-1" in log.read_text())


@pytest.fixture
def second_factor(country):
    """The secret and the recovery codes of an office that has set up a second factor."""
    office = country.callers["p81"]
    secret = office.client.post("/v1/second-factors", json={"password": PASSWORD}).json()["secret"]
    code = pyotp.TOTP(secret).now()
    confirmed = office.client.post("/v1/second-factors/confirmations", json={"code": code})
    codes = confirmed.json()["recovery_codes"]
    yield secret, *codes
    removal = {"password": PASSWORD, "code": codes[0]}
    told = office.client.post("/v1/second-factors/removals", json=removal)
    assert told.status_code == 204, told.text


@pytest.mark.last
def test_no_secret_is_in_any_log_collection_event_or_metric(
    country, stack, mongo, amqp_log, second_factor
):
    tokens = [
        caller.client.headers["Authorization"].removeprefix("Bearer ")
        for caller in country.callers.values()
    ]
    places = {
        "logs": (path.read_text(errors="replace") for path in (stack.site.state / "log").iterdir()),
        "collections": texts_in(mongo),
        "events": (body for _, body in amqp_log),
        "metrics": (
            httpx.get(f"http://127.0.0.1:{stack.site.port + port}/metrics", trust_env=False).text
            for port in OPS_PORTS.values()
        ),
    }
    secrets = [*tokens, *country.activation_codes, *second_factor]
    spellings = {spelt for secret in secrets for spelt in (secret, secret.replace("-", ""))}
    # Of all texts only the words that are long enough, each once.
    word = re.compile(rf"{OF_A_SECRET}{{{min(map(len, spellings))},}}")
    assert all(word.fullmatch(secret) for secret in spellings)

    for place, texts in places.items():
        found = set()
        for text in texts:
            assert PASSWORD not in text
            found.update(word.findall(text))
        assert sum(map(len, found)) > 1_000, f"nothing was found in the {place}"
        words = "\n".join(found)
        assert [secret for secret in spellings if secret in words] == [], place


def texts_in(mongo):
    """Yield what every collection holds; the same content of two files once."""
    contents = set()
    for name in ("sucharit_accounts", "sucharit_reports", "sucharit_aggregation"):
        for collection in mongo[name].list_collection_names():
            for document in mongo[name][collection].find():
                content = document.pop("data", b"") if collection.endswith(".chunks") else b""
                if content not in contents:
                    contents.add(content)
                    yield content.decode("latin-1")
                yield str(document)


@pytest.fixture
def amqp_log(country, stack):
    """Every event there is, as an outside consumer reads them."""
    return read_stream(stack.site.amqp_uri, topology.LOG_STREAM)
