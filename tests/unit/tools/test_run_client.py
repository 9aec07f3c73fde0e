import httpx
import pytest

from tools.journey.client import Api, JourneyFailed, Refused, in_parallel, wait_for

BUSY = httpx.Response(503, headers={"Retry-After": "0"}, text="busy")


def api_answering(*answers):
    """A caller that gets the answers in turn, and the requests it has sent."""
    sent = []
    waiting = list(answers)

    def answer(request):
        sent.append(request)
        return waiting.pop(0)

    http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://sucharit.test")
    return Api(http), sent


def test_a_refusal_is_told_with_title_detail_code_and_every_fault():
    problem = {
        "title": "Invalid input",
        "detail": "Two fields are wrong.",
        "code": "input_invalid",
        "errors": [{"pointer": "/no", "code": "required", "message": "Missing."}],
    }
    api, _ = api_answering(
        httpx.Response(422, json=problem, headers={"Content-Type": "application/problem+json"})
    )

    with pytest.raises(Refused) as refused:
        api.post("/v1/rounds", json={})

    assert refused.value.code == "input_invalid"
    assert str(refused.value) == (
        "POST /v1/rounds answers 422 Invalid input: Two fields are wrong. (input_invalid)\n"
        "  /no: Missing. (required)"
    )


def test_what_is_busy_is_asked_again_when_a_repeat_is_safe():
    api, sent = api_answering(BUSY, httpx.Response(201, json={}))

    api.post("/v1/obligations/1/filings", headers={"Idempotency-Key": "k"}, json={})

    assert [request.headers["Idempotency-Key"] for request in sent] == ["k", "k"]


def test_what_must_not_happen_twice_is_not_repeated():
    api, sent = api_answering(BUSY)

    with pytest.raises(Refused, match="503"):
        api.post("/v1/issuances", json={})

    assert len(sent) == 1


def test_the_query_of_an_address_that_was_given_stays():
    api, sent = api_answering(httpx.Response(200, json={}))

    api.get("/v1/filings/1?ticket=abc")

    assert sent[0].url.query == b"ticket=abc"


def test_a_list_is_read_to_its_last_page():
    api, sent = api_answering(
        httpx.Response(200, json={"items": [1, 2], "next": "there"}),
        httpx.Response(200, json={"items": [3], "next": None}),
    )

    assert list(api.each("/v1/rounds", state="open")) == [1, 2, 3]
    assert [dict(request.url.params).get("cursor") for request in sent] == [None, "there"]
    assert {request.url.params["state"] for request in sent} == {"open"}


def test_a_job_that_fails_says_why():
    failed = {
        "kind": "import_registry",
        "state": "failed",
        "done": 0,
        "total": 0,
        "errors": [{"code": "accounts.registry_refused", "message": "It is empty."}],
    }
    api, _ = api_answering(httpx.Response(200, json=failed))
    started = httpx.Response(202, headers={"Location": "/v1/jobs/accounts-1"})

    with pytest.raises(JourneyFailed, match=r"It is empty\. \(accounts\.registry_refused\)"):
        api.job(started, lambda done, total: None)


def test_waiting_ends_with_what_was_found_or_with_what_did_not_come():
    found = iter([None, "it"])

    assert wait_for(lambda: next(found), 5, "") == "it"
    with pytest.raises(JourneyFailed, match="nothing came after 0 s"):
        wait_for(lambda: None, 0.01, "nothing came")


def test_parallel_work_keeps_the_order_and_shows_how_far_it_is():
    shown = []

    results = in_parallel(lambda n: n * n, range(50), lambda *far: shown.append(far))

    assert results == [n * n for n in range(50)]
    assert shown == [(n, 50) for n in range(1, 51)]
