"""Every filing as it goes over the wire, made before the clock runs."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.forms import Form
from contracts.reference.calendar import BANGKOK
from contracts.reference.code_groups import CodeGroup
from tools.journey import rounds
from tools.journey.answers import invent
from tools.journey.client import Api, Facts
from tools.journey.screen import Step
from tools.peak.country import SignedInSlot

READERS = 1_000
REVISION = "revision 0000"  # in a free text, so that an amendment changes something


@dataclass(frozen=True, slots=True)
class Report:
    """One filer's report: who, on what, and the body as JSON without what a revision changes."""

    token: str
    duty: str
    body: bytes


class Requests:
    """The requests of a country's filers on one round, in random order."""

    def __init__(self, round_id: str, reports: Sequence[Report]) -> None:
        self._round_id = round_id
        self._reports = reports

    def __len__(self) -> int:
        return len(self._reports)

    @classmethod
    def of(
        cls, operator: Api, filers: Sequence[SignedInSlot], round_id: str, step: Step
    ) -> Requests:
        """Have every filer answer every field of the form."""
        owed = {
            (duty["organisation"]["code"], duty["code_group"]): duty["id"]
            for duty in operator.each("/v1/obligations", round=round_id)
        }
        groups = {str(group.number): group.value for group in CodeGroup}
        now = datetime.now(BANGKOK)
        form, today = rounds.form_asked(operator, now), now.date()
        judged = Form(form)
        made = []
        for number, filer in enumerate(filers):
            code, _, group = filer.username.partition("-")
            duty = owed[code, groups[group]]
            answers = invent(form, duty, on=today, everything=True) | {"suggestions": REVISION}
            notes = {warning.check: "ตรวจสอบแล้ว" for warning in judged.warnings(answers)}
            report = {"form_version": judged.version, "answers": answers, "notes": notes}
            made.append(Report(filer.token, duty, _json(report)))
            step.show(number + 1, len(filers))
        random.Random(round_id).shuffle(made)  # noqa: S311 (no secret)
        requests = cls(round_id, made)
        step.say(f"{len(made):,} filings, {len(requests.one(0, 0)):,} bytes each")
        return requests

    def originals(self) -> list[bytes]:
        """Return the first filing of each."""
        return [self.one(filer, 0) for filer in range(len(self))]

    def one(self, filer: int, revision: int) -> bytes:
        """Return a filer's original, or its amendment of that revision."""
        report = self._reports[filer]
        return _request(
            f"POST /v1/obligations/{report.duty}/filings",
            report.token,
            self._body(report, revision),
            f"Idempotency-Key: {report.duty}.{revision}\r\nContent-Type: application/json\r\n",
        )

    def bodies(self) -> list[bytes]:
        """Return the body of the first filing of each."""
        return [self._body(report, 0) for report in self._reports]

    @staticmethod
    def _body(report: Report, revision: int) -> bytes:
        kind: Facts = {"kind": "original"}
        if revision:
            kind = {"kind": "amendment", "base_revision": revision, "reason": "ทดสอบระบบ"}
        said = report.body.replace(REVISION.encode(), b"revision %04d" % revision)
        return _json(kind)[:-1] + b"," + said[1:]

    def listings(self) -> list[bytes]:
        """Return what an officer who only looks asks for, of some of them."""
        path = f"GET /v1/obligations?round={self._round_id}"
        return [_request(path, report.token) for report in self._reports[:READERS]]


def _json(facts: Facts) -> bytes:
    return json.dumps(facts, ensure_ascii=False).encode()


def _request(line: str, token: str, body: bytes = b"", more: str = "") -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    head = (
        f"{line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{more}{length}\r\n"
    )
    return head.encode() + body
