"""A live round waits until every trial of its form and year is purged."""

from __future__ import annotations

from tools.journey.client import Api, Facts, JourneyFailed, Refused
from tools.journey.screen import Step


def purge_left(operator: Api, like: Facts, step: Step) -> None:
    """Purge the trials that a run which broke off has left of a round's form and year."""
    for round_ in list(operator.each("/v1/rounds")):
        if round_["mode"] == "trial" and _about(round_) == _about(like):
            operator.job(operator.post(f"/v1/rounds/{round_['id']}/purge"), step.show)
            step.say(f"purged {round_['id']}, left by an earlier run")


def show_refused(operator: Api, live_id: str, trial_id: str, step: Step) -> None:
    """Show that the live round is refused while the trial stands. Raises JourneyFailed."""
    try:
        operator.post(f"/v1/rounds/{live_id}/open")
    except Refused as refused:
        if refused.code != "trial_not_purged" or trial_id not in str(refused):
            raise
        step.say(f"opening {live_id} over it: {refused.status} {refused.code}")
        return
    raise JourneyFailed(f"{live_id} was opened over the trial {trial_id}")


def show_linked(operator: Api, live: Facts, trial_id: str, step: Step) -> None:
    """Show the purge statement that the live round links to. Raises JourneyFailed."""
    urls = {each["round_id"]: each["purge_statement_url"] for each in live["purged_trials"]}
    if trial_id not in urls:
        raise JourneyFailed(f"{live['id']} does not link to the purge of {trial_id}")
    purged = operator.get(urls[trial_id])
    step.say(f"after {trial_id}, purged {purged['purged_at']}: {urls[trial_id]}")


def _about(round_: Facts) -> tuple[str, int, str]:
    return round_["kind"], round_["year_be"], round_["form"]["id"]
