"""What the parrot answers, announces and refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import eventlet
from pymongo.errors import AutoReconnect

from chassis.log import correlation_id
from chassis.mongo import Kept
from chassis.outbox import Announces, Outbox
from chassis.rpc import Call, answers
from chassis.service import Service
from chassis.settings import Settings
from contracts.errors import Kind, ServiceError
from contracts.events import Event


class ThingMadeV1(Event):
    """Somebody made a thing."""

    source, name, version = "parrot", "thing_made", 1

    thing: str


class NotASong(ServiceError):
    """The parrot sings nothing else."""

    code = "parrot.not_a_song"
    kind = Kind.INVALID
    message = "{words} is not a song."
    message_th = "{words} ไม่ใช่เพลง"


class ParrotClient:
    """Asks the parrot; thin on purpose, the tests look at what travels."""

    service = "parrot"
    errors = (NotASong,)

    def __init__(self, call: Call) -> None:
        self.call = call


@dataclass(frozen=True)
class ParrotSettings(Settings):
    """The parrot's database."""

    prefix = "PARROT_"

    mongo_uri: str


class Things:
    """Keeps things, each with the events it gave rise to."""

    outboxes = ("things",)

    def __init__(self, database: Any, outbox: Outbox) -> None:
        self._things = database.things
        self._outbox = outbox

    def keep(self, thing: str, *, nudging: bool = True) -> None:
        """Store the thing with its event; without `nudging` as if we crashed right after."""
        entries = self._outbox.seal([ThingMadeV1(thing=thing)])
        self._things.insert_one({"_id": thing, "outbox": entries})
        if nudging:
            self._outbox.nudge("things", thing, entries)

    def unsent(self) -> int:
        """Return how many things still hold an event."""
        return int(self._things.count_documents({"outbox": {"$ne": []}}))


class Parrot(Service):
    """Answers whoever asks."""

    name = "parrot"

    announces = Announces(ThingMadeV1)
    things = Kept(Things, ParrotSettings)

    @answers
    def say(self, words: str) -> str:
        """Say it again."""
        return words

    @answers
    def say_slowly(self, words: str, seconds: float) -> str:
        """Announce that it begins, then say it after a while."""
        self.things.keep(f"began {words}")
        eventlet.sleep(seconds)
        return words

    @answers
    def make(self, thing: str) -> None:
        """Make a thing and announce it."""
        self.things.keep(thing)

    @answers
    def sing(self, words: str) -> str:
        """Raises NotASong."""
        raise NotASong(words=words)

    @answers
    def break_down(self) -> None:
        """Fail as nobody foresaw."""
        raise RuntimeError("the password is swordfish")

    @answers
    def lose_the_database(self) -> None:
        """Fail as a lost database makes it fail."""
        raise AutoReconnect("primary lost")

    @answers
    def say_what_cannot_travel(self) -> Any:
        """Return what JSON has no word for."""
        return object()

    @answers
    def correlation(self) -> str:
        """Return the id that ties this call to its cause."""
        return correlation_id.get()

    @answers
    def lose_its_duty(self) -> None:
        """End a thread on whose work others rely, as a bug in it would."""
        self.announces._nudged.send_exception(RuntimeError("a bug in a relay"))
