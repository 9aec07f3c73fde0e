"""What differs between one collection and another: subjects, forms, events, words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contracts.events import Event
from contracts.forms import Form
from contracts.principal import Principal

Makes = Callable[..., Event]
"""Makes an event of its facts."""


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
    extension_withdrawn: Makes
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
    get_form: Callable[[str, int, int | None], Form]
    """Return a form by id and version, as it is asked in a year. Raises FormNotFound."""
    get_definition: Callable[[str, int], dict[str, Any]]
    """Return a form as it was released. Raises FormNotFound."""

    @property
    def axis(self) -> str:
        """What a subject is called in documents, events and answers."""
        return self.subjects[0].axis

    def subject(self, subject_id: str) -> Subject:
        """Return a subject by its id. Raises StopIteration for none of ours."""
        return next(each for each in self.subjects if each.id == subject_id)

    def subject_of(self, by: Principal) -> str | None:
        """Return the subject the caller's slot is there for, None when it is for all of them."""
        found: str | None = getattr(by, self.axis, None)
        return found
