"""How a round is made from a proposal, and what is said of it when it opens or goes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from chassis.listener import Heard
from collecting.kind import Events
from collecting.rounds.rules import Mode, Round, RoundState, SignOff
from collecting.rounds.shapes import read_exception, read_scope
from contracts.collecting.due_dates import is_past
from contracts.collecting.rounds import ProposedRoundFacts, RoundChangeFacts, RoundWarningFacts
from contracts.errors import InvalidInput, Wording
from contracts.events import Event
from contracts.fields import read_time
from contracts.reference.years import Year, YearBasis

Facts = dict[str, Any]
# Bangkok.
IN_NO_DISTRICT = ""
_TIMES = ("opens_at", "lao_due_at", "closes_at", "central_due_at", "corrections_close_at")
_YEARS: tuple[Literal["year_be"], Literal["fiscal_year_be"]] = ("year_be", "fiscal_year_be")
_BASIS_TH = {YearBasis.CALENDAR: "ปีปฏิทิน", YearBasis.FISCAL: "ปีงบประมาณ"}
_NO_YEAR = Wording("required", "ต้องระบุปี พ.ศ. ที่รายงาน", "Give the year reported on.")
_TWO_YEARS = Wording(
    "two_years",
    "year_be และ fiscal_year_be ต้องเป็นปีเดียวกัน โปรดระบุเพียงชื่อเดียว",
    "year_be and fiscal_year_be are two names of one year; give one of them.",
)


def drafted(proposal: ProposedRoundFacts, basis: YearBasis) -> Round:
    """Return the round a proposal describes, of a form whose years have that basis.

    Raises InvalidInput on a year that is not clear and on times out of order.
    """
    year = _year_of(proposal, basis)
    name = f"{proposal['kind']}-{year.be}-{proposal['no']}"
    mode = Mode(proposal["mode"])
    round_ = Round(
        id=name if mode is Mode.LIVE else f"{name}-trial{secrets.token_hex(3)}",
        kind=proposal["kind"],
        year_be=year.be,
        year_basis=year.basis,
        no=proposal["no"],
        form_id=proposal["form"]["id"],
        form_version=proposal["form"]["version"],
        mode=mode,
        opens_at=read_time(proposal["opens_at"]),
        lao_due_at=read_time(proposal["lao_due_at"]),
        closes_at=read_time(proposal["closes_at"]),
        central_due_at=_time_or_none(proposal.get("central_due_at")),
        state=RoundState.DRAFT,
        scope=read_scope(proposal.get("scope") or {}),
        due_exceptions=tuple(map(read_exception, proposal.get("due_exceptions", ()))),
        corrections_close_at=_time_or_none(proposal.get("corrections_close_at")),
        late_if_amended_as=tuple(proposal.get("late_if_amended_as", ())),
        sign_off=SignOff(proposal.get("sign_off", SignOff.NONE)),
    )
    return _in_order(round_)


def changed(round_: Round, changes: RoundChangeFacts) -> Round:
    """Return the round with other times or due exceptions. Raises InvalidInput."""
    given: Mapping[str, Any] = changes
    values: Facts = {name: _time_or_none(given[name]) for name in _TIMES if name in given}
    if "due_exceptions" in changes:
        values["due_exceptions"] = tuple(map(read_exception, changes["due_exceptions"]))
    if "late_if_amended_as" in changes:
        values["late_if_amended_as"] = tuple(changes["late_if_amended_as"])
    if "sign_off" in changes:
        values["sign_off"] = SignOff(changes["sign_off"])
    return _in_order(replace(round_, **values))


def _in_order(round_: Round) -> Round:
    due = [round_.lao_due_at, *(exception.lao_due_at for exception in round_.due_exceptions)]
    if not all(round_.opens_at < due_at <= round_.closes_at for due_at in due):
        raise InvalidInput(
            pointer="/lao_due_at",
            reason="วันครบกำหนดของ อปท. ต้องอยู่หลังวันเปิดรับ และไม่เกินวันปิดรับ",
        )
    if round_.central_due_at is not None and round_.central_due_at < max(due):
        raise InvalidInput(
            pointer="/central_due_at", reason="วันครบกำหนดของ ก.ถ. ต้องไม่อยู่ก่อนวันครบกำหนดของ อปท."
        )
    if round_.corrections_close_at is not None and round_.corrections_close_at < round_.closes_at:
        raise InvalidInput(pointer="/corrections_close_at", reason="วันสิ้นสุดการแก้ไขต้องไม่อยู่ก่อนวันปิดรับ")
    return round_


def _year_of(proposal: ProposedRoundFacts, basis: YearBasis) -> Year:
    """Return the year by either of its names. Raises InvalidInput."""
    named = {proposal[name] for name in _YEARS if name in proposal}
    if len(named) != 1:
        raise InvalidInput(pointer="/year_be", reason=_TWO_YEARS if named else _NO_YEAR)
    if proposal.get("year_basis", basis) != basis:
        raise InvalidInput(
            pointer="/year_basis",
            reason=Wording(
                "wrong_basis",
                f"แบบรายงานนี้รายงานตาม{_BASIS_TH[basis]} โปรดระบุ year_basis เป็น {basis} หรือไม่ต้องระบุ",
                f"This form reports on {basis} years. Give the year_basis {basis}, or none.",
            ),
        )
    return Year(named.pop(), basis)


def warnings(round_: Round, *, at: datetime) -> list[RoundWarningFacts]:
    """Return which dates of a round that is to be opened lie in the past already."""
    times = [(f"/{name}", getattr(round_, name)) for name in _TIMES]
    times += [
        (f"/due_exceptions/{n}/lao_due_at", each.lao_due_at)
        for n, each in enumerate(round_.due_exceptions)
    ]
    return [
        {
            "pointer": pointer,
            "code": "in_the_past",
            "message": "This is in the past already.",
            "message_th": "วันเวลานี้ผ่านไปแล้ว โปรดตรวจสอบก่อนเปิดรอบ",
        }
        for pointer, time in times
        if time is not None and is_past(time, at)
    ]


def _time_or_none(text: str | None) -> datetime | None:
    return None if text is None else read_time(text)


def opened_event(round_: Round, events: Events) -> Event:
    """Return what is announced when every obligation is there."""
    return events.round_opened(
        round_id=round_.id,
        mode=round_.mode.value,
        kind=round_.kind,
        fiscal_year_be=round_.year_be,
        no=round_.no,
        form_id=round_.form_id,
        form_version=round_.form_version,
        opens_at=round_.opens_at,
        lao_due_at=round_.lao_due_at,
        closes_at=round_.closes_at,
        obligations=round_.obligations,
    )


def purged_event(facts: Facts, events: Events, *, at: datetime, statement: str) -> Event:
    """Return what is announced when a trial is gone."""
    return events.trial_purged(
        round_id=facts["round_id"],
        obligations=facts["obligations"],
        filings=facts["filings"],
        drafts=facts["drafts"],
        purged_at=at,
        statement=statement,
    )


def lao_facts(heard: Iterable[Heard]) -> list[Facts]:
    """Return what is kept of the LAOs among announced organisations."""
    return [
        {
            "_id": event.organisation_id,
            "code": event.code,
            "type": event.type,
            "full_name": event.full_name,
            "province_code": event.province_code,
            "district_code": event.district_code or IN_NO_DISTRICT,
            "district_name": event.district or IN_NO_DISTRICT,
            "changed_at": event.changed_at,
        }
        for event, _ in heard
        if event.kind == "lao"
    ]
