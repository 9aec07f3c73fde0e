"""Tokens that come together are asked for together; a slow question holds up nobody behind it."""

import eventlet
import pytest
from eventlet.event import Event

from contracts.errors import ServiceUnavailable
from gateway.authentication import TOGETHER_MOST, Lookups
from tests.builders.waiting import HANG_SECONDS


class Accounts:
    """Answers once it is let; remembers what it was asked."""

    def __init__(self):
        self.asked = []
        self.let = Event()

    def find_sessions(self, token_hashes):
        self.asked.append(token_hashes)
        self.let.wait()
        return {token_hash: {"is": token_hash} for token_hash in token_hashes if token_hash != "no"}


@pytest.fixture
def accounts():
    return Accounts()


def all_of(lookups, tokens):
    return [eventlet.spawn(lookups.find, token) for token in tokens]


def test_whoever_comes_at_once_is_asked_for_in_one_question(accounts):
    finding = all_of(Lookups(accounts.find_sessions), ["a", "b", "no", "a"])

    accounts.let.send()

    assert [each.wait() for each in finding] == [{"is": "a"}, {"is": "b"}, None, {"is": "a"}]
    assert accounts.asked == [["a", "b", "no"]]


def test_a_question_on_its_way_takes_the_others_along_next(accounts):
    lookups = Lookups(accounts.find_sessions)
    first = all_of(lookups, ["a"])
    eventlet.sleep(0)
    later = all_of(lookups, ["b", "c"])

    accounts.let.send()

    assert [each.wait()["is"] for each in first + later] == ["a", "b", "c"]
    assert accounts.asked == [["a"], ["b", "c"]]


def test_a_question_nobody_answers_does_not_hold_up_the_next(accounts):
    lookups = Lookups(accounts.find_sessions)
    all_of(lookups, ["a"])
    eventlet.sleep(0)
    all_of(lookups, ["b"])

    with eventlet.Timeout(HANG_SECONDS):
        while len(accounts.asked) < 2:
            eventlet.sleep(0)

    assert accounts.asked == [["a"], ["b"]]


def test_one_question_is_bounded(accounts):
    accounts.let.send()
    tokens = [str(number) for number in range(TOGETHER_MOST + 1)]

    finding = all_of(Lookups(accounts.find_sessions), tokens)

    assert [each.wait()["is"] for each in finding] == tokens
    assert [len(asked) for asked in accounts.asked] == [TOGETHER_MOST, 1]


def test_what_asking_raises_is_raised_to_everybody_and_the_next_are_asked_for(accounts):
    lookups = Lookups(accounts.find_sessions)
    finding = all_of(lookups, ["a", "b"])
    accounts.let.send_exception(ServiceUnavailable(service="accounts"))

    for each in finding:
        with pytest.raises(ServiceUnavailable):
            each.wait()
    accounts.let.reset()
    accounts.let.send()
    assert lookups.find("c") == {"is": "c"}
