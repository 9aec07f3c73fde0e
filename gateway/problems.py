"""Answers refusals as RFC 9457 says, in Thai or English, by two tables.

One table is of the kinds a service refuses by, the other of the gateway's own refusals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from contracts.errors import Kind, ServiceError
from edge.http1 import Head
from gateway.faults import FaultyInput, InputFault

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = "5"
ACCEPT_BYTES = 512  # of a header that says what the client likes
CHALLENGE = 'Bearer realm="sucharit"'


class Face(NamedTuple):
    """How one sort of refusal looks over HTTP; `detail` may name the facts of the case."""

    status: int
    title: str
    title_th: str
    detail: str = ""
    detail_th: str = ""


OF_KIND = {
    Kind.INVALID: Face(422, "Invalid input", "ข้อมูลไม่ถูกต้อง"),
    Kind.UNAUTHENTICATED: Face(401, "Not signed in", "ยังไม่ได้ลงชื่อเข้าใช้"),
    Kind.FORBIDDEN: Face(403, "Not allowed", "ไม่มีสิทธิ"),
    Kind.NOT_FOUND: Face(404, "Not found", "ไม่พบข้อมูล"),
    Kind.GONE: Face(410, "Gone", "ใช้ไม่ได้อีกแล้ว"),
    Kind.CONFLICT: Face(409, "Conflict", "ขัดกับสถานะปัจจุบัน"),
    Kind.STALE: Face(412, "Changed in the meantime", "ข้อมูลถูกแก้ไขไปแล้ว"),
    Kind.TOO_MANY: Face(429, "Too many requests", "เรียกใช้ถี่เกินไป"),
    Kind.UNAVAILABLE: Face(503, "Not available now", "ยังไม่พร้อมให้บริการ"),
}


EDGE = {
    "malformed_request": Face(400, "The request is not proper HTTP", "คำขอผิดรูปแบบ HTTP"),
    "malformed_json": Face(
        400,
        "The body is not JSON",
        "เนื้อหาไม่ใช่ JSON ที่ถูกต้อง",
        "The body stops being JSON at line {line}, column {column}.",
        "เนื้อหาไม่ใช่ JSON ที่ถูกต้อง ตั้งแต่บรรทัด {line} คอลัมน์ {column}",
    ),
    "not_utf8": Face(
        400,
        "The body is not in UTF-8",
        "เนื้อหาไม่ได้เข้ารหัสแบบ UTF-8",
        "JSON must be in UTF-8; this looks like {looks_like}. Save or send it as UTF-8.",
        "JSON ต้องเข้ารหัสแบบ UTF-8 แต่ที่ส่งมาคล้าย {looks_like} โปรดบันทึกหรือส่งใหม่เป็น UTF-8",
    ),
    "name_repeated": Face(
        400,
        "A name stands twice in one object",
        "ชื่อซ้ำกันในออบเจ็กต์เดียว",
        "The name {name} stands more than once in the same object. Keep the one you mean.",
        "ชื่อ {name} ซ้ำกันในออบเจ็กต์เดียวกัน โปรดเหลือไว้เพียงค่าเดียวที่ต้องการ",
    ),
    "malformed_query": Face(400, "The query string cannot be read", "อ่านพารามิเตอร์ใน URL ไม่ได้"),
    "malformed_form": Face(400, "The multipart form cannot be read", "อ่านแบบฟอร์มที่ส่งมาไม่ได้"),
    "body_cut_short": Face(400, "The body ended too early", "เนื้อหาส่งมาไม่ครบ"),
    "idempotency_key_required": Face(
        400, "The Idempotency-Key header is missing", "ต้องส่งหัวข้อ Idempotency-Key"
    ),
    "idempotency_key_malformed": Face(
        400,
        "Idempotency-Key must be 1 to 128 visible ASCII characters",
        "Idempotency-Key ต้องเป็นอักขระ ASCII 1 ถึง 128 ตัว",
    ),
    "if_match_malformed": Face(
        400,
        'If-Match must be the one ETag that was read, such as "7"',
        'If-Match ต้องเป็น ETag ที่อ่านมาเพียงค่าเดียว เช่น "7"',
    ),
    "token_required": Face(401, "Sign in first", "โปรดลงชื่อเข้าใช้ก่อน"),
    "token_malformed": Face(
        401, "The Authorization header is not a Bearer token", "หัวข้อ Authorization ผิดรูปแบบ"
    ),
    "second_factor_not_set_up": Face(
        403,
        "Set up a second factor first",
        "โปรดตั้งค่าการยืนยันตัวตนขั้นที่สองก่อน",
        "This account must have a second factor. Begin with POST /v1/second-factors, confirm it "
        "with a code of your authenticator app, then go on in this same sign-in.",
        "บัญชีนี้ต้องมีการยืนยันตัวตนขั้นที่สอง โปรดเริ่มที่ POST /v1/second-factors "
        "แล้วยืนยันด้วยรหัสจากแอปยืนยันตัวตน จากนั้นใช้งานต่อได้ทันทีโดยไม่ต้องเข้าสู่ระบบใหม่",
    ),
    "route_not_found": Face(404, "There is nothing at this address", "ไม่พบที่อยู่นี้"),
    "method_not_allowed": Face(
        405,
        "This address does not take this method",
        "ที่อยู่นี้ไม่รับคำสั่งแบบนี้",
        "This address takes {allowed}.",
        "ที่อยู่นี้รับเฉพาะ {allowed}",
    ),
    "body_too_slow": Face(408, "The request came too slowly", "คำขอมาช้าเกินกำหนดเวลา"),
    "body_too_large": Face(
        413,
        "The body is too large",
        "เนื้อหาใหญ่เกินกำหนด",
        "The body may have at most {limit_bytes} bytes.",
        "เนื้อหาต้องไม่เกิน {limit_bytes} ไบต์",
    ),
    "too_many_values": Face(
        413,
        "The body holds too much",
        "เนื้อหามีจำนวนค่ามากเกินกำหนด",
        "The body may have at most {most_values} values, at most {most_depth} levels deep.",
        "เนื้อหามีได้ไม่เกิน {most_values} ค่า ซ้อนกันไม่เกิน {most_depth} ชั้น",
    ),
    "address_too_long": Face(414, "The address is too long", "ที่อยู่ยาวเกินกำหนด"),
    "unsupported_media_type": Face(
        415,
        "The body must be of another type",
        "ชนิดของเนื้อหาไม่รองรับ",
        "Send the body as {expected} and say so in Content-Type.",
        "โปรดส่งเนื้อหาเป็น {expected} และระบุใน Content-Type",
    ),
    "content_encoding_unsupported": Face(
        415,
        "The body must not be compressed",
        "ไม่รองรับเนื้อหาที่บีบอัด",
        "Send the body as it is, without Content-Encoding; {coding} is not read here.",
        "โปรดส่งเนื้อหาโดยไม่บีบอัดและไม่ใส่หัวข้อ Content-Encoding ระบบไม่รับ {coding}",
    ),
    "input_invalid": Face(422, "Invalid input", "ข้อมูลไม่ถูกต้อง"),
    "if_match_required": Face(
        428, "The If-Match header is missing", "ต้องส่งหัวข้อ If-Match ตาม ETag ที่อ่านมา"
    ),
    "headers_too_large": Face(431, "The headers are too large", "ส่วนหัวของคำขอใหญ่เกินกำหนด"),
    "internal_error": Face(
        500,
        "Something went wrong on our side; it has been recorded",
        "ระบบขัดข้อง และได้บันทึกไว้แล้ว",
    ),
    "not_implemented": Face(501, "This is not supported", "ไม่รองรับ"),
    "overloaded": Face(
        503, "Too many requests at this moment; try again", "มีผู้ใช้จำนวนมาก โปรดลองใหม่อีกครั้ง"
    ),
    "http_version_unsupported": Face(505, "Use HTTP/1.1", "โปรดใช้ HTTP/1.1"),
}

# What the server refuses before the gateway sees a request, by the only thing it knows: a status.
_BY_STATUS = {
    400: "malformed_request",
    408: "body_too_slow",
    414: "address_too_long",
    431: "headers_too_large",
    500: "internal_error",
    501: "not_implemented",
    503: "overloaded",
    505: "http_version_unsupported",
}


@dataclass(eq=False)
class EdgeProblem(Exception):
    """A refusal of the gateway's own, by its code in EDGE; `facts` become members of it."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


REFUSALS = (ServiceError, FaultyInput, EdgeProblem)
"""What a handler may raise on purpose."""


class ProblemResponse(NamedTuple):
    """A problem ready to be sent."""

    status: int
    headers: dict[str, str]
    document: dict[str, Any]


def problem_response(
    refusal: BaseException, *, language: str, instance: str, correlation_id: str
) -> ProblemResponse:
    """Return the problem document of an expected refusal, with the headers that belong to it.

    Anything that is not a refusal is answered as `internal_error`, with nothing of itself.
    """
    if isinstance(refusal, ServiceError):
        response = _of_service(refusal, language)
    elif isinstance(refusal, FaultyInput):
        response = _of_faults(refusal, language)
    elif isinstance(refusal, EdgeProblem):
        response = _of_edge(refusal, language)
    else:
        response = _of_edge(EdgeProblem("internal_error"), language)
    response.document["instance"] = instance
    if correlation_id:
        response.document["correlation_id"] = correlation_id
    response.headers["Content-Language"] = language
    if response.status in (429, 503):
        response.headers["Retry-After"] = _whole_seconds(response.document)
    if response.status == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    return response


def edge_refusal(status: int, head: Head | None) -> tuple[str, bytes]:
    """Make the body of what edge.server refuses by itself; see its `Refusal`."""
    accepted = head.headers.get("accept-language", "") if head else ""
    instance = head.raw_path if head else "/"
    document = _document_of(status, language_of(accepted)) | {"instance": instance}
    return PROBLEM_JSON, orjson.dumps(document)


@lru_cache
def _document_of(status: int, language: str) -> dict[str, Any]:
    refusal = EdgeProblem(_BY_STATUS[status])
    return problem_response(refusal, language=language, instance="", correlation_id="").document


def language_of(accepted: str) -> str:
    """Return en when the header prefers English to Thai, else th. Its beginning is enough."""
    return _language_of(accepted[:ACCEPT_BYTES])


@lru_cache(maxsize=256)
def _language_of(accepted: str) -> str:
    wanted = {"th": 0.0, "en": 0.0}
    for choice in accepted.lower().split(","):
        tag, _, parameters = choice.partition(";")
        language = tag.strip().partition("-")[0]
        if language in wanted:
            wanted[language] = max(wanted[language], _quality(parameters))
    return "en" if wanted["en"] > wanted["th"] else "th"


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _of_service(refusal: ServiceError, language: str) -> ProblemResponse:
    face = OF_KIND[refusal.kind]
    english = language == "en"
    document = {
        **refusal.details,
        **_frame(
            face.status,
            refusal.code.rpartition(".")[2],
            face.title if english else face.title_th,
            str(refusal) if english else refusal.in_thai(),
        ),
        "details": refusal.details,
    }
    pointer = refusal.details.get("pointer")
    if refusal.kind is Kind.INVALID and pointer is not None:
        spot = InputFault(pointer, document["code"], str(refusal), refusal.in_thai())
        document["errors"] = [spot.in_language(language)]
    return ProblemResponse(face.status, {}, document)


def _of_faults(faulty: FaultyInput, language: str) -> ProblemResponse:
    response = _of_edge(EdgeProblem("input_invalid"), language)
    response.document["errors"] = [one.in_language(language) for one in faulty.faults]
    return response


def _of_edge(problem: EdgeProblem, language: str) -> ProblemResponse:
    face = EDGE[problem.code]
    if language == "en":
        title, detail = face.title, face.detail
    else:
        title, detail = face.title_th, face.detail_th
    detail = detail.format_map(problem.facts) or title
    document = {**problem.facts, **_frame(face.status, problem.code, title, detail)}
    return ProblemResponse(face.status, dict(problem.headers), document)


def _frame(status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }


def _whole_seconds(document: Mapping[str, Any]) -> str:
    said = str(document.get("retry_after_seconds", ""))
    return said if said.isascii() and said.isdigit() else RETRY_AFTER_SECONDS
