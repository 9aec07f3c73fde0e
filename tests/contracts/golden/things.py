"""What others see: receipts, events, what pages say, workbooks, and the API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collecting.filings.rules.decide import Filing, decide
from collecting.filings.rules.moments import Line
from collecting.filings.shapes import event_of, read_attempt, receipt_facts
from collecting.obligations.rules.obligation import Obligation
from collecting.printing import pages
from collecting.receipts import page as receipt_page
from collecting.rounds.rules import Round
from collecting.sealing.receipts import Signer
from collecting.workbooks.layout import layout_of
from contracts.collecting.figures import Counts
from contracts.reference.code_groups import CodeGroup
from contracts.reference.years import Year, YearBasis
from gateway.openapi import describe
from gateway.resources import all_routes
from services.accounts.issuance import slips as slips
from services.reports.consolidation.consolidate import content_of
from services.reports.consolidation.pdf import TEMPLATE as CONSOLIDATION
from services.reports.consolidation.pdf import pages_of
from services.reports.consolidation.rules.figures import Consolidation
from services.reports.consolidation.rules.results import questions_of
from services.reports.consolidation.xlsx import workbook_of
from services.reports.ethics import ETHICS
from services.reports.forms import get_form
from tests.builders.answers import fuller_answers, nil_answers, some_answers
from tests.builders.duties import DUE, EARLY, LATE
from tests.builders.workbooks import a_workbook
from tests.unit.accounts.test_printing import LAO, OFFICE
from tests.unit.reports.duties import a_round, a_submission, an_amendment, an_obligation

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
PORTAL = "https://sucharit.example/"
PROBLEMS = {
    "reported": 2,
    "answered": 1,
    "by_category": [
        {
            "key": "score",
            "name": "คะแนน",
            "reported": 2,
            "answered": 1,
            "circulated": [{"text": "ใช้คะแนนปีก่อน", "answered_at": "2026-12-01T09:00:00+07:00"}],
        }
    ],
}
KEPT = Path(__file__).with_name("digests.json")
THEN = Year(2569, YearBasis.FISCAL)
"""As rounds were before the years of forms had a basis."""
FORMS = [get_form(*form, THEN) for form in (("ethics-2568", 1), ("ethics-2568", 2), ("ethics", 1))]
TEMPLATES = (CONSOLIDATION, pages.TEMPLATE, receipt_page.TEMPLATE, slips.TEMPLATE)


def digests() -> dict[str, str]:
    """Return the digest of each thing by its name."""
    return {name: hashlib.sha256(_bytes_of(thing)).hexdigest()[:16] for name, thing in things()}


def things() -> Iterator[tuple[str, Any]]:
    """Yield each thing by its name: bytes as they are, or what can be written as JSON."""
    for template in TEMPLATES:
        yield f"template {template.name}", template.read_bytes()
    yield from _filings()
    yield from _forms()
    yield from _consolidation()
    yield "slip", slips.pages_of([LAO], office=OFFICE, portal_url=PORTAL)
    yield from _api()


def _bytes_of(thing: Any) -> bytes:
    if isinstance(thing, bytes):
        return thing
    return orjson.dumps(thing, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


def _then(**changes: Any) -> dict[str, Any]:
    """Return answers of a round of a fiscal year."""
    (training,) = some_answers()["trainings"]
    return some_answers(trainings=[training | {"held_on": "2025-11-03"}], **changes)


def _filings() -> Iterator[tuple[str, Any]]:
    round_, owed = a_round(), an_obligation()
    original = _filed(round_, owed, a_submission(owed, filing_id="f1", answers=_then()))
    amendment = _filed(
        round_,
        original.obligation,
        _amendment_of(owed),
    )
    withdrawal = a_submission(
        owed,
        filing_id="f3",
        kind="withdrawal",
        base_revision=2,
        reason="ยื่นผิดชุด",
        answers=_then(),
    )
    filings = {
        "original": original,
        "nil": _filed(
            round_, owed, a_submission(owed, filing_id="f4", kind="nil", answers=nil_answers())
        ),
        "amendment": amendment,
        "withdrawal": _filed(round_, amendment.obligation, withdrawal),
    }
    for kind, filing in filings.items():
        receipt = SIGNER.seal(receipt_facts(filing))
        yield f"receipt of {kind}", receipt
        yield f"event of {kind}", event_of(filing, receipt["number"], ETHICS.events).facts()
    kept = _as_kept(original)
    yield "receipt page", receipt_page.facts_of(kept, owed, round_, PORTAL, ETHICS.words)
    yield "page of a filing", pages.of_filing(FORMS[0], kept, owed, ETHICS.words)


def _amendment_of(owed: Obligation) -> dict[str, Any]:
    return an_amendment(owed, 1, 90, filing_id="f2", answers=_then(score=90))


def _filed(round_: Round, owed: Obligation, submission: dict[str, Any]) -> Filing:
    return decide(read_attempt(submission), round_, owed)


def _as_kept(filing: Filing) -> dict[str, Any]:
    return {
        "answers": fuller_answers(trainings=_then()["trainings"]),
        "kind": "original",
        "revision": 1,
        "organisation_name": "องค์การบริหารส่วนตำบลสมมติ",
        "accepted_at": EARLY,
        "judged_at": EARLY,
        "due_at": DUE,
        "due_because": "",
        "on_time": True,
        "holder_name": "ทดลอง สมมติ",
        "username": "6810401-1",
        "reason": None,
        "notes": {},
        "content_sha256": "ab" * 32,
        "receipt": SIGNER.seal(receipt_facts(filing)),
    }


def _forms() -> Iterator[tuple[str, Any]]:
    for form in FORMS:
        name = f"{form.id} v{form.version}"
        layout = layout_of(form)
        yield f"blank of {name}", pages.of_blank(form, ETHICS.words)
        yield f"workbook of {name}", a_workbook(layout, {})
        yield f"filled workbook of {name}", a_workbook(layout, _then())


def _consolidation() -> Iterator[tuple[str, Any]]:
    form = FORMS[0]
    sums = Consolidation(questions_of(form.definition))
    for number, group in enumerate(CodeGroup):
        sums.add(
            Line(
                organisation_id=f"o{number}",
                organisation_code=f"681040{number}",
                organisation_type="sao",
                organisation_name="องค์การบริหารส่วนตำบลสมมติ",
                province_code="81",
                district_code="8104",
                district_name="คลองท่อม",
                subject_id=group.value,
                answers=_then() if number else None,
                counts=Counts(expected=1, filed=int(number > 0)),
            )
        )
    content = content_of(sums, a_round(), LATE, PROBLEMS)
    yield "consolidation", content
    yield "consolidation as pages", pages_of(content, "ab" * 32)
    yield "consolidation as a workbook", workbook_of(content, "ab" * 32)


def _api() -> Iterator[tuple[str, Any]]:
    document = describe(all_routes())
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"{method.upper()} {path}", operation
    for kind, components in document["components"].items():
        for name, component in components.items():
            yield f"{kind} {name}", component
