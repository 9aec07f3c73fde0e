"""Slots of a part of the country, signed in, and what each files: the same for every contender."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.forms import Form
from contracts.reference.code_groups import CodeGroup
from tools.journey import rounds
from tools.journey.answers import invent
from tools.journey.client import Api, Facts, JourneyFailed, in_parallel
from tools.journey.codes import hand_out, issue_codes
from tools.journey.screen import Step
from tools.programs import HOST


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing of one slot, yet to be addressed."""

    obligation_id: str
    token: str
    body: bytes

    def request(self, port: int) -> bytes:
        """Return the whole request to whoever hears HTTP there; each contender reads its part."""
        head = (
            f"POST /v1/obligations/{self.obligation_id}/filings HTTP/1.1\r\n"
            f"Host: {HOST}:{port}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Idempotency-Key: {self.obligation_id}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


def provinces_for(laos: Sequence[Facts], slots: int) -> list[str]:
    """Return the fewest provinces that have so many slots, the largest first.

    Raises JourneyFailed when the whole country has not.
    """
    chosen, found = [], 0
    for province, count in Counter(lao["province_code"] for lao in laos).most_common():
        if found >= slots:
            return chosen
        chosen.append(province)
        found += count * rounds.GROUPS
    if found < slots:
        raise JourneyFailed(f"the registry has {found:,} slots, not {slots:,}")
    return chosen


def sign_in(
    anyone: Api, operator: Api, provinces: Sequence[str], slots: int, password: str, step: Step
) -> dict[str, str]:
    """Activate the provinces and sign so many of their officers in; return tokens by username."""
    slips: list[Facts] = []
    for province in provinces:
        issuance = issue_codes(operator, {"province": province}, step, reissue=False)
        slips += hand_out(anyone, operator, issuance, password, step)

    def token(slip: Facts) -> tuple[str, str]:
        body = {"username": slip["username"], "password": password, "takeover": True}
        return slip["username"], anyone.post("/v1/sessions", json=body).json()["token"]

    return dict(in_parallel(token, slips[:slots], step.show))


def filings_of(
    operator: Api, round_id: str, form: Facts, tokens: dict[str, str], now: datetime, step: Step
) -> list[Filing]:
    """Return what each slot files in the round, every field answered, in random order."""
    owed = {
        (duty["organisation"]["code"], duty["code_group"]): duty["id"]
        for duty in operator.each("/v1/obligations", round=round_id)
    }
    groups = {str(group.number): group.value for group in CodeGroup}
    judged = Form(form)
    made = []
    for username, token in tokens.items():
        code, _, group = username.partition("-")
        duty = owed[code, groups[group]]
        made.append(Filing(duty, token, _body(judged, duty, now)))
        step.show(len(made), len(tokens))
    random.Random(round_id).shuffle(made)  # noqa: S311 (no secret)
    return made


def _body(form: Form, duty: str, now: datetime) -> bytes:
    answers = invent(form.definition, duty, on=now.date(), everything=True)
    notes = {warning.check: "ตรวจสอบแล้ว" for warning in form.warnings(answers)}
    report = {"form_version": form.version, "answers": answers, "notes": notes}
    return json.dumps({"kind": "original", **report}, ensure_ascii=False).encode()
