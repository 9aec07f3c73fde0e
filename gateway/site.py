"""Shows pages to people who come with a browser, until the portal is there.

What this is, `/verify`, `/activate`, and what each `type` of a problem means; made once, in Thai
and in English.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

import orjson

from contracts.catalogue import refusals
from contracts.errors import Kind, ServiceError
from gateway.ask import Ask
from gateway.http import JSON, Answer, Request, Route, route
from gateway.problems import EDGE, OF_KIND, Face
from gateway.site_words import ACTIVATE, DO_BY_CODE, DO_BY_STATUS, HOME, LABELS, VERIFY

HTML = "text/html; charset=utf-8"
LANGUAGES = ("th", "en")
CACHE = {"Cache-Control": "public, max-age=3600", "Vary": "Accept, Accept-Language"}
_HERE = Path(__file__).parent
_STYLE = (_HERE / "site.css").read_text("utf-8")
_SCRIPT = (_HERE / "verify.js").read_text("utf-8")
_INDEX = {
    "name": "Sucharit",
    "description": "/openapi.json",
    "sign_in": "/v1/sessions",
    "activate": "/v1/activations",
    "verify_receipt": "/v1/receipts/verify",
    "keys": "/.well-known/jwks.json",
    "receipt_rolls": "/v1/receipt-rolls",
    "problems": "/problems/{code}",
}


class SitePage(NamedTuple):
    """One page in one language, for people and for programs."""

    html: bytes
    json: bytes
    headers: Mapping[str, str]


def site_routes() -> list[Route]:
    """Return the routes of all pages, which anybody may read."""
    home = {word: _page(word, HOME[word], _INDEX | {"about": HOME[word][0]}) for word in LANGUAGES}
    check = {word: _page(word, VERIFY[word], _INDEX, _SCRIPT) for word in LANGUAGES}
    activate = {word: _page(word, ACTIVATE[word], _INDEX) for word in LANGUAGES}
    problems = _problem_pages()

    @route("GET", "/", summary="ระบบนี้คืออะไร", answers={200: (HTML, JSON)}, public=True)
    def show_home_page(_ask: Ask, request: Request) -> Answer:
        """Say what this is and where to begin."""
        return _shown(home, request)

    @route("GET", "/verify", summary="หน้าตรวจสอบใบรับ", answers={200: (HTML, JSON)}, public=True)
    def show_verification_page(_ask: Ask, request: Request) -> Answer:
        """Show where a receipt can be checked; a QR code brings it in the part after #."""
        return _shown(check, request)

    @route("GET", "/activate", summary="วิธีเปิดใช้งานบัญชี", answers={200: (HTML, JSON)}, public=True)
    def show_activation_page(_ask: Ask, request: Request) -> Answer:
        """Say how an account is activated with the slip that leads here."""
        return _shown(activate, request)

    @route(
        "GET",
        "/problems/{code}",
        summary="ความหมายของปัญหาและสิ่งที่ควรทำ",
        answers={200: (HTML, JSON)},
        public=True,
        patterns={"code": "|".join(sorted(problems))},
    )
    def explain_problem_type(_ask: Ask, request: Request) -> Answer:
        """Say what a problem's `type` means and what to do about it."""
        return _shown(problems[request.path["code"]], request)

    handlers = (show_home_page, show_verification_page, show_activation_page, explain_problem_type)
    return [handler.route for handler in handlers]  # type: ignore[attr-defined]  # what makes it a route


def _shown(page: Mapping[str, SitePage], request: Request) -> Answer:
    shown = page[request.language]
    wants_json = request.prefers("text/html", JSON) == JSON
    kind, body = (JSON, shown.json) if wants_json else (HTML, shown.html)
    return Answer(200, body, shown.headers, content_type=kind)


def _page(
    language: str, words: tuple[str, str], facts: Mapping[str, Any], script: str = ""
) -> SitePage:
    """Make a page of its title and what stands below it, which is HTML already."""
    title, below = words
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{below}</main>"
        f"{f'<script>{script}</script>' if script else ''}</body></html>"
    )
    headers = {
        **CACHE,
        "Content-Language": language,
        "Content-Security-Policy": "; ".join(_policy(script)),
    }
    return SitePage(html.encode(), orjson.dumps(facts), headers)


def _policy(script: str) -> Iterator[str]:
    yield "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    yield f"style-src {_hash_of(_STYLE)}"
    if script:
        yield f"script-src {_hash_of(script)}; connect-src 'self'"


def _hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _problem_pages() -> dict[str, dict[str, SitePage]]:
    pages = {
        code: {
            word: _problem_page(word, code, face, face.detail, face.detail_th) for word in LANGUAGES
        }
        for code, face in EDGE.items()
    }
    for refusal in refusals():
        code = refusal.code.rpartition(".")[2]
        pages[code] = {word: _refusal_page(word, code, refusal) for word in LANGUAGES}
    return pages


def _refusal_page(language: str, code: str, refusal: type[ServiceError]) -> SitePage:
    face = OF_KIND[Kind(refusal.kind)]
    return _problem_page(language, code, face, refusal.message, refusal.message_th)


def _problem_page(language: str, code: str, face: Face, meaning: str, meaning_th: str) -> SitePage:
    is_thai = language == "th"
    title, says = (face.title_th, meaning_th) if is_thai else (face.title, meaning)
    do = DO_BY_CODE.get(code, DO_BY_STATUS[face.status])[language]
    facts = {
        "type": f"/problems/{code}",
        "code": code,
        "status": face.status,
        "title": title,
        "meaning": _without_facts(says) or title,
        "what_to_do": do,
    }
    labels = LABELS[language]
    below = "".join(
        (
            f"<p>{escape(str(facts['meaning']))}</p>",
            f"<h2>{labels['do']}</h2><p>{escape(do)}</p>",
            f"<p><small>{labels['code']} <code>{escape(code)}</code>, HTTP {face.status}.",
            f' {labels["facts"]} <a href="/">{labels["home"]}</a></small></p>',
        )
    )
    return _page(language, (title, below), facts)


def _without_facts(template: str) -> str:
    """Return a sentence with ‹names› for what only the case itself knows; "" when that is all."""
    parts = [(text, name) for text, name, _, _ in Formatter().parse(template)]
    if not any(text.strip() for text, _ in parts):
        return ""
    return "".join(text + (f"‹{name.removesuffix('_th')}›" if name else "") for text, name in parts)
