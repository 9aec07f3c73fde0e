"""Answers to the ethics forms, in a round of 2569: a valid default, override what matters."""

from typing import Any


def some_answers(**changes: Any) -> dict[str, Any]:
    answers = {
        "head_status": "acting",
        "head_name": "สมมติ ตัวอย่าง",
        "head_position": "ปลัดปฏิบัติหน้าที่นายก",
        "deputies": [{"name": "สมมุติ ทดสอบ", "position": "รองนายก"}],
        "reporter_name": "ทดลอง สมมติ",
        "reporter_position": "นิติกร",
        "reporter_phone": "020000000",
        "reporter_email": "officer@lao.example",
        "headcount": 42,
        "code_published": True,
        "code_evidence_url": "https://lao.example/ethics",
        "ethics_rules_exists": False,
        "advisory_team": True,
        "advisory_team_url": "https://lao.example/team",
        "dos_donts": False,
        "trainings": [
            {"name": "อบรม", "held_on": "2026-03-03", "participants": 30, "budget": 1500.5}
        ],
        "hr_process_used": ["salary", "development"],
        "score_source": "ita_total",
        "score": 88.25,
        "complaints_received": 1,
        "complaints_closed": 1,
        "complaints_pending": 0,
        "outcomes": [{"outcome": "ว่ากล่าวตักเตือน", "cases": 1}],
        "problems": "-",
        "suggestions": "-",
        "certified_by": "สมมติ ตัวอย่าง",
        "certified_on": "2026-10-20",
    }
    return answers | changes


def fuller_answers(**changes: Any) -> dict[str, Any]:
    """Answers that also say something to the questions that came later."""
    answers = {
        **some_answers(),
        "hr_process_used": ["salary", "development", "other"],
        "hr_process_other": "โยกย้าย",
    }
    return answers | changes


def nil_answers() -> dict[str, Any]:
    asked = (
        "head_status head_name head_position reporter_name reporter_position reporter_phone "
        "headcount certified_by certified_on"
    )
    return {name: some_answers()[name] for name in asked.split()}
