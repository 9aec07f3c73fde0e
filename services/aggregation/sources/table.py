"""All sources together: which events say what, and what they say."""

from __future__ import annotations

from contracts.collecting.events import OfRound
from services.aggregation.domain import Standing
from services.aggregation.sources.reports import REPORTS
from services.aggregation.sources.statements import Source, Statement

SOURCES = (REPORTS,)
SUBJECTS = {key: name for source in SOURCES for key, name in source.subjects.items()}
ROUND_OPENED = tuple(source.round_opened for source in SOURCES)
TRIAL_PURGED = tuple(source.trial_purged for source in SOURCES)
_SOURCE_OF: dict[type[OfRound], Source] = {
    event: source for source in SOURCES for event in source.statements
}


def saying(statement: Statement) -> tuple[type[OfRound], ...]:
    """Return the events of all sources that say so."""
    said = (item for source in SOURCES for item in source.statements.items())
    return tuple(event for event, says in said if says is statement)


def said_by(event: OfRound) -> list[Standing]:
    """Return what an event says. Raises KeyError on a place, type or subject that is not."""
    return _SOURCE_OF[type(event)].said_by(event)
