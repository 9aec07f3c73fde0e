"""Answers to the made-up forms, in a round of 2569: a valid default, override what matters."""

from __future__ import annotations

from typing import Any


def some_answers(**changes: Any) -> dict[str, Any]:
    answers = {
        "registrar_status": "acting",
        "registrar_name": "สมมติ ตัวอย่าง",
        "registrar_position": "ปลัดปฏิบัติหน้าที่นายก",
        "assistants": [{"name": "สมมุติ ทดสอบ", "position": "ผู้ช่วยนายทะเบียน"}],
        "reporter_name": "ทดลอง สมมติ",
        "reporter_position": "นิติกร",
        "reporter_phone": "020000000",
        "reporter_email": "officer@lao.example",
        "issued": 42,
        "fees_published": True,
        "fees_url": "https://lao.example/fees",
        "online": False,
        "inspections": [
            {"name": "อบรม", "held_on": "2025-11-03", "participants": 30, "budget": 1500.5}
        ],
        "goods": ["cloth", "toys"],
        "score_source": "survey",
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
        "goods": ["cloth", "toys", "other"],
        "goods_other": "ดอกไม้",
    }
    return answers | changes


def nil_answers() -> dict[str, Any]:
    asked = (
        "registrar_status registrar_name registrar_position reporter_name reporter_position "
        "reporter_phone issued certified_by certified_on"
    )
    return {name: some_answers()[name] for name in asked.split()}
