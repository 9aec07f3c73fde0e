"""Drafting and opening rounds."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from contracts.fields import wire_time
from contracts.forms import for_year
from contracts.reference.calendar import BANGKOK, to_be_year
from contracts.reference.years import Year, YearBasis
from tools.journey.client import Api, Facts, JourneyFailed, wait_for
from tools.journey.screen import Step

FORM = {"id": "ethics", "version": 1}
EVENTS_SECONDS = 180.0
GROUPS = 3
LAST_NUMBER = 99


def proposal(mode: str, no: int, *, now: datetime, **more: Any) -> Facts:
    """Return a round around today: open since a month, due in one, closed in two."""
    return {
        "kind": "ethics",
        "year_be": this_year(now).be,
        "no": no,
        "form": FORM,
        "mode": mode,
        "opens_at": _at(now, -30, time.min),
        "lao_due_at": end_of_day(now, 30),
        "closes_at": end_of_day(now, 60),
        "central_due_at": end_of_day(now, 75),
        **more,
    }


def this_year(now: datetime) -> Year:
    """Return the calendar year in Bangkok: ethics are reported on by calendar years."""
    return Year(to_be_year(now.astimezone(BANGKOK).year), YearBasis.CALENDAR)


def form_asked(operator: Api, now: datetime) -> Facts:
    """Return the form as it is asked in a round of this year."""
    served = operator.get(f"/v1/forms/{FORM['id']}/versions/{FORM['version']}")
    return dict(for_year(served, this_year(now)))


def due_yesterday(district: str, now: datetime) -> Facts:
    """Return the exception by which whatever a district files today is late."""
    return {
        "scope": {"district": district},
        "lao_due_at": end_of_day(now, -1),
        "order_no": "SYNTHETIC 1/2568",
        "reason": "กำหนดส่งก่อนเพื่อการสาธิต",
    }


def end_of_day(now: datetime, days: int) -> str:
    """Return the last second of the day so many days from now, in Bangkok."""
    return _at(now, days, time(23, 59, 59))


def next_number(operator: Api, now: datetime) -> int:
    """Return the first number no live round of this year has."""
    year = this_year(now).be
    taken = {
        round_["no"]
        for round_ in operator.each("/v1/rounds")
        if (round_["mode"], round_["year_be"]) == ("live", year)
    }
    free = max(taken, default=0) + 1
    if free > LAST_NUMBER:
        raise JourneyFailed(f"year {year} has {LAST_NUMBER} rounds; `make clean` begins anew")
    return free


def open_round(operator: Api, draft: Facts, laos: int, step: Step) -> Facts:
    """Draft the round and open it; return it."""
    drafted: Facts = operator.post("/v1/rounds", json=draft).json()
    return open_drafted(operator, drafted["id"], laos, step)


def open_drafted(operator: Api, round_id: str, laos: int, step: Step) -> Facts:
    """Wait until reports knows every LAO of a drafted round, open it; return it."""
    where = f"/v1/rounds/{round_id}"
    wanted = GROUPS * laos
    wait_for(
        lambda: operator.get(where)["expected_obligations"] == wanted,
        EVENTS_SECONDS,
        f"{where} does not expect {wanted:,} obligations",
    )
    opened = operator.job(operator.post(f"{where}/open"), step.show)
    if opened["obligations"] != wanted:
        raise JourneyFailed(f"{opened['obligations']:,} obligations were made, not {wanted:,}")
    round_ = operator.get(where)
    step.say(f"round {round_['id']} is {round_['state']}: {round_['obligations']:,} obligations")
    return round_


def _at(now: datetime, days: int, moment: time) -> str:
    day = now.astimezone(BANGKOK).date() + timedelta(days=days)
    return wire_time(datetime.combine(day, moment, BANGKOK))
