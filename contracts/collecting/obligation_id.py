"""What an obligation is called, and so whose it is."""

from __future__ import annotations

from typing import NamedTuple, Self

from contracts.principal import Principal, Role


class ObligationId(NamedTuple):
    """`<round>-<organisation>-<number>`; an organisation's id has no hyphen."""

    round_id: str
    organisation_id: str
    subject_number: str

    @classmethod
    def of(cls, round_id: str, organisation_id: str, number: int) -> Self:
        """Return the name of what an organisation owes a round about the subject of that number."""
        return cls(round_id, organisation_id, str(number))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read a name; None when it can be none."""
        parts = text.rsplit("-", 2)
        return cls(*parts) if len(parts) == 3 else None

    def __str__(self) -> str:
        return "-".join(self)

    def is_filed_by(self, by: Principal, subject: int | None) -> bool:
        """Whether it is the caller's own to file: nobody else's slot may.

        `subject` is the number of what the caller's slot reports about.
        """
        own = (by.organisation_id, str(subject))
        return by.role is Role.LAO_OFFICER and subject is not None and self[1:] == own
