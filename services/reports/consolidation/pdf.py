"""The consolidated report as pages: what `consolidation.typ` says, in the words it says it in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from contracts.reference.years import Year, YearBasis
from services.reports.consolidation.xlsx import (
    COLUMNS,
    GROUPS,
    STATISTICS,
    answers_in_words,
    in_words,
)

Content = dict[str, Any]
TEMPLATE = Path(__file__).with_name("consolidation.typ")
IN_NO_DISTRICT = "ไม่สังกัดอำเภอ"
_NO_FIGURE = "–"


def pages_of(content: Content, sha256: str) -> Content:
    """Return what the pages say."""
    round_, figures = content["round"], content["figures"]
    return {
        "title": f"รายงานภาพรวม {round_['id']}",
        "trial": round_["mode"] == "trial",
        "form": round_["form"]["title_th"],
        "year": _year(round_).title_th,
        "no": str(round_["no"]),
        "round": round_["id"],
        "as_of": in_words(content["as_of"]),
        "lao_due": in_words(round_["lao_due_at"]),
        "central_due": in_words(round_["central_due_at"]) if round_["central_due_at"] else "",
        "closed": f"ปิดรับแล้วเมื่อ {in_words(round_['closed_at'])}"
        if round_["closed_at"]
        else "ยังไม่ปิดรับ ตัวเลขเปลี่ยนได้จนถึงวันปิดรับ",
        "sha256": sha256,
        "columns": list(COLUMNS.values()),
        "total": _row(figures["total"]),
        "tables": [
            {"title": title, "rows": [_row(row) for row in (*figures[name], figures["total"])]}
            for title, name in (
                ("ตามภาค", "by_region"),
                ("ตามประเภท อปท.", "by_type"),
                ("ตามกลุ่มประมวลจริยธรรม", "by_code_group"),
            )
        ],
        "provinces": [_row(row) for row in figures["by_province"]],
        "bars": [
            {
                "name": row["name"],
                "rate": row["rate"] or 0.0,
                "on_time": row["on_time_rate"] or 0.0,
                "told": _number(row["rate"]),
            }
            for row in figures["by_province"]
        ],
        "groups": ["ทุกกลุ่ม", *(f"กลุ่ม {GROUPS[each].number}" for each in _groups(content))],
        **_of_part(content),
        "sections": list(_sections(content)),
        "problems": _problems(content["problems"]),
        "missing_count": _number(figures["total"]["missing"]),
        "missing": list(_missing(content["missing"])),
    }


def _groups(content: Content) -> Iterable[str]:
    groups: Iterable[str] = content.get("code_groups", GROUPS)
    return groups


def _of_part(content: Content) -> Content:
    """Return who reports, and on which groups, where that is not the whole."""
    if "code_groups" not in content:
        return {}
    titles = (f"กลุ่มที่ {GROUPS[each].number} {GROUPS[each].title_th}" for each in _groups(content))
    return {"bodies": " และ ".join(content["bodies_th"]), "about": list(titles)}


def _year(round_: Content) -> Year:
    return Year(round_["fiscal_year_be"], YearBasis(round_.get("year_basis", YearBasis.FISCAL)))


def _row(row: Content) -> list[str]:
    return [row["name"], *(_number(row[name]) for name in COLUMNS)]


def _number(value: float | str | None) -> str:
    """Return a figure with thousands apart, as exact as it was told; rates with two decimals."""
    if value is None:
        return _NO_FIGURE
    return f"{value:,.2f}" if isinstance(value, float) else f"{Decimal(value):,f}"


def _sections(content: Content) -> Iterator[Content]:
    titles = {section["id"]: section["title_th"] for section in content["sections"]}
    for section, questions in groupby(content["questions"], key=lambda one: one["section"]):
        yield {
            "title": f"ส่วน {section} {titles[section]}",
            "questions": [_question(question) for question in questions],
        }


def _question(question: Content) -> Content:
    """Return a question with one row for each of its figures: in all, then by code group."""
    results = [question["all"], *question["by_code_group"].values()]
    rows = [
        ["จำนวนที่ตอบ", *(_number(result["answered"]) for result in results)],
        *(
            [name, *(_number(result[key]) for result in results)]
            for key, name in STATISTICS.items()
            if key in question["all"]
        ),
    ]
    counted = [
        [(label, value) for label, value, unit in answers_in_words(question, result)]
        for result in results
    ]
    if "sum" not in question["all"]:
        rows += [
            [of_one[0][0], *(_number(value) for _, value in of_one)]
            for of_one in zip(*counted, strict=True)
        ]
    unit = f" ({question['unit_th']})" if question["unit_th"] else ""
    return {"label": question["label_th"] + unit, "inner": "/" in question["id"], "rows": rows}


def _problems(problems: Content) -> Content:
    return {
        "rows": [
            [row["name"], _number(row["reported"]), _number(row["answered"])]
            for row in (*problems["by_category"], {"name": "รวม", **problems})
        ],
        "answers": [
            {
                "name": row["name"],
                "texts": [
                    {"at": in_words(answer["answered_at"]), "text": answer["text"]}
                    for answer in row["circulated"]
                ],
            }
            for row in problems["by_category"]
            if row["circulated"]
        ],
    }


def _missing(missing: Iterable[Content]) -> Iterator[Content]:
    """Yield the provinces with their districts, one row for each organisation."""
    for province, of_province in groupby(missing, key=lambda one: one["province_name"]):
        districts = []
        for _, of_district in groupby(of_province, key=lambda one: one["district_code"]):
            rows = [
                list(of_organisation)
                for _, of_organisation in groupby(
                    of_district, key=lambda one: one["organisation_id"]
                )
            ]
            districts.append(
                {
                    "name": rows[0][0]["district_name"] or IN_NO_DISTRICT,
                    "rows": [_organisation(row) for row in rows],
                }
            )
        yield {"name": province, "districts": districts}


def _organisation(row: list[Content]) -> list[str]:
    numbers = (str(GROUPS[one["code_group"]].number) for one in row)
    return [row[0]["organisation_code"], row[0]["organisation_name"], ", ".join(numbers)]
