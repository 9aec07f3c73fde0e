"""A trial round: one district files, then all of it is purged and shown to be gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tools.journey import rounds, trial_first
from tools.journey.client import Api, Facts, JourneyFailed, Refused, wait_for
from tools.journey.filing import Filer, await_figures, tally
from tools.journey.screen import Step
from tools.journey.traces import find_documents, has_trial_log
from tools.stack import Stack

GONE_SECONDS = 30.0
# What may still name a purged round: both tombstones, and the job that purged it.
REMAINS = {
    "sucharit_aggregation.rounds": 1,
    "sucharit_reports.jobs": 1,
    "sucharit_reports.rounds": 1,
}


@dataclass(frozen=True, slots=True)
class District:
    """Where the rehearsal is, and the usernames of its officers."""

    code: str
    name: str
    officers: Sequence[str]


def rehearse(
    stack: Stack,
    operator: Api,
    filer: Filer,
    district: District,
    live_id: str,
    now: datetime,
    step: Step,
) -> Facts:
    """Open a trial for the district, file all of it, purge it; return what was purged.

    The live round that comes after is refused before. Raises JourneyFailed when anything of the
    trial is left.
    """
    draft = rounds.proposal("trial", 1, now=now, scope={"district": district.code})
    trial_first.purge_left(operator, draft, step)
    round_ = rounds.open_round(operator, draft, len(district.officers) // rounds.GROUPS, step)
    round_id = round_["id"]
    filed = filer.file_all(round_id, district.officers, step.show)
    figures = await_figures(lambda: _figures(operator, round_id)["total"], tally(filed))
    step.say(f"อำเภอ{district.name}: {figures['filed']} of {figures['expected']} filed")
    if not has_trial_log(stack, round_id):
        raise JourneyFailed(f"the events of {round_id} have no stream of their own")
    trial_first.show_refused(operator, live_id, round_id, step)
    result = operator.job(operator.post(f"/v1/rounds/{round_id}/purge"), step.show)
    step.say(
        f"purged: {result['obligations']} obligations, {result['filings']} filings, "
        f"{result['drafts']} drafts; the signed statement remains"
    )
    _require_gone(stack, operator, round_id, step)
    return result


def _require_gone(stack: Stack, operator: Api, round_id: str, step: Step) -> None:
    if has_trial_log(stack, round_id):
        raise JourneyFailed(f"the stream of {round_id} is still there")
    if operator.get("/v1/obligations", round=round_id)["items"]:
        raise JourneyFailed(f"obligations of {round_id} are still listed")
    status = _status_of(operator, f"/v1/rounds/{round_id}")
    if status != 410:
        raise JourneyFailed(f"GET /v1/rounds/{round_id} answers {status}, not 410")
    wait_for(
        lambda: _status_of(operator, f"/v1/completeness?round={round_id}&by=country") == 404,
        GONE_SECONDS,
        f"completeness still knows {round_id}",
    )
    found: Facts = {}

    def only_remains() -> bool:
        found.clear()
        found.update(find_documents(stack.site, round_id))
        return found == REMAINS

    try:
        wait_for(only_remains, GONE_SECONDS, "")
    except JourneyFailed as late:
        raise JourneyFailed(f"{round_id} is still named in {found}, not only {REMAINS}") from late
    where = ", ".join(f"{name} {count}" for name, count in found.items())
    step.say("gone: round 410, completeness 404, no obligation, no stream")
    step.say(f"the id is left in every database only here: {where} (tombstones and job records)")


def _status_of(operator: Api, path: str) -> int:
    try:
        operator.get(path)
    except Refused as refused:
        return refused.status
    return 200


def _figures(operator: Api, round_id: str) -> Facts:
    return operator.get("/v1/completeness", round=round_id, by="country")
