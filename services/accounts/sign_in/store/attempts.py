"""Keeps who has tried how often, in the database, so that every process counts alike.

A guess costs reads by `_id`, and one write when it may be made; every document forgets itself.
Counts are not journaled: a crash gives some guesses back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import DeleteOne, UpdateOne, WriteConcern

from chassis.mongo import write_new
from services.accounts.sign_in.rules.throttling import KNOWN_FOR, NEVER, Attempts, Guess, Pace

COLLECTION = "attempts"
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Begun:
    """A guess that was counted, and the paces it has spent of."""

    guess: Guess
    spent: Mapping[str, Pace]


class AttemptStore:
    """Attempts in the database.

    Of an address on a name: how many there were and when. Of a name, an address, a network: only
    `forgotten_at`, when as many guesses are free as at first.
    """

    def __init__(self, database: Any) -> None:
        self._collection = database[COLLECTION].with_options(
            write_concern=WriteConcern(w=1, j=False)
        )

    def is_known(self, guess: Guess, *, at: datetime) -> bool:
        """Whether the name has been opened from the address lately. Raises TooManyAttempts.

        Nothing is counted: what can be refused before it costs anything is refused here.
        """
        attempts, full_at = self._look(guess)
        attempts.one_more(at=at)
        return _require_open(guess, attempts, full_at, at=at)

    def begin(self, guess: Guess, *, at: datetime) -> Begun:
        """Count a guess before it is made, so that many at once count too.

        Raises TooManyAttempts.
        """
        while (spent := self._count(guess, at)) is None:
            pass
        return Begun(guess, spent)

    def succeeded(self, begun: Begun, *, at: datetime) -> None:
        """Take back what a right guess counted, and know its address from now on."""
        pair = {"_id": begun.guess.pair_key}
        known = _stored(Attempts(known_until=at + KNOWN_FOR))
        first = UpdateOne(pair, {"$set": known}) if begun.guess.address else DeleteOne(pair)
        given_back = (_giving_back(key, pace) for key, pace in begun.spent.items())
        self._collection.bulk_write([first, *given_back], ordered=False)

    def _look(self, guess: Guess) -> tuple[Attempts, dict[str, datetime]]:
        keys = [guess.pair_key, *guess.paces]
        found = {each["_id"]: each for each in self._collection.find({"_id": {"$in": keys}})}
        pair = found.pop(guess.pair_key, None)
        full_at = {key: each["forgotten_at"] for key, each in found.items()}
        return Attempts() if pair is None else _attempts(pair), full_at

    def _count(self, guess: Guess, at: datetime) -> Mapping[str, Pace] | None:
        """Count one more; return the paces it has spent of.

        None when others were counted at the same moment.
        """
        before, full_at = self._look(guess)
        after = before.one_more(at=at)
        spent = {} if _require_open(guess, before, full_at, at=at) else guess.paces
        # What is no longer as it was read matches nothing, is then inserted and refused as there.
        writes = [
            UpdateOne(
                {"_id": guess.pair_key, "count": before.count},
                {"$set": _stored(after)},
                upsert=True,
            ),
            *(_spending(key, pace, at) for key, pace in spent.items()),
        ]
        return None if write_new(self._collection.bulk_write, writes, ordered=True) else spent


def _require_open(
    guess: Guess, attempts: Attempts, full_at: dict[str, datetime], *, at: datetime
) -> bool:
    if attempts.is_known(at=at):
        return True
    for key, pace in guess.paces.items():
        pace.require_open(full_at.get(key, NEVER), at=at)
    return False


def _spending(key: str, pace: Pace, at: datetime) -> UpdateOne:
    later = {"$add": [{"$max": ["$forgotten_at", at]}, pace.every / _MILLISECOND]}
    return UpdateOne(
        {"_id": key, "forgotten_at": {"$lte": pace.latest(at)}},
        [{"$set": {"forgotten_at": later}}],
        upsert=True,
    )


def _giving_back(key: str, pace: Pace) -> UpdateOne:
    earlier = {"$subtract": ["$forgotten_at", pace.every / _MILLISECOND]}
    return UpdateOne({"_id": key}, [{"$set": {"forgotten_at": earlier}}])


def _stored(attempts: Attempts) -> dict[str, Any]:
    return {
        "count": attempts.count,
        "tried_at": attempts.tried_at,
        "known_until": attempts.known_until,
        "forgotten_at": attempts.forgotten_at,
    }


def _attempts(document: dict[str, Any]) -> Attempts:
    return Attempts(document["count"], document["tried_at"], document["known_until"])
