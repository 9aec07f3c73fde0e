"""Whatever is sent, nothing answers 500 and nothing takes long; told as the smallest such request.

Slow is an answer after SLOW_SECONDS that is as slow when it is asked for again, though somebody
else's small question is answered in the smallest fraction of that: on a slow machine both are slow.
"""

from __future__ import annotations

import re
import time
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.builders.odd_requests import (
    ARCHIVES,
    LEFT_OUT,
    Spec,
    archive,
    cursors,
    drafts,
    header_texts,
    multiparts,
    requests,
)
from tests.builders.waiting import HANG_SECONDS, soon
from tests.length import examples

pytestmark = [pytest.mark.hypothesis, pytest.mark.needs("reports", "aggregation")]

SLOW_SECONDS = 5.0
SLOWER_THAN_SMALL = 500.0
TRIES = 3


def some(most: int) -> settings:
    return settings(
        max_examples=examples(most),
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def officer(lao):
    return lao(changes=True)[1]


@pytest.fixture(scope="module")
def round_id(country):
    return country.open_round(mode="trial")


@pytest.fixture(scope="module")
def known(country, officer, round_id):
    """Ids of what is there, by their name in a path: the officer's own."""
    obligation_id = officer.obligation_of(round_id)["id"]
    filed = officer.file(obligation_id)
    assert filed.status_code == 201, filed.text
    here = officer.get("/v1/sessions/current")
    return {
        "round_id": [round_id],
        "obligation_id": [obligation_id],
        "filing_id": [filed.json()["filing"]["id"]],
        "organisation_id": [here["organisation"]["id"]],
        "slot_id": [here["slot_id"]],
        "form_id": ["ethics"],
    }


@pytest.fixture(scope="module")
def spec(officer):
    return Spec(officer.get("/openapi.json"))


class Asking:
    """Sends requests as they are, for somebody or nobody, and holds the answers to the promise."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def __call__(self, caller: Any, **request: Any) -> httpx.Response:
        if caller is not None:
            authorization = caller.client.headers["Authorization"].encode()
            request["headers"] = {**request.get("headers", {}), "Authorization": authorization}
        for _ in range(TRIES):
            seconds, told = self._seconds_for(**request)
            if told.status_code >= 500 and told.status_code != 503:
                raise AssertionError(f"{told.status_code} for {request}: {told.text}")
            if seconds <= SLOW_SECONDS or seconds <= SLOWER_THAN_SMALL * self._seconds_of_small():
                return told
        raise AssertionError(f"{seconds:.1f} s, {TRIES} times in a row, for {request}")

    def _seconds_of_small(self) -> float:
        seconds, _ = self._seconds_for(method="GET", url="/healthz")
        return seconds

    def _seconds_for(self, **request: Any) -> tuple[float, httpx.Response]:
        began = time.monotonic()
        told = self._client.request(**request)
        return time.monotonic() - began, told


@pytest.fixture(scope="module")
def ask(country):
    # An address of its own: what is guessed at here is counted against nobody else.
    own = httpx.HTTPTransport(local_address="127.30.0.1")
    with httpx.Client(base_url=country.url, timeout=HANG_SECONDS, transport=own) as client:
        yield Asking(client)


@pytest.fixture(params=["operator", "officer", "nobody"])
def caller(request, country, officer):
    return {"operator": country.operator, "officer": officer, "nobody": None}[request.param]


def test_any_route_with_something_odd_in_the_request(ask, caller, spec, known):
    @some(300)
    @given(requests(spec, known))
    def send(request):
        ask(caller, **request)

    send()


def test_cursors_that_nobody_was_given(ask, country, officer, spec, known):
    lists = [
        path.format(**{name: ids[0] for name, ids in known.items()})
        for method, path, operation in spec.operations
        if any(one["name"] == "cursor" for one in operation["parameters"])
    ]

    @some(250)
    @given(st.sampled_from(lists), st.booleans(), cursors())
    def send(path, as_operator, cursor):
        caller = country.operator if as_operator else officer
        told = ask(caller, method="GET", url=path, params={"cursor": cursor})
        assert told.status_code != 503, told.text

    assert len(lists) > 5
    send()


def test_conditional_headers(ask, officer, spec, known):
    plain = {**{name: ids[0] for name, ids in known.items()}, "part": "head"}
    conditional = [
        (method, path.format(**plain))
        for method, path, operation in spec.operations
        if {one["name"] for one in operation["parameters"]} & {"If-Match", "If-None-Match"}
        and set(re.findall(r"{(\w+)}", path)) <= plain.keys()
        and f"{method} {path}" not in LEFT_OUT
    ]

    @some(200)
    @given(st.sampled_from(conditional), header_texts)
    def send(what, tag):
        method, path = what
        headers = {name: tag.encode("latin-1") for name in ("If-Match", "If-None-Match")}
        body = {"answers": {}} if method == "PUT" else {}
        sent = {} if method == "GET" else {"json": body}
        told = ask(officer, method=method, url=path, headers=headers, **sent)
        assert told.status_code != 503, told.text

    send()


@pytest.mark.parametrize("as_draft", [True, False], ids=["draft", "filing"])
def test_answers_no_form_asks_for(ask, officer, known, as_draft):
    (obligation_id,) = known["obligation_id"]
    form = officer.get("/v1/forms/ethics/versions/1")
    questions = [field["id"] for section in form["sections"] for field in section["fields"]]
    path = f"/v1/obligations/{obligation_id}"

    @some(120)
    @given(drafts(questions))
    def send(answers):
        if as_draft:
            version = ask(officer, method="GET", url=f"{path}/draft").headers["ETag"]
            held, body = {"If-Match": version.encode()}, {"answers": answers}
            told = ask(officer, method="PUT", url=f"{path}/draft", json=body, headers=held)
            ask(officer, method="GET", url=f"{path}/draft")
        else:
            body = {"answers": answers, "form_version": 1, "kind": "original"}
            key = {"Idempotency-Key": b"odd"}
            told = ask(officer, method="POST", url=f"{path}/filings", json=body, headers=key)
        assert told.status_code != 503, told.text

    send()


def test_multipart_bodies(ask, officer, round_id):
    paths = ["/v1/evidence", f"/v1/rounds/{round_id}/workbooks?check=true"]

    @some(60)
    @given(st.sampled_from(paths), multiparts())
    def send(path, form):
        content_type, body = form
        headers = {"Content-Type": content_type.encode("latin-1"), "Idempotency-Key": b"odd"}
        ask(officer, method="POST", url=path, headers=headers, content=body)

    send()


@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_archive_that_is_not_what_it_seems_is_told_of_in_time(ask, officer, round_id, kind):
    """Its job ends, and others are answered meanwhile."""
    files = {"file": (f"{kind}.xlsx", archive(kind))}
    path = f"/v1/rounds/{round_id}/workbooks?check=true"
    key = {"Idempotency-Key": kind.replace(" ", "-").encode()}
    told = ask(officer, method="POST", url=path, files=files, headers=key)
    if told.status_code == 429:
        pytest.fail(f"an upload of before is not done: {told.text}")
    if told.status_code != 202:
        assert told.status_code in (413, 422), told.text
        return

    def over():
        job = ask(officer, method="GET", url=told.headers["Location"]).json()
        return job if job["state"] in ("done", "failed") else None

    job = soon(over)
    assert job["state"] == "done" or job["errors"], job
    assert (job["result"] or {}).get("recorded", 0) == 0
