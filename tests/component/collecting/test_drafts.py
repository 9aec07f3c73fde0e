"""A draft is kept in versions, so that of two people typing nobody overwrites the other unseen."""

from __future__ import annotations

import pytest

from contracts.errors import StaleVersion
from tests.builders.duties import EARLY, MILLISECOND
from tests.builders.licences.answers import some_answers
from tests.builders.recording import RECORDED, record
from tests.unit.collecting.duties import an_amending_attempt, an_attempt, owing


@pytest.fixture
def owed(store):
    (found,) = owing(store)
    return found


@pytest.fixture
def save(store):
    def save_at(owed, answers, made_from, at=EARLY):
        return store.drafts.save(owed, answers, made_from=made_from, at=at, username="u")

    return save_at


def test_before_anything_is_typed_the_draft_is_empty(store, owed):
    assert store.drafts.get(owed) == ({}, 0)


def test_each_saving_makes_the_next_version(store, owed, save):
    assert [save(owed, {"score": n}, n) for n in range(3)] == [1, 2, 3]
    assert store.drafts.get(owed) == ({"score": 2}, 3)


@pytest.mark.parametrize("made_from", [0, 1, 3])
def test_a_draft_made_from_another_version_is_refused_and_told_what_differs(
    store, owed, save, made_from
):
    save(owed, {"score": 1}, 0)
    save(owed, {"score": 1, "registrar_name": "ก", "problems": "-"}, 1)

    with pytest.raises(StaleVersion) as refused:
        save(owed, {"score": 2, "registrar_name": "ก"}, made_from)

    assert refused.value.details == {"changed": "/answers/problems, /answers/score"}
    assert store.drafts.get(owed)[1] == 2


def test_the_same_saved_twice_differs_in_nothing(owed, save):
    save(owed, {"score": 1}, 0)

    with pytest.raises(StaleVersion) as refused:
        save(owed, {"score": 1}, 0)

    assert refused.value.details == {"changed": "-"}


def test_a_draft_is_gone_when_it_is_filed_and_shows_the_last_filing(store, owed, save):
    save(owed, {"score": 1}, 0)
    record(store.ledger, [an_attempt(owed), an_amending_attempt(owed, 1, 90)])

    now = store.obligations.get(owed.id)

    assert store.drafts.get(now) == (some_answers(score=90), 0)
    with pytest.raises(StaleVersion) as refused:
        save(now, some_answers(score=91), 1)
    assert refused.value.details == {"changed": "/answers/score"}


def test_a_refused_filing_leaves_the_draft(store, owed, save):
    save(owed, {"score": 1}, 0)

    record(store.ledger, [an_attempt(owed, form_version=2)])

    assert store.drafts.get(owed) == ({"score": 1}, 1)


def test_what_is_typed_while_the_filing_is_recorded_is_kept(store, owed, save):
    save(owed, {"score": 1}, 0, at=RECORDED + MILLISECOND)

    record(store.ledger, [an_attempt(owed)])

    assert store.drafts.get(store.obligations.get(owed.id)) == ({"score": 1}, 1)
