"""The printable page of a form: a filed report as it stands, or the blank to fill in by hand.

`page.typ` sets it; this is what it says, made from the definition alone. The page judges nothing:
every answer that was filed is on it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from collecting.kind import Words
from collecting.obligations.rules.obligation import Obligation
from collecting.rounds.rules import Mode
from collecting.workbooks.explanation import when_asked
from collecting.workbooks.values import NO, YES
from contracts.forms import Form, conditions
from contracts.reference.calendar import as_bangkok, long_date

Facts = dict[str, Any]
Field = Mapping[str, Any]
TEMPLATE = Path(__file__).with_name("page.typ")
TRIAL = "ทดลอง TRIAL"
NO_ANSWER = "–"
EMPTY_ROWS = 3
_KINDS = {
    "original": "รายงาน",
    "nil": "ยืนยันว่าไม่มีเรื่องต้องรายงาน",
    "amendment": "รายงานฉบับแก้ไข",
    "withdrawal": "ถอนรายงาน",
}
_ASKED: dict[str, Callable[[Form], Collection[str]]] = {
    "original": lambda form: form.fields,
    "nil": lambda form: form.definition["nil"],
    "amendment": lambda form: form.fields,
    "withdrawal": lambda _form: (),
}


def of_filing(form: Form, filing: Mapping[str, Any], obligation: Obligation, words: Words) -> Facts:
    """Return what the page of a recorded filing says; names are those of the time of filing."""
    answers = filing["answers"]
    asked = _ASKED[filing["kind"]](form)
    sections = [
        {
            "title": section["title"]["th"],
            "rows": list(
                _answered([field for field in section["fields"] if field["id"] in asked], answers)
            ),
        }
        for section in form.definition["sections"]
    ]
    return {
        "title": form.definition["title"]["th"],
        "watermark": TRIAL if obligation.mode is Mode.TRIAL else "",
        "about": _about(filing, obligation, words),
        "sections": [section for section in sections if section["rows"]],
        "notes": _notes(form, filing.get("notes", {})),
        "blank": False,
        "footer": f"เลขที่ใบรับ {filing['receipt']['number']} · ฉบับที่ {filing['revision']}",
        "proof": f"SHA-256 {filing['content_sha256']}",
    }


def of_blank(form: Form, words: Words) -> Facts:
    """Return what the blank form says."""
    definition = form.definition
    return {
        "title": definition["title"]["th"],
        "watermark": "",
        "about": [[name, ""] for name in ("หน่วยงาน", "รหัส อปท.", words.axis)],
        "sections": [
            {
                "title": section["title"]["th"],
                "rows": [_to_fill_in(field, form.fields) for field in section["fields"]],
            }
            for section in definition["sections"]
        ],
        "notes": [],
        "blank": True,
        "footer": f"แบบ {form.id} ฉบับที่ {form.version}",
        "proof": "",
    }


# -- a filed report -----------------------------------------------------------------------


def _about(filing: Mapping[str, Any], obligation: Obligation, words: Words) -> list[list[str]]:
    told = [
        ["หน่วยงาน", filing["organisation_name"]],
        ["รหัส อปท.", obligation.organisation_code],
        [words.axis, obligation.subject.title_th],
        ["รอบการรายงาน", obligation.round_id],
        ["ประเภท", f"{_KINDS[filing['kind']]} (ฉบับที่ {filing['revision']})"],
        ["ยื่นเมื่อ", _moment(filing["accepted_at"])],
        ["กำหนดเวลา", "ทันกำหนด" if filing["on_time"] else "หลังกำหนด"],
        ["ผู้ยื่น", " · ".join(filter(None, [filing["holder_name"], filing["username"]]))],
        ["เลขที่ใบรับ", filing["receipt"]["number"]],
    ]
    return told + ([["เหตุผล", filing["reason"]]] if filing["reason"] else [])


def _answered(asked: list[Field], answers: Mapping[str, Any]) -> Iterator[Facts]:
    for field in asked:
        value: Any = answers.get(field["id"])
        visible = conditions.compiled(field.get("visible_if"))
        if value in conditions.NOTHING and visible is not None and not visible(answers, answers):
            continue
        row = {"label": field["label"]["th"], "help": "", "boxes": [], "table": None}
        if "fields" in field and value not in conditions.NOTHING:
            yield {**row, "value": "", "table": _table(field["fields"], value)}
        else:
            yield {**row, "value": shown(field, value)}


def _table(asked: list[Field], items: list[Mapping[str, Any]]) -> Facts:
    return {
        "heads": [field["label"]["th"] + _unit(field) for field in asked],
        "rows": [
            [shown(field, item.get(field["id"]), unit=False) for field in asked] for item in items
        ],
    }


def shown(field: Field, value: Any, *, unit: bool = True) -> str:
    """Return an answer as it is read on paper."""
    if value in conditions.NOTHING:
        return NO_ANSWER
    show = _SHOWN.get(field["type"])
    text = str(value) if show is None else show(field, value)
    return f"{text} {field['unit']['th']}" if unit and "unit" in field else text


def _choice(field: Field, value: Any) -> str:
    return str(next(choice["th"] for choice in field["choices"] if choice["id"] == value))


_SHOWN: dict[str, Callable[[Field, Any], str]] = {
    "whole_number": lambda _field, value: f"{value:,}",
    "decimal": lambda field, value: f"{value:,.{field.get('decimals', 2)}f}",
    "yes_no": lambda _field, value: YES if value else NO,
    "choice": _choice,
    "choices": lambda field, value: ", ".join(_choice(field, each) for each in value),
    "date": lambda _field, value: long_date(date.fromisoformat(value)),
    "evidence": lambda _field, value: ", ".join(value),
}


def _notes(form: Form, notes: Mapping[str, str]) -> list[list[str]]:
    """Return what was confirmed against a warning, and why."""
    messages = {check["id"]: check["message"]["th"] for check in form.definition.get("checks", ())}
    return [[messages[name], notes[name]] for name in messages if name in notes]


def _moment(moment: datetime) -> str:
    there = as_bangkok(moment)
    return f"{long_date(there)} เวลา {there:%H.%M} น."


# -- the blank ----------------------------------------------------------------------------


def _to_fill_in(field: Field, fields: Mapping[str, Field]) -> Facts:
    row = {
        "label": field["label"]["th"] + (" *" if field.get("required") else ""),
        "help": " · ".join(
            part
            for part in (field.get("help", {}).get("th", ""), when_asked(field, fields))
            if part
        ),
        "value": "",
        "unit": field["unit"]["th"] if "unit" in field else "",
        "boxes": _boxes(field),
        "table": None,
    }
    if "fields" in field:
        heads = [inner["label"]["th"] + _unit(inner) for inner in field["fields"]]
        row["table"] = {"heads": heads, "rows": [[""] * len(heads)] * EMPTY_ROWS}
    return row


def _boxes(field: Field) -> list[str]:
    if field["type"] == "yes_no":
        return [YES, NO]
    return [choice["th"] for choice in field.get("choices", ())]


def _unit(field: Field) -> str:
    return f" ({field['unit']['th']})" if "unit" in field else ""
