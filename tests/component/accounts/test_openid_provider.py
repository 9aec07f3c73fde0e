"""What a provider answers is read with care, in one time for all of it; over real HTTP."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import eventlet
import pytest

from contracts.accounts.openid import OpenIdLevelTooLow, OpenIdRefused, OpenIdUnavailable
from contracts.errors import ServiceError
from services.accounts.sign_in.openid import MOST_BYTES, OpenIdProvider
from services.accounts.sign_in.rules.openid import ProviderFault, read_endpoints
from tests.builders.openid_provider import CLIENT_ID, Answering, Provider
from tests.component.accounts.thaid import PID, client_of, go_there, serving

ABOUT, KEYS, TOKEN = "/.well-known/openid-configuration", "/jwks", "/token"
STATE = "a state"
Answer = Callable[[Answering], None]


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def theirs(running: Provider) -> Iterator[Provider]:
    """The provider, which answers as usual until a test says otherwise."""
    yield running
    running.instead.clear()
    running.asked.clear()


@pytest.fixture
def ours(theirs: Provider) -> OpenIdProvider:
    """A client that knows nothing of the provider yet."""
    return client_of(theirs)


@pytest.fixture(scope="module")
def knowing(running: Provider) -> OpenIdProvider:
    """A client that knows the provider already."""
    return client_of(running)


def code_for(knowing: OpenIdProvider, **typed: str) -> str:
    """Return the code that a person comes back with."""
    return go_there(knowing.authorization_url(STATE), **typed)


def refusal_of(ask: Callable[..., Any], *asked: str) -> type[ServiceError] | None:
    try:
        ask(*asked)
    except ServiceError as refusal:
        return type(refusal)
    return None


def telling(facts: Any, status: int = 200, **headers: str) -> Answer:
    return lambda answering: answering.tell(facts, status, **headers)


def dripping(answering: Answering) -> None:
    """Answer in bytes that never end, each soon enough for who waits for one at a time."""
    answering.send_response(200)
    answering.end_headers()
    while True:
        answering.wfile.write(b" ")
        eventlet.sleep(0.01)


NO_ANSWERS = {
    "no JSON": telling(b"<html>"),
    "no object": telling([]),
    "nothing": telling(b""),
    "brackets without end": telling(b"[" * MOST_BYTES),
    "not UTF-8": telling(b'{"a": "\xff"}'),
    "packed": telling({}, Content_Encoding="gzip"),
    "too much": telling(b" " * (MOST_BYTES + 1)),
    "a redirect": telling({}, 302, Location="/elsewhere"),
    "an error": telling({"error": "server_error"}, 500),
    "another refusal": telling({"error": ["invalid_client"]}, 400),
    "our secret is wrong": telling({"error": "invalid_client"}, 401),
}


@pytest.mark.parametrize("path", [ABOUT, KEYS, TOKEN])
def test_what_is_no_answer_is_an_outage(
    ours: OpenIdProvider, knowing: OpenIdProvider, theirs: Provider, path: str
) -> None:
    code = code_for(knowing)
    told = {}
    for name, answer in NO_ANSWERS.items():
        theirs.instead[path] = answer
        told[name] = refusal_of(ours.identify, code, STATE)

    assert told == dict.fromkeys(NO_ANSWERS, OpenIdUnavailable)
    assert "/elsewhere" not in theirs.asked


ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")
NO_ADDRESSES: tuple[Any, ...] = (
    None,
    ["https://a.example"],
    "",
    "/authorize",
    "javascript:alert(1)",
    "ftp://a.example/",
    "https://a.example/#part",
    "https://a.example/\r\nSet-Cookie: a=b",
    "https://a.example/" + "x" * 3000,
    "https://[a/keys",
    "https:///keys",
)


def test_a_document_that_makes_no_sense_is_an_outage(
    ours: OpenIdProvider, theirs: Provider
) -> None:
    right = theirs.about
    documents = [
        right | {"issuer": "https://elsewhere.example"},
        right | {"jwks_uri": "http://127.0.0.1:99999/keys"},
        *({k: v for k, v in right.items() if k != lacking} for lacking in right),
        *(right | {name: address} for name in ADDRESSES for address in NO_ADDRESSES),
    ]
    for document in documents:
        theirs.instead[ABOUT] = telling(document)

        assert refusal_of(ours.authorization_url, STATE) is OpenIdUnavailable, document


def test_an_issuer_under_tls_has_no_address_without() -> None:
    told = {"issuer": "https://a.example"} | dict.fromkeys(ADDRESSES, "https://a.example/")
    assert read_endpoints(told, "https://a.example").token == "https://a.example/"

    for name in ADDRESSES:
        with pytest.raises(ProviderFault):
            read_endpoints(told | {name: "http://a.example/"}, "https://a.example")


def test_an_address_with_a_query_of_its_own_keeps_it(
    ours: OpenIdProvider, theirs: Provider
) -> None:
    there = f"{theirs.issuer}/authorize?tenant=a"
    theirs.instead[ABOUT] = telling(theirs.about | {"authorization_endpoint": there})

    asked = dict(parse_qsl(urlsplit(ours.authorization_url(STATE)).query))

    assert (asked["tenant"], asked["client_id"]) == ("a", CLIENT_ID)


def test_an_issuer_is_what_it_calls_itself_with_a_slash_or_without(theirs: Provider) -> None:
    slashed = f"{theirs.issuer}/"
    theirs.instead[ABOUT] = telling(theirs.about | {"issuer": slashed})

    assert client_of(theirs, issuer=slashed).authorization_url(STATE)
    assert refusal_of(client_of(theirs).authorization_url, STATE) is OpenIdUnavailable


ODD_KEYS: list[Any] = [
    None,
    "RSA",
    {},
    {"kty": {}},
    {"kty": "ML-DSA", "pub": "AA"},
    {"kty": "oct", "k": "c2VjcmV0"},
    {"kty": "RSA", "n": 5, "e": "AQAB"},
    {"kty": "RSA", "n": "!!", "e": "AQAB"},
    {"kty": "EC", "crv": "P-9", "x": "AA", "y": "AA"},
    {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
]


def test_keys_of_which_none_makes_sense_are_an_outage(
    ours: OpenIdProvider, theirs: Provider
) -> None:
    for keys in (None, {}, "keys", [], ODD_KEYS):
        theirs.instead[KEYS] = telling({"keys": keys})

        assert refusal_of(ours.authorization_url, STATE) is OpenIdUnavailable, keys


def test_a_key_that_makes_sense_is_found_among_others(
    ours: OpenIdProvider, theirs: Provider
) -> None:
    theirs.instead[KEYS] = telling({"keys": [*ODD_KEYS, *theirs.published["keys"]]})

    assert ours.identify(code_for(ours), STATE).name == "ผู้ทดสอบ ไทยดี"


def test_a_key_that_is_new_since_we_asked_is_asked_for(
    ours: OpenIdProvider, theirs: Provider
) -> None:
    theirs.instead[KEYS] = telling({"keys": theirs.published["keys"][1:]})
    ours.authorization_url(STATE)
    theirs.instead.clear()

    assert ours.identify(code_for(ours), STATE).ial == "2.3"


def test_a_token_is_there_and_tells_who_it_is_about_or_it_is_an_outage(
    knowing: OpenIdProvider, theirs: Provider
) -> None:
    for claims in (
        {"pid": None},
        {"pid": 1100000000008},
        {"pid": ""},
        {"pid": "110000000000"},
        {"pid": [PID]},
        {"name": None},
        {"name": ""},
        {"name": " \ud800\n"},
        {"name": "ก" * 201},
        {"name": {"th": "ผู้ทดสอบ"}},
    ):
        code = code_for(knowing, claims=json.dumps(claims))
        assert refusal_of(knowing.identify, code, STATE) is OpenIdUnavailable, claims
    for answer in ({}, {"id_token": None}, {"id_token": ["a.b.c"]}):
        theirs.instead[TOKEN] = telling(answer)
        assert refusal_of(knowing.identify, "code", STATE) is OpenIdUnavailable, answer


def test_a_token_that_cannot_be_read_proves_nothing(
    knowing: OpenIdProvider, theirs: Provider
) -> None:
    for token in ("", "a", "a.b.c", "é.b.c", "....", "W10.e30.AA"):
        theirs.instead[TOKEN] = telling({"id_token": token})

        assert refusal_of(knowing.identify, "code", STATE) is OpenIdRefused, token


def test_a_person_who_is_not_surely_who_they_say_is_told_what_to_do(
    knowing: OpenIdProvider, theirs: Provider
) -> None:
    with pytest.raises(OpenIdLevelTooLow) as refused:
        knowing.identify(code_for(knowing, claims=json.dumps({"ial": "1.1"})), STATE)

    assert "สำนักทะเบียนอำเภอ" in refused.value.in_thai()


@pytest.mark.parametrize("path", [ABOUT, KEYS, TOKEN])
def test_an_answer_that_never_ends_is_waited_for_no_longer_than_the_setting_says(
    knowing: OpenIdProvider, theirs: Provider, path: str
) -> None:
    ours = client_of(theirs, 0.3)
    code = code_for(knowing)
    theirs.instead[path] = dripping

    with pytest.raises(OpenIdUnavailable):
        ours.identify(code, STATE)


def test_all_calls_of_a_sign_in_share_one_time(knowing: OpenIdProvider, theirs: Provider) -> None:
    """Each of them alone would be answered in it."""
    code = code_for(knowing)
    theirs.instead[ABOUT] = late(telling(theirs.about))
    theirs.instead[KEYS] = late(telling(theirs.published))
    theirs.instead[TOKEN] = late(Answering._post)

    with pytest.raises(OpenIdUnavailable):
        client_of(theirs, 0.5).identify(code, STATE)


def late(answer: Answer) -> Answer:
    def then(answering: Answering) -> None:
        eventlet.sleep(0.3)
        answer(answering)

    return then
