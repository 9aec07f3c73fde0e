"""A trouble an organisation reports, who may read it and who may answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from collecting.rounds.rules import Mode, Round, RoundState
from contracts.collecting.rounds import RoundNotInState
from contracts.errors import InvalidInput
from contracts.principal import Place, Principal, Role
from contracts.reports.problem_categories import get_problem_category
from contracts.reports.problems import ProblemReportNotFound

REPORTING = (Role.LAO_OFFICER, Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER)
ANSWERING = (
    Role.DISTRICT_OFFICER,
    Role.PROVINCE_OFFICER,
    Role.CENTRAL_HR_BODY,
    Role.CODE_OWNER,
    Role.OPERATOR,
)
CIRCULATING = (Role.CENTRAL_HR_BODY, Role.OPERATOR)
"""Who speaks to every slot of the country, and into the report to the ethics board."""
OPENED = (RoundState.OPEN, RoundState.CLOSED)


class ProblemState(StrEnum):
    """Whether anybody has answered."""

    OPEN = "open"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class ProblemAnswer:
    """What an office above says to it; circulated, everybody may read it."""

    text: str
    circulate: bool
    answered_at: datetime
    username: str
    role: str
    request_id: str = ""
    request_sha256: str = ""


@dataclass(frozen=True, slots=True)
class ProblemReport:
    """A trouble met in a round. The words are the reporter's and are shown to nobody else's."""

    id: str
    request_sha256: str
    round_id: str
    mode: Mode
    category: str
    text: str
    reported_at: datetime
    slot_id: str
    username: str
    holder_name: str | None
    organisation_id: str | None
    organisation_name: str | None
    province_code: str
    district_code: str
    code_group: str | None
    answers: tuple[ProblemAnswer, ...] = ()
    version: int = 1

    @property
    def state(self) -> ProblemState:
        """Answered once somebody has answered."""
        return ProblemState.ANSWERED if self.answers else ProblemState.OPEN

    def require_seen_by(self, by: Principal) -> None:
        """Refuse whoever neither reported it nor stands above. Raises ProblemReportNotFound."""
        place = Place(self.province_code, self.district_code, self.organisation_id or "")
        above = by.role is not Role.LAO_OFFICER and by.covers(place)
        if not (above or by.slot_id == self.slot_id):
            raise ProblemReportNotFound(problem_id=self.id)

    def answer(self, by: Principal, *, text: str, circulate: bool, at: datetime) -> ProblemAnswer:
        """Return what an office above says to it.

        Raises ProblemReportNotFound, OutOfScope for whoever does not stand above the reporter, and
        for whoever would circulate it without speaking for the whole country.
        """
        self.require_seen_by(by)
        by.require_role(*(role for role in ANSWERING if by.slot_id != self.slot_id))
        if circulate:
            by.require_role(*CIRCULATING)
        return ProblemAnswer(text, circulate, at, by.username, by.role.value)


def require_reportable(category: str, round_: Round, *, on: date) -> None:
    """Refuse a category no longer offered and a round nobody takes part in yet.

    Raises InvalidInput, RoundNotInState.
    """
    if not get_problem_category(category).is_offered(on):
        raise InvalidInput(pointer="/category", reason="หมวดปัญหานี้ไม่ใช้แล้ว โปรดเลือกหมวดอื่น")
    if round_.state not in OPENED:
        raise RoundNotInState(state=round_.state, needed=" / ".join(OPENED))
