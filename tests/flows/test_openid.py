"""Signing in through an OpenID provider: a real one in a process of its own, over HTTP."""

import json
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.builders.country import PASSWORD
from tests.builders.openid_provider import CLIENT_ID, CLIENT_SECRET
from tests.builders.processes import one_more
from tests.builders.waiting import HANG_SECONDS, soon
from tools.programs import ROOT

pytestmark = pytest.mark.needs()

PID = "1100000000008"


@pytest.fixture(scope="module")
def provider_port(stack):
    return stack.site.port + 33


class Provider:
    """The provider's process; started again it has other keys."""

    def __init__(self, port):
        self._command = (sys.executable, "-m", "tests.builders.openid_provider", str(port))
        self._url = f"http://127.0.0.1:{port}"

    def start(self):
        self._process = subprocess.Popen(self._command, cwd=ROOT)
        soon(self._is_up)

    def stop(self):
        self._process.kill()
        self._process.wait()

    def _is_up(self):
        try:
            return httpx.get(f"{self._url}/jwks", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def provider(provider_port):
    """A provider that is there; a test that stops it starts it again."""
    provider = Provider(provider_port)
    provider.start()
    yield provider
    provider.stop()


@pytest.fixture(scope="module")
def offered(country, stack, provider, provider_port, tmp_path_factory):
    """The stack with an accounts process that knows the provider, in place of its own."""
    secret = tmp_path_factory.mktemp("openid") / "secret"
    secret.write_text(CLIENT_SECRET)
    known = {
        "ACCOUNTS_OPENID_ISSUER": f"http://127.0.0.1:{provider_port}",
        "ACCOUNTS_OPENID_CLIENT_ID": CLIENT_ID,
        "ACCOUNTS_OPENID_CLIENT_SECRET_FILE": str(secret),
        "ACCOUNTS_OPENID_REDIRECT_URI": f"{country.url}/v1/oidc/callback",
        "NO_PROXY": "127.0.0.1",
    }
    with one_more(stack, "accounts", ops=34, environment=known):
        stack.stop("accounts")
        try:
            yield
        finally:
            stack.start("accounts")
            stack.wait_ready("accounts")


@pytest.fixture(scope="module")
def officer(lao):
    return lao()[0]


@pytest.fixture(scope="module")
def link(country, offered, officer):
    """The officer's slot is linked to the person."""
    told = officer.client.post("/v1/oidc/links", json={"password": PASSWORD})
    assert told.status_code == 201, told.text
    came_back = back_from(told.json()["authorization_url"])
    outcome = call_back(country, came_back, state_of(told))
    assert outcome.json() == {"session": None}
    yield
    officer.sign_in()  # the person's sign-ins have ended the officer's


@pytest.fixture
def linked(country, officer, link):
    """The officer, who has signed in through the provider; so nothing counts against anybody."""
    told = sign_in(country, officer)
    assert told.status_code == 200, told.text
    officer.client.headers["Authorization"] = f"Bearer {told.json()['session']['token']}"
    return officer


def refusal(told):
    return told.status_code, told.json()["code"]


def state_of(told):
    """Return the state that stands in the browser's cookie."""
    return told.headers["Set-Cookie"].partition("=")[2].partition(";")[0]


def back_from(authorization_url, pid=PID, **more):
    """Return the query with which the provider sends the browser back."""
    told = httpx.get(
        httpx.URL(authorization_url).copy_merge_params({"pid": pid, **more}), trust_env=False
    )
    assert told.status_code == 302, told.text
    query = parse_qs(urlsplit(told.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def call_back(country, query, cookie):
    return httpx.get(
        f"{country.url}/v1/oidc/callback",
        params=query,
        headers={"Cookie": f"sucharit_openid={cookie}"},
        trust_env=False,
        timeout=HANG_SECONDS,
    )


def begin(country, officer):
    told = httpx.get(
        f"{country.url}/v1/oidc/authorizations",
        params={"username": officer.username, "takeover": "true"},
        trust_env=False,
        timeout=HANG_SECONDS,
    )
    assert told.status_code == 303, told.text
    return told


def sign_in(country, officer, pid=PID, **more):
    told = begin(country, officer)
    return call_back(country, back_from(told.headers["Location"], pid, **more), state_of(told))


@pytest.mark.parametrize("signed_by", ["rsa", "ec"])
def test_a_linked_person_signs_in(country, linked, signed_by):
    told = sign_in(country, linked, signed_by=signed_by)

    assert told.status_code == 200, told.text
    session = told.json()["session"]
    assert session["principal"]["username"] == linked.username
    linked.client.headers["Authorization"] = f"Bearer {session['token']}"
    assert linked.client.get("/v1/sessions/current").status_code == 200


def test_the_holder_sees_the_link_and_needs_the_password_to_change_it(country, linked):
    seen = linked.client.get("/v1/oidc/links/current")
    again = linked.client.post("/v1/oidc/links", json={"password": PASSWORD})
    ended = linked.client.post("/v1/oidc/links/removals", json={"password": "a wrong one"})

    assert (seen.json()["name"], seen.json()["level"]) == ("ผู้ทดสอบ ไทยดี", "2.3")
    assert refusal(again) == (409, "openid_already_linked")
    assert refusal(ended) == (401, "wrong_credentials")


def test_a_level_too_low_is_refused_in_words_that_help(country, linked):
    told = sign_in(country, linked, claims=json.dumps({"ial": "1.1"}))

    assert refusal(told) == (403, "openid_level_too_low")
    assert "สำนักทะเบียน" in told.json()["detail"]


def test_another_person_does_not(country, linked):
    assert refusal(sign_in(country, linked, pid="1100000000016")) == (401, "openid_not_linked")


def test_nothing_but_a_keyed_hash_of_the_card_number_is_kept(country, linked, mongo, stack):
    slot = mongo["sucharit_accounts"].slots.find_one({"username": linked.username})

    assert set(slot["openid"]) == {"pid_hash", "name", "ial", "linked_at"}
    assert PID not in str(slot)
    logs = (path.read_text(errors="replace") for path in (stack.site.state / "log").iterdir())
    assert PID not in "".join(logs)


@pytest.mark.parametrize(
    "wrong",
    [
        {"claims": json.dumps({"iss": "https://elsewhere.example"})},
        {"claims": json.dumps({"aud": "another-client"})},
        {"claims": json.dumps({"nonce": "of another flow"})},
        {"claims": json.dumps({"exp": int(time.time()) - 3600})},
        {"claims": json.dumps({"pid": None, "iat": None})},
        {"signed_by": "stranger"},
        {"signed_by": "nobody"},
    ],
)
def test_a_token_that_proves_nothing_is_refused(country, linked, wrong):
    assert refusal(sign_in(country, linked, **wrong)) == (401, "openid_refused")
    assert sign_in(country, linked).status_code == 200


def test_an_answer_is_good_once_and_only_in_the_browser_that_asked(country, linked):
    told = begin(country, linked)
    query = back_from(told.headers["Location"])

    assert refusal(call_back(country, query, "another-browser")) == (401, "openid_refused")
    assert call_back(country, query, state_of(told)).status_code == 200
    assert refusal(call_back(country, query, state_of(told))) == (401, "openid_refused")


def test_a_code_of_one_flow_does_not_finish_another(country, linked):
    first, second = begin(country, linked), begin(country, linked)
    stolen = back_from(first.headers["Location"])["code"]

    told = call_back(country, {"code": stolen, "state": state_of(second)}, state_of(second))

    assert refusal(told) == (401, "openid_refused")


def test_a_provider_that_cannot_be_reached_is_told_so(country, linked, provider):
    told = begin(country, linked)
    query = back_from(told.headers["Location"])
    provider.stop()

    refused = call_back(country, query, state_of(told))
    provider.start()

    assert refusal(refused) == (503, "openid_unavailable")
    assert refused.headers["Retry-After"] == "30"
