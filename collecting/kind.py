"""What differs between one collection and another: subjects, forms, events, words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from contracts.collecting.obligations import SupervisedByAnother
from contracts.errors import OutOfScope
from contracts.events import Event
from contracts.forms import Form
from contracts.principal import Principal, Role
from contracts.reference.calendar import as_bangkok
from contracts.reference.years import Year

Makes = Callable[..., Event]
"""Makes an event of its facts."""


@dataclass(frozen=True, slots=True)
class Supervision:
    """That a body supervises a subject, in rounds that open on a day or later."""

    since: date
    role: Role
    """Of the body's slots."""
    name_th: str
    name: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What one obligation of an organisation is about: of ethics, one of the codes.

    `axis` is what a subject is called in documents, events and answers, and in a caller's own
    facts; `number` tells the subjects of an organisation apart.
    """

    axis: str
    id: str
    number: int
    title_th: str
    shown_th: str
    """With its number, as it stands on a receipt."""
    supervision: tuple[Supervision, ...] = ()
    """Which body supervises it, and which did before."""

    def supervised(self, opens_at: datetime) -> Supervision | None:
        """Return who supervises it in a round that opens then; None for nobody."""
        day = as_bangkok(opens_at).date()
        so_far = [each for each in self.supervision if each.since <= day]
        return max(so_far, key=lambda each: each.since, default=None)

    def is_supervised_by(self, by: Principal, opens_at: datetime) -> bool:
        """Whether the caller supervises it in a round that opens then."""
        supervised = self.supervised(opens_at)
        return supervised is not None and supervised.role is by.role

    def require_supervised_by(self, by: Principal, opens_at: datetime) -> None:
        """Refuse whoever does not supervise it. Raises OutOfScope, SupervisedByAnother."""
        supervised = self.supervised(opens_at)
        if supervised is None or by.area != "country" or by.role is Role.OPERATOR:
            raise OutOfScope(username=by.username)
        if supervised.role is not by.role:
            raise SupervisedByAnother(
                subject=self.id,
                subject_th=self.shown_th,
                body=supervised.name,
                body_th=supervised.name_th,
            )

    def is_of(self, by: Principal) -> bool:
        """Whether the caller's slot is there for it: slots of no such axis are for all."""
        return bool(getattr(by, self.axis, self.id) == self.id)


@dataclass(frozen=True, slots=True)
class Words:
    """How a collection is called where people read."""

    axis: str
    receipt: str
    round: str
    """With places for `{year}` and `{no}`."""


@dataclass(frozen=True, slots=True)
class Events:
    """What a collection announces; each takes the facts that the class of ethics has."""

    round_opened: Makes
    round_extended: Makes
    subjects_extended: Makes
    extension_withdrawn: Makes
    subjects_extension_withdrawn: Makes
    round_closed: Makes
    trial_purged: Makes
    obligations_opened: Makes
    due_dates_moved: Makes
    exempted: Makes
    exemption_lifted: Makes
    renamed: Makes
    filed: Makes
    amended: Makes
    nil_confirmed: Makes
    withdrawn: Makes
    returned: Makes
    return_taken_back: Makes
    accepted: Makes
    roll_closed: Makes


@dataclass(frozen=True, slots=True)
class Kind:
    """One collection. An organisation owes a round one obligation for each of its subjects."""

    name: str
    prefix: str
    """What the paths of its API begin with."""
    subjects: tuple[Subject, ...]
    events: Events
    words: Words
    get_form: Callable[[str, int, Year | None], Form]
    """Return a form by id and version, as it is asked in a year. Raises FormNotFound."""
    get_definition: Callable[[str, int], dict[str, Any]]
    """Return a form as it was released. Raises FormNotFound."""

    @property
    def axis(self) -> str:
        """What a subject is called in documents, events and answers."""
        return self.subjects[0].axis

    @property
    def subject_ids(self) -> tuple[str, ...]:
        """The ids of its subjects, by number."""
        return tuple(subject.id for subject in self.subjects)

    @property
    def supervisors(self) -> tuple[Role, ...]:
        """The roles that supervise any of its subjects, in whatever round."""
        roles = (each.role for subject in self.subjects for each in subject.supervision)
        return tuple(dict.fromkeys(roles))

    def ordered_by(self, by: Principal, opens_at: datetime) -> tuple[Subject, ...]:
        """Return the subjects whose obligations the caller's orders reach in a round that opens
        then: those it supervises, of the operator all.
        """
        return tuple(
            each
            for each in self.subjects
            if by.role is Role.OPERATOR or each.is_supervised_by(by, opens_at)
        )

    def subject(self, subject_id: str) -> Subject:
        """Return a subject by its id. Raises StopIteration for none of ours."""
        return next(each for each in self.subjects if each.id == subject_id)

    def subject_of(self, by: Principal) -> str | None:
        """Return the subject the caller's slot is there for, None when it is for all of them."""
        found: str | None = getattr(by, self.axis, None)
        return found
