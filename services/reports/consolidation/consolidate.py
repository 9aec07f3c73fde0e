"""Building the report to the ethics board: the ledger at a moment, as JSON, XLSX and PDF.

The only inputs are the moment, what was recorded until then and the words of this release, whose
hash stands in it. So the same moment in the same words gives the same bytes for ever. Heavy work is
done in a thread, one province at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, cast

import rfc8785

from chassis.run_in_thread import run_in_thread
from chassis.typesetter import Typesetter
from collecting.extensions.rules import Orders
from collecting.filings.rules.moments import Revision, line_at
from collecting.obligations.rules.obligation import Obligation
from collecting.rounds.rules import Round
from collecting.sealing.receipts import sha256_hex
from contracts.collecting.due_dates import last_moment
from contracts.collecting.figures import SHOWN
from contracts.fields import wire_time
from contracts.reference.code_groups import CodeGroup
from contracts.reference.lao_types import LaoType
from contracts.reference.provinces import PROVINCES
from contracts.reference.years import YearBasis
from contracts.reports.consolidations import ConsolidationFacts
from contracts.reports.events import GroupsConsolidatedV1, ReportConsolidatedV1
from contracts.reports.problem_categories import PROBLEM_CATEGORIES
from services.reports.consolidation.pdf import TEMPLATE, pages_of
from services.reports.consolidation.rules.figures import Consolidation
from services.reports.consolidation.rules.results import questions_of
from services.reports.consolidation.xlsx import workbook_of
from services.reports.ethics import ETHICS
from services.reports.stores import ReportsStore

Facts = dict[str, Any]
Show = Callable[[int, int], None]
Groups = tuple[str, ...]
MEDIA_TYPES = {
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
LABELS_SHA256 = sha256_hex(
    rfc8785.dumps(
        {
            "categories": {each.id: each.label_th for each in PROBLEM_CATEGORIES},
            "code_groups": {each.value: each.name_th for each in CodeGroup},
            "lao_types": {each.value: each.label for each in LaoType},
            "provinces": {each.code: [each.name_th, each.region] for each in PROVINCES},
        }
    )
)
"""Which words a report was written in: where these are others, so are its bytes, and it says so."""
MOST_ANSWERS_TOLD = 100  # of each category, the latest
_STEPS_AFTER = 3


def consolidate(
    store: ReportsStore, typesetter: Typesetter, round_: Round, as_of: datetime, *,
    groups: Groups = ETHICS.subject_ids, at: datetime, by: str, show: Show,
) -> Facts:  # fmt: skip
    """Build and keep the report of a round as of a moment, and announce it when it is new; it is
    about the groups, by number, and nothing else.

    Returns its facts; `same_bytes` says for each file whether it equals the one kept before.
    """
    provinces = store.consolidations.list_provinces(round_.id)
    steps = len(provinces) + _STEPS_AFTER
    sums = _summed(store, round_, as_of, groups, provinces, lambda done: show(done, steps))
    problems = _about_problems(store, round_.id, as_of, groups)
    content = run_in_thread(content_of, sums, round_, as_of, problems, groups)
    made = {"json": run_in_thread(rfc8785.dumps, content)}
    sha256 = sha256_hex(made["json"])
    show(steps - 2, steps)
    made["xlsx"] = run_in_thread(workbook_of, content, sha256)
    show(steps - 1, steps)
    made["pdf"] = typesetter.render(TEMPLATE, lambda: pages_of(content, sha256), caller=None)
    kept = store.consolidations.find(sha256)
    if kept is None:
        document = _document(store, round_, content, made, at=at, by=by)
        if store.consolidations.add(document, announcing=_event(round_, content, sha256)):
            kept = document
        else:  # another process was quicker
            for file in document["files"].values():
                store.files.delete(file["file_id"])
            kept = store.consolidations.get(round_.id, sha256)
    show(steps, steps)
    same = {name: sha256_hex(data) == kept["files"][name]["sha256"] for name, data in made.items()}
    return {**to_wire(kept), "same_bytes": same}


def _summed(
    store: ReportsStore,
    round_: Round,
    as_of: datetime,
    groups: Groups,
    provinces: list[str],
    show: Callable[[int], None],
) -> Consolidation:
    questions = questions_of(round_.form(ETHICS).definition)
    orders = Orders(store.extensions.up_to(round_.id))
    sums = Consolidation(questions, groups)
    for done, province in enumerate(provinces, start=1):
        found = list(store.consolidations.of_province(round_.id, province, as_of, groups))
        run_in_thread(_add, sums, found, round_, as_of, orders)
        show(done)
    return sums


def _add(
    sums: Consolidation,
    found: Iterable[tuple[Obligation, list[Revision]]],
    round_: Round,
    as_of: datetime,
    orders: Orders,
) -> None:
    for obligation, revisions in found:
        line = line_at(as_of, obligation, revisions, round_, orders)
        if line is not None:
            sums.add(line)


def content_of(
    sums: Consolidation,
    round_: Round,
    as_of: datetime,
    problems: Facts,
    groups: Groups = ETHICS.subject_ids,
) -> Facts:
    """Return all that the report says: its JSON, from which pages and workbook are made.

    That of the whole round says nothing of groups, as it did before there were others.
    """
    form = round_.form(ETHICS).definition
    closed = last_moment(round_.closes_at) <= as_of
    return {
        "kind": "sucharit.consolidation.v1",
        **_part_of(round_, groups),
        "as_of": wire_time(as_of),
        "round": {
            "id": round_.id,
            "kind": round_.kind,
            **_year_of(round_),
            "no": round_.no,
            "mode": round_.mode.value,
            "form": {
                "id": round_.form_id,
                "version": round_.form_version,
                "status": form["status"],
                "title_th": form["title"]["th"],
            },
            "opens_at": wire_time(round_.opens_at),
            "lao_due_at": wire_time(round_.lao_due_at),
            "central_due_at": round_.central_due_at and wire_time(round_.central_due_at),
            # A round not closed at the moment may be closed at another time than was planned.
            "closed_at": wire_time(round_.closes_at) if closed else None,
        },
        "figures": sums.figures(),
        "sections": [
            {"id": section["id"], "title_th": section["title"]["th"]}
            for section in form["sections"]
        ],
        "questions": sums.questions(),
        "problems": problems,
        "missing": sums.missing(),
        "labels_sha256": LABELS_SHA256,
    }


def _year_of(round_: Round) -> Facts:
    """Return the round's year; of a fiscal one as it was told before years had a basis."""
    told: Facts = {"fiscal_year_be": round_.year_be}
    if round_.year_basis is YearBasis.FISCAL:
        return told
    return {**told, "year_be": round_.year_be, "year_basis": round_.year_basis.value}


def _part_of(round_: Round, groups: Groups) -> Facts:
    """Return what is said of a report of some groups: which, and who supervises them."""
    if groups == ETHICS.subject_ids:
        return {}
    supervised = [ETHICS.subject(group).supervised(round_.opens_at) for group in groups]
    bodies = dict.fromkeys(each.name_th for each in supervised if each is not None)
    return {"code_groups": list(groups), "bodies_th": list(bodies)}


def _about_problems(store: ReportsStore, round_id: str, as_of: datetime, groups: Groups) -> Facts:
    """Return the problems of each category and the answers circulated; no words of reporters.

    A report of some groups has the problems of their slots; those of offices are in the whole.
    """
    rows: dict[str, Facts] = {
        category.id: {
            "key": category.id,
            "name": category.label_th,
            "reported": 0,
            "answered": 0,
            "circulated": [],
        }
        for category in PROBLEM_CATEGORIES
    }
    for report in store.problems.until(round_id, as_of):
        if groups != ETHICS.subject_ids and report.code_group not in groups:
            continue
        row = rows[report.category]
        answers = [answer for answer in report.answers if answer.answered_at <= as_of]
        row["reported"] += 1
        row["answered"] += bool(answers)
        row["circulated"] += [
            {"text": answer.text, "answered_at": wire_time(answer.answered_at)}
            for answer in answers
            if answer.circulate
        ]
    for row in rows.values():
        told = sorted(row["circulated"], key=lambda answer: (answer["answered_at"], answer["text"]))
        row["circulated"] = told[-MOST_ANSWERS_TOLD:]
    return {
        "reported": sum(row["reported"] for row in rows.values()),
        "answered": sum(row["answered"] for row in rows.values()),
        "by_category": list(rows.values()),
    }


def _document(
    store: ReportsStore,
    round_: Round,
    content: Facts,
    made: dict[str, bytes],
    *,
    at: datetime,
    by: str,
) -> Facts:
    return {
        "_id": sha256_hex(made["json"]),
        "round_id": round_.id,
        "as_of": datetime.fromisoformat(content["as_of"]),
        "made_at": at,
        "made_by": by,
        "facts": {
            "mode": round_.mode.value,
            "code_groups": content.get("code_groups", list(ETHICS.subject_ids)),
            "central_due_at": content["round"]["central_due_at"],
            "closed_at": content["round"]["closed_at"],
            "total": content["figures"]["total"],
            "problems": {name: content["problems"][name] for name in ("reported", "answered")},
        },
        "files": {
            name: {
                "file_id": store.files.put(
                    data,
                    filename=f"{round_.id}-consolidated.{name}",
                    content_type=MEDIA_TYPES[name],
                    facts={"round_id": round_.id, "kind": "consolidation"},
                ),
                "sha256": sha256_hex(data),
                "size": len(data),
            }
            for name, data in made.items()
        },
    }


def _event(round_: Round, content: Facts, sha256: str) -> ReportConsolidatedV1:
    total = content["figures"]["total"]
    facts = {
        "round_id": round_.id,
        "mode": round_.mode.value,
        "consolidation_id": sha256,
        "as_of": datetime.fromisoformat(content["as_of"]),
        "content_sha256": sha256,
        **{name: total[name] for name in SHOWN},
    }
    if "code_groups" in content:
        return GroupsConsolidatedV1(**facts, code_groups=content["code_groups"])
    return ReportConsolidatedV1(**facts)


def to_wire(document: Facts) -> ConsolidationFacts:
    """Return a consolidated report's facts as the API shows them."""
    path = f"/v1/rounds/{document['round_id']}/consolidations/{document['_id']}"
    facts = {
        "id": document["_id"],
        "round_id": document["round_id"],
        "as_of": wire_time(document["as_of"]),
        "content_sha256": document["_id"],
        "code_groups": list(ETHICS.subject_ids),  # one from before says none and has all
        **document["facts"],
        "is_closed": document["facts"]["closed_at"] is not None,
        "made_at": wire_time(document["made_at"]),
        "made_by": document["made_by"],
        "files": {
            name: {
                "url": f"{path}/report.{name}",
                "content_type": MEDIA_TYPES[name],
                "sha256": file["sha256"],
                "size": file["size"],
            }
            for name, file in document["files"].items()
        },
    }
    return cast(ConsolidationFacts, facts)  # what was built is kept as it is shown
