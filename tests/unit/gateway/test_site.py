"""The pages for people: in both languages, for programs too, and nothing else may run on them."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import orjson
import pytest

from contracts.catalogue import refusals
from gateway.app import App
from gateway.problems import EDGE
from gateway.site import site_routes
from gateway.site_words import DO_BY_CODE, DO_BY_STATUS

CODES = sorted({*EDGE, *(refusal.code.rpartition(".")[2] for refusal in refusals())})
PATHS = ["/", "/verify", "/activate", *(f"/problems/{code}" for code in CODES)]
THAI = re.compile("[ก-๙]")


@pytest.fixture(scope="module")
def get():
    """Get a page from an app that has nothing but them: status, headers, body."""
    app = App(site_routes(), None, None)

    def get(path, accept="text/html", language="th"):
        environ = {
            "REQUEST_METHOD": "GET",
            "RAW_PATH_INFO": path,
            "QUERY_STRING": "",
            "CONTENT_TYPE": "",
            "REMOTE_ADDR": "192.0.2.1",
            "HTTP_ACCEPT": accept,
            "HTTP_ACCEPT_LANGUAGE": language,
        }
        started = []
        body = b"".join(app(environ, lambda *facts: started.extend(facts)))
        return int(started[0].split()[0]), dict(started[1]), body.decode()

    return get


class Parts(HTMLParser):
    """What stands in a page, and whether every element that is opened is closed."""

    VOID = frozenset({"meta", "input", "br"})

    def __init__(self, html):
        super().__init__()
        self.open, self.inline, self.links, self.attributes = [], {}, [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.attributes += attrs
        self.links += [value for name, value in attrs if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("script", "style"):
            self.inline[self.open[-1]] = data


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_whole_in_both_languages_and_nothing_else_runs_on_it(get, path):
    for language in ("th", "en"):
        status, headers, html = get(path, language=language)
        parts = Parts(html)

        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert headers["Content-Language"] == language
        assert f'<html lang="{language}">' in html
        assert bool(THAI.search(html)) == (language == "th")
        assert parts.open == []
        assert not any(name.startswith("on") or name == "style" for name, _ in parts.attributes)
        assert all(link.startswith("/") and link.partition("#")[0] for link in parts.links)
        _check_policy(headers["Content-Security-Policy"], parts.inline)


def _check_policy(policy, inline):
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules.pop("default-src") == "'none'"
    assert rules.pop("frame-ancestors") == rules.pop("base-uri") == rules.pop("form-action")
    assert rules.pop("connect-src", None) == ("'self'" if "script" in inline else None)
    for kind, text in inline.items():
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules.pop(f"{kind}-src") == f"'sha256-{digest}'"
    assert not rules


def test_only_the_page_that_checks_receipts_has_a_script(get):
    assert [path for path in PATHS if "<script" in get(path)[2]] == ["/verify"]


def test_every_word_the_script_says_is_there(get):
    script = Parts(get("/verify")[2]).inline["script"]
    asked = set(re.findall(r"words\.(\w+)", script))
    asked |= {"malformed", "changed", "number", "organisationcode", "codegroup", "roundid"}
    asked |= {"revision", "acceptedat"}

    for language in ("th", "en"):
        said = {name for name, _ in Parts(get("/verify", language=language)[2]).attributes}
        assert {f"data-{name}" for name in asked} <= said


@pytest.mark.parametrize("code", CODES)
def test_every_problem_says_what_it_means_and_what_to_do(get, code):
    for language in ("th", "en"):
        status, headers, told = get(f"/problems/{code}", "application/json", language)

        assert (status, headers["Content-Type"]) == (200, "application/json")
        assert f'"type":"/problems/{code}"' in told
        facts = orjson.loads(told)
        assert facts["meaning"]
        do = DO_BY_CODE.get(code, DO_BY_STATUS[facts["status"]])
        assert facts["what_to_do"] == do[language]
        assert "{" not in facts["meaning"]


def test_for_a_program_the_first_page_says_where_things_are(get):
    _, _, told = get("/", "application/json")

    assert '"description":"/openapi.json"' in told
    assert get("/", "*/*")[1]["Content-Type"] == "text/html; charset=utf-8"


def test_a_problem_nobody_tells_has_no_page(get):
    assert get("/problems/no_such_problem")[0] == 404
