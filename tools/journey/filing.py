"""Officers at work: each signs in, looks up what is owed, and files it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tools.journey.answers import Answers, invent, notes_on
from tools.journey.client import Api, Facts, JourneyFailed, Show, fresh_key, in_parallel, wait_for

RECORDED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How one officer goes about it."""

    draft: bool = False
    nil: bool = False
    amend: bool = False
    repeat: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it is a report, and nothing was amended in it."""
        return not (self.nil or self.amend)

    @classmethod
    def of(cls, number: int) -> Manner:
        """Return the manner of the officer of that number: 25 % draft, 10 % nil, 15 % amend."""
        return cls(
            draft=number % 4 == 1,
            nil=number % 10 == 3,
            amend=number % 20 in (1, 7, 13),
            repeat=number == 0,
        )


@dataclass(frozen=True, slots=True)
class Filed:
    """What one officer filed: receipt and answers of each revision."""

    username: str
    manner: Manner
    district: str
    revisions: tuple[tuple[Facts, Answers], ...]
    on_time: bool

    @property
    def receipt(self) -> Facts:
        """The first receipt, whose time counts."""
        return self.revisions[0][0]


@dataclass(frozen=True, slots=True)
class Filer:
    """Files for any officer, on one form."""

    anyone: Api
    password: str
    form: Facts
    today: date

    def file_all(self, round_id: str, usernames: Sequence[str], show: Show) -> list[Filed]:
        """File for every officer, many at once, each in the manner of its place in the list."""
        numbered = list(enumerate(usernames))
        return in_parallel(
            lambda one: self.file(one[1], round_id, Manner.of(one[0])), numbered, show
        )

    def file(self, username: str, round_id: str, manner: Manner) -> Filed:
        """Sign in, see what is owed, and file it."""
        officer, _ = self.anyone.signed_in(username, self.password)
        owed = officer.get("/v1/obligations", round=round_id)["items"]
        if len(owed) != 1:
            raise JourneyFailed(f"{username} owes {len(owed)} reports in {round_id}, not 1")
        duty = f"/v1/obligations/{owed[0]['id']}"
        answers = invent(self.form, owed[0]["id"], on=self.today, nil=manner.nil)
        if manner.draft:
            _save_half(officer, duty, answers)
        kind = "nil" if manner.nil else "original"
        revisions = [(self._submit(officer, duty, answers, manner.repeat, kind=kind), answers)]
        if manner.amend:
            other = invent(self.form, f"{owed[0]['id']}/2", on=self.today)
            why: Facts = {"base_revision": 1, "reason": "SYNTHETIC แก้ไขตัวเลขที่กรอกผิด"}
            receipt = self._submit(officer, duty, other, kind="amendment", **why)
            revisions.append((receipt, other))
        district, on_time = owed[0]["organisation"]["district_code"], revisions[0][0]["on_time"]
        return Filed(username, manner, district, tuple(revisions), on_time)

    def amend(self, filed: Filed) -> Filed:
        """Correct what was returned; return what is filed now."""
        officer, _ = self.anyone.signed_in(filed.username, self.password)
        owed_id = filed.receipt["obligation_id"]
        answers = invent(self.form, f"{owed_id}/returned", on=self.today)
        why: Facts = {"base_revision": len(filed.revisions), "reason": "SYNTHETIC แก้ไขตามที่ส่งคืน"}
        duty = f"/v1/obligations/{owed_id}"
        receipt = self._submit(officer, duty, answers, kind="amendment", **why)
        return replace(
            filed,
            manner=replace(filed.manner, amend=True),
            revisions=(*filed.revisions, (receipt, answers)),
        )

    def _submit(
        self, officer: Api, duty: str, answers: Answers, repeat: bool = False, **more: Any
    ) -> Facts:
        """File, wait if it is taken in but not recorded, and return the receipt."""
        notes = notes_on(self.form, answers, nil=more["kind"] == "nil")
        version = self.form["version"]
        body = {"answers": answers, "form_version": version, "notes": notes, **more}
        key = fresh_key()
        answer = officer.post(f"{duty}/filings", json=body, headers=key)
        receipt = _receipt(officer, answer.status_code, answer.json())
        if repeat:
            again = officer.post(f"{duty}/filings", json=body, headers=key)
            replayed = again.headers.get("Idempotency-Replayed") == "true"
            if not replayed or again.json().get("receipt") != receipt:
                raise JourneyFailed(f"a repeat of {key['Idempotency-Key']} was not answered alike")
        return receipt


def _receipt(officer: Api, status: int, told: Facts) -> Facts:
    if status == 201:
        return told["receipt"]

    def decided() -> Facts | None:
        filing = officer.get(told["status_url"])
        return filing if filing["state"] != "accepted" else None

    filing = wait_for(decided, RECORDED_SECONDS, f"{told['filing_id']} is still not recorded")
    if filing["state"] == "rejected":
        raise JourneyFailed(f"{told['filing_id']} was rejected: {filing['problem']}")
    return officer.get(f"/v1/filings/{told['filing_id']}/receipt")


def _save_half(officer: Api, duty: str, answers: Answers) -> None:
    """Save every other answer as a draft, made from what is there."""
    there = officer.ask("GET", f"{duty}/draft")
    half = dict(list(answers.items())[::2])
    made_from = {"If-Match": there.headers["ETag"]}
    saved = officer.ask("PUT", f"{duty}/draft", headers=made_from, json={"answers": half}).json()
    if saved["answers"] != half or not saved["missing"]:
        raise JourneyFailed(f"the draft of {duty} was not kept as it was typed")


def tally(filed: Iterable[Filed]) -> dict[str, int]:
    """Count what was filed, in the words of completeness."""
    counted: Counter[str] = Counter(filed=0, on_time=0, late=0, nil=0, amended=0)
    for one in filed:
        counted["filed"] += 1
        counted["on_time" if one.on_time else "late"] += 1
        counted["nil"] += one.manner.nil and not one.manner.amend  # an amendment reports
        counted["amended"] += one.manner.amend
    return dict(counted)


def await_figures(
    look: Callable[[], Facts], wanted: dict[str, int], seconds: float = 30.0
) -> Facts:
    """Wait until the row of figures says what was counted here. Raises JourneyFailed."""
    row: Facts = {}

    def agrees() -> bool:
        row.update(look())
        return all(row[name] == count for name, count in wanted.items())

    try:
        wait_for(agrees, seconds, "")
    except JourneyFailed as late:
        differing = ", ".join(
            f"{name} {row[name]:,} instead of {count:,}"
            for name, count in wanted.items()
            if row[name] != count
        )
        raise JourneyFailed(f"completeness differs from what was filed: {differing}") from late
    return row
