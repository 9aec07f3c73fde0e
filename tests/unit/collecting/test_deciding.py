"""What becomes of a submission follows from the round, the obligation and when it was accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collecting.filings.rules.changes import changed_pointers
from collecting.filings.rules.decide import decide
from collecting.obligations.rules.obligation import Obligation, State
from collecting.rounds.rules import RoundState
from contracts.collecting.filings import (
    AlreadyFiled,
    NothingChanged,
    NothingToAmend,
    StaleRevision,
    WindowClosed,
)
from contracts.collecting.forms import WrongFormVersion
from contracts.collecting.obligations import ObligationNotFound
from contracts.errors import ServiceError
from contracts.fields import wire_time
from contracts.principal import Principal, Role
from tests.builders.duties import CLOSES, DUE, EARLY, LATE, MILLISECOND, OPENS, refusal_of
from tests.builders.licences.answers import nil_answers, some_answers
from tests.unit.collecting.duties import (
    a_round,
    an_amending_attempt,
    an_attempt,
    an_obligation,
    the_officer_of,
)

OWED = an_obligation()
ROUND = a_round()


def filed(**changes: object) -> Obligation:
    return decide(an_attempt(OWED, **changes), ROUND, OWED).obligation


# -- the first filing -----------------------------------------------------------------------


def test_an_original_opens_the_ledger():
    attempt = an_attempt(OWED)

    filing = decide(attempt, ROUND, OWED)

    assert filing.form_id == "licences"
    assert filing.attempt is attempt
    assert filing.obligation == replace(
        OWED,
        state=State.FILED,
        revision=1,
        first_accepted_at=EARLY,
        judged_at=EARLY,
        on_time=True,
        content_sha256=attempt.content_sha256,
        last_filing_id=attempt.filing_id,
    )


def test_a_nil_opens_it_as_confirmed_nil():
    nil = filed(kind="nil", answers=nil_answers())

    assert (nil.state, nil.revision) == (State.CONFIRMED_NIL, 1)


@pytest.mark.parametrize("state", [State.OPEN, State.DRAFT, State.MISSED])
def test_what_was_not_filed_yet_can_be_whatever_became_of_it_meanwhile(state):
    owed = replace(OWED, state=state)

    assert decide(an_attempt(owed), ROUND, owed).obligation.state is State.FILED


@pytest.mark.parametrize(
    ("accepted_at", "on_time"),
    [(DUE - MILLISECOND, True), (DUE, True), (DUE + MILLISECOND, False), (CLOSES, False)],
)
def test_the_due_instant_itself_is_still_on_time(accepted_at, on_time):
    assert filed(accepted_at=accepted_at).on_time is on_time


def test_being_on_time_is_judged_by_the_obligations_own_due_date():
    owed = replace(OWED, due_at=LATE)

    assert decide(an_attempt(owed, accepted_at=LATE), ROUND, owed).obligation.on_time


@pytest.mark.parametrize("kind", ["original", "nil"])
def test_a_second_original_is_refused_and_told_when_the_first_came(kind):
    first = filed()

    with pytest.raises(AlreadyFiled) as refused:
        decide(an_attempt(first, kind=kind, accepted_at=LATE), ROUND, first)

    assert refused.value.details == {
        "revision": "1",
        "accepted_at": wire_time(EARLY),
        "content_sha256": first.content_sha256,
    }


# -- amendments -----------------------------------------------------------------------------


def test_an_amendment_adds_a_revision_and_leaves_the_first_time_alone():
    first = filed()
    attempt = an_amending_attempt(first, base=1, score=90, accepted_at=str(LATE))

    amended = decide(attempt, ROUND, first).obligation

    assert amended == replace(
        first,
        state=State.AMENDED,
        revision=2,
        content_sha256=attempt.content_sha256,
        last_filing_id=attempt.filing_id,
    )
    assert (amended.first_accepted_at, amended.on_time) == (EARLY, True)


def test_an_amendment_in_time_does_not_make_a_late_filing_punctual():
    late = filed(accepted_at=DUE + MILLISECOND)

    amended = decide(an_amending_attempt(late, 1, 90), ROUND, late).obligation

    assert amended.on_time is False


def test_a_nil_can_be_amended_to_a_report():
    nil = filed(kind="nil", answers=nil_answers())

    amended = decide(an_amending_attempt(nil, 1, 90), ROUND, nil).obligation

    assert (amended.state, amended.revision) == (State.AMENDED, 2)


def test_there_is_nothing_to_amend_before_the_first():
    with pytest.raises(NothingToAmend):
        decide(an_amending_attempt(OWED, 1, 90), ROUND, OWED)


@pytest.mark.parametrize("base", [None, 1, 3])
def test_an_amendment_of_another_revision_is_refused(base):
    second = replace(filed(), revision=2)

    with pytest.raises(StaleRevision) as refused:
        decide(an_amending_attempt(second, base, 90), ROUND, second)

    assert refused.value.details == {"revision": "2", "base_revision": str(base)}


def test_an_amendment_that_changes_nothing_is_refused():
    first = filed()
    same = dict(reversed(some_answers().items()))

    with pytest.raises(NothingChanged):
        decide(an_amending_attempt(first, 1, 90, answers=same), ROUND, first)


# -- the window -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted_at", "is_open"),
    [
        (OPENS - MILLISECOND, False),
        (OPENS, True),
        (CLOSES, True),
        (CLOSES + MILLISECOND, False),
    ],
)
def test_the_window_holds_its_edges_to_the_millisecond(accepted_at, is_open):
    refusal = refusal_of(lambda: filed(accepted_at=accepted_at))

    assert (refusal is None) is is_open
    assert is_open or isinstance(refusal, WindowClosed)


@pytest.mark.parametrize("state", RoundState)
def test_only_an_open_round_or_one_closed_since_takes_filings(state):
    refusal = refusal_of(lambda: decide(an_attempt(OWED), a_round(state=state), OWED))

    if state in (RoundState.OPEN, RoundState.CLOSED):
        assert refusal is None
    else:
        assert isinstance(refusal, WindowClosed)


def test_amendments_have_the_same_window():
    first = filed()
    after = an_amending_attempt(first, 1, 90, accepted_at=str(CLOSES + MILLISECOND))

    with pytest.raises(WindowClosed):
        decide(after, ROUND, first)


@pytest.mark.parametrize("version", [0, 2])
def test_another_version_of_the_form_is_refused(version):
    with pytest.raises(WrongFormVersion) as refused:
        filed(form_version=version)

    assert refused.value.details == {"expected": "1", "version": str(version)}


# -- whose duty it is -----------------------------------------------------------------------

OFFICER = the_officer_of(OWED)
STRANGERS = {
    "another slot of the same organisation": replace(OFFICER, licence="signs"),
    "another organisation": replace(OFFICER, area_code="o2", organisation_id="o2"),
    "the district office": Principal("s", "d8104", Role.DISTRICT_OFFICER, "district", "8104"),
    "the province office": Principal("s", "p81", Role.PROVINCE_OFFICER, "province", "81"),
    "the operator": Principal("s", "operator", Role.OPERATOR, "country", ""),
}


@pytest.mark.parametrize("by", STRANGERS.values(), ids=STRANGERS)
def test_nobody_files_for_another_and_nothing_is_given_away(by):
    attempt = an_attempt(OWED, form_version=9, accepted_at=CLOSES + MILLISECOND)

    with pytest.raises(ObligationNotFound):
        decide(replace(attempt, by=by), ROUND, OWED)


def test_offices_see_the_obligations_of_their_area_only():
    sees = {
        name: refusal_of(lambda by=by: OWED.require_seen_by(by)) is None
        for name, by in STRANGERS.items()
    }
    elsewhere = Principal("s", "d8105", Role.DISTRICT_OFFICER, "district", "8105")

    assert sees == {
        "another slot of the same organisation": False,
        "another organisation": False,
        "the district office": True,
        "the province office": True,
        "the operator": True,
    }
    assert isinstance(refusal_of(lambda: OWED.require_seen_by(elsewhere)), ObligationNotFound)


# -- any history ----------------------------------------------------------------------------

attempts = st.builds(
    lambda kind, score, base, minutes: an_attempt(
        OWED,
        kind=kind,
        answers=some_answers(score=score),
        base_revision=base,
        accepted_at=DUE + timedelta(minutes=minutes),
    ),
    kind=st.sampled_from(["original", "nil", "amendment", "amendment", "amendment"]),
    score=st.integers(1, 3),
    base=st.sampled_from([None, 1, 2, 3, 4]),
    minutes=st.integers(-200_000, 100_000),
)


@given(st.lists(attempts, max_size=30))
def test_over_any_history_the_first_time_stands_and_revisions_have_no_gaps(history):
    owed = OWED
    accepted: list[Obligation] = []
    for attempt in history:
        try:
            owed = decide(attempt, ROUND, owed).obligation
        except ServiceError:
            continue
        accepted.append(owed)

    assert [each.revision for each in accepted] == list(range(1, len(accepted) + 1))
    assert len({(each.first_accepted_at, each.on_time) for each in accepted}) <= 1
    for each in accepted:
        assert each.on_time is (each.first_accepted_at <= DUE)
        assert OPENS <= each.first_accepted_at <= CLOSES
    assert all(a.content_sha256 != b.content_sha256 for a, b in pairwise(accepted))


def test_changed_pointers_name_what_differs_in_order():
    before, after = {"b": 1, "a": [1], "gone": 0}, {"b": 1, "a": [2], "new": 0}

    assert changed_pointers(before, after) == ("/answers/a", "/answers/gone", "/answers/new")
    assert changed_pointers(before, dict(before)) == ()
