"""How a problem report is made from what a slot sends, told on the wire and counted."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from collecting.rounds.rules import Round
from contracts.errors import OutOfScope
from contracts.fields import wire_time
from contracts.principal import Place, Principal
from contracts.reference.provinces import get_province
from contracts.repeats import digest_of, request_id
from contracts.reports.events import ProblemAnsweredV1, ProblemReportedV1
from contracts.reports.problem_categories import PROBLEM_CATEGORIES, get_problem_category
from contracts.reports.problems import (
    CirculatedAnswerFacts,
    ProblemCountsFacts,
    ProblemReportBodyFacts,
    ProblemReportFacts,
)
from services.reports.problems.rules import ProblemAnswer, ProblemReport

Facts = dict[str, Any]
_AXES_INSIDE = {
    "country": ("category", "province"),
    "province": ("category", "province"),
    "district": ("category",),
}


def reported(
    by: Principal,
    report: ProblemReportBodyFacts,
    round_: Round,
    organisation: Facts,
    key: str | None,
    at: datetime,
) -> ProblemReport:
    """Return the problem report a slot makes; its id follows from the slot and the key."""
    place = place_of(by, organisation)
    return ProblemReport(
        id=uuid.uuid4().hex if key is None else request_id(by.slot_id, key, "problem"),
        request_sha256=digest_of(report),
        round_id=round_.id,
        mode=round_.mode,
        category=report["category"],
        text=report["text"],
        reported_at=at,
        slot_id=by.slot_id,
        username=by.username,
        holder_name=by.holder_name,
        organisation_id=by.organisation_id,
        organisation_name=organisation.get("full_name"),
        province_code=place.province,
        district_code=place.district,
        code_group=by.code_group,
    )


def known_by(
    answer: ProblemAnswer, by: Principal, problem_id: str, key: str | None
) -> ProblemAnswer:
    """Return the answer with what it is known by when it is sent again under the key."""
    if key is None:
        return answer
    asked = {"text": answer.text, "circulate": answer.circulate}
    of_request = request_id(by.slot_id, key, "answer", problem_id)
    return replace(answer, request_id=of_request, request_sha256=digest_of(asked))


def place_of(by: Principal, organisation: Facts) -> Place:
    """Return where the caller stands; an office stands in its own area."""
    if by.area == "organisation":
        where = organisation["province_code"], organisation["district_code"]
    else:  # a district's code begins with its province's
        where = by.area_code[:2], by.area_code if by.area == "district" else ""
    return Place(*where, by.organisation_id or "")


def reported_event(report: ProblemReport) -> ProblemReportedV1:
    """Return what is announced of a new problem report."""
    return ProblemReportedV1(
        round_id=report.round_id,
        mode=report.mode.value,
        problem_id=report.id,
        category=report.category,
        province_code=report.province_code,
        district_code=report.district_code,
        code_group=report.code_group,
        reported_at=report.reported_at,
    )


def answered_event(report: ProblemReport, answer: ProblemAnswer) -> ProblemAnsweredV1:
    """Return what is announced of an answer."""
    return ProblemAnsweredV1(
        round_id=report.round_id,
        mode=report.mode.value,
        problem_id=report.id,
        category=report.category,
        circulated=answer.circulate,
        answered_at=answer.answered_at,
    )


# -- on the wire ----------------------------------------------------------------------------


def report_to_wire(report: ProblemReport) -> ProblemReportFacts:
    """Return a problem report as the API shows it."""
    facts = {
        **_about(report.id, report.round_id, report.mode.value, report.category),
        "text": report.text,
        "state": report.state.value,
        "organisation_id": report.organisation_id,
        "organisation_name": report.organisation_name,
        "province_code": report.province_code,
        "district_code": report.district_code,
        "code_group": report.code_group,
        "reported_at": wire_time(report.reported_at),
        "reported_by": {"username": report.username, "holder_name": report.holder_name},
        "answers": [
            {"circulate": answer.circulate, **_answer_to_wire(answer)} for answer in report.answers
        ],
        "version": report.version,
    }
    return cast(ProblemReportFacts, facts)  # parts of it are told elsewhere, too


def circulated_to_wire(document: Facts) -> CirculatedAnswerFacts:
    """Return the latest circulated answer to a problem report as everybody may read it."""
    about = _about(*(document[name] for name in ("_id", "round_id", "mode", "category")))
    facts = {**about, **_answer_to_wire(ProblemAnswer(**document["circulated"]))}
    return cast(CirculatedAnswerFacts, facts)  # its parts are told elsewhere, too


def _about(problem_id: str, round_id: str, mode: str, category: str) -> Facts:
    return {
        "id": problem_id,
        "round_id": round_id,
        "mode": mode,
        "category": category,
        "category_name": get_problem_category(category).label_th,
    }


def _answer_to_wire(answer: ProblemAnswer) -> Facts:
    return {
        "text": answer.text,
        "answered_at": wire_time(answer.answered_at),
        "answered_by": {"username": answer.username, "role": answer.role},
    }


# -- counted --------------------------------------------------------------------------------


def require_axis(by: Principal, axis: str) -> None:
    """Refuse rows wider than the caller's area. Raises OutOfScope."""
    if axis not in _AXES_INSIDE.get(by.area, ()):
        raise OutOfScope(username=by.username)


def rows(axis: str, counted: Mapping[str, tuple[int, int]]) -> list[ProblemCountsFacts]:
    """Return the rows of a summary: every category, or each province with a report."""
    if axis == "category":
        names = {each.id: each.label_th for each in PROBLEM_CATEGORIES}
    else:
        names = {code: get_province(code).name_th for code in sorted(counted)}
    return [_row(key, name, *counted.get(key, (0, 0))) for key, name in names.items()]


def total(counted: Iterable[tuple[int, int]]) -> ProblemCountsFacts:
    """Return the row that sums up the others."""
    sums = [sum(each) for each in zip(*counted, strict=True)] or [0, 0]
    return _row("total", "รวม", *sums)


def _row(key: str, name: str, reported: int, answered: int) -> ProblemCountsFacts:
    return {
        "key": key,
        "name": name,
        "reported": reported,
        "answered": answered,
        "open": reported - answered,
    }
