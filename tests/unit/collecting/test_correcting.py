"""What is filed can be amended, withdrawn, returned, accepted and signed, each by its own rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from collecting.filings.rules.decide import decide
from collecting.obligations.rules import corrections
from collecting.obligations.rules.obligation import MOST_ACTS, Obligation, State
from collecting.rounds.rules import Round, RoundState
from contracts.collecting.amendment_classes import AMENDMENT_CLASSES, is_class_used
from contracts.collecting.corrections import (
    AlreadyAccepted,
    AlreadyReturned,
    NothingInForce,
    NothingReturned,
    TooManyActs,
)
from contracts.collecting.filings import (
    NotAmendedAs,
    NothingToAmend,
    NothingToWithdraw,
    NotOwed,
    StaleRevision,
    WindowClosed,
)
from contracts.collecting.obligations import ObligationNotFound
from contracts.collecting.rounds import RoundNotInState
from contracts.errors import InvalidInput, OutOfScope
from contracts.principal import Principal, Role
from tests.builders.duties import CLOSES, DUE, EARLY, LATE, MILLISECOND, refusal_of
from tests.builders.licences.answers import nil_answers
from tests.unit.collecting.duties import (
    a_round,
    an_amending_attempt,
    an_attempt,
    an_obligation,
    the_officer_of,
)

OWED = an_obligation()
ROUND = a_round()
OFFICER = the_officer_of(OWED)
DISTRICT = Principal("s-d8104", "d8104", Role.DISTRICT_OFFICER, "district", "8104")
PROVINCE = Principal("s-p81", "p81", Role.PROVINCE_OFFICER, "province", "81")
CENTRAL = Principal("s-k", "kortor", Role.CENTRAL_HR_BODY, "country", "")
OPERATOR = Principal("s-o", "operator", Role.OPERATOR, "country", "")
DAY = timedelta(days=1)


def after(*attempts: Any, of: Obligation = OWED, round_: Round = ROUND) -> Obligation:
    """The obligation after those were filed on it, one by one."""
    for attempt in attempts:
        of = decide(attempt, round_, of).obligation
    return of


FILED = after(an_attempt(OWED))
AMENDED = after(an_amending_attempt(FILED, 1, 90), of=FILED)
NIL = after(an_attempt(OWED, kind="nil", answers=nil_answers()))


def a_withdrawal(base: int, **changes: Any) -> Any:
    said = {"kind": "withdrawal", "answers": {}, "base_revision": base, "reason": "ยื่นผิดหน่วยงาน"}
    return an_attempt(OWED, **said | changes)


def returned(
    obligation: Obligation = FILED,
    *,
    by: Principal = DISTRICT,
    until: datetime = CLOSES + 9 * DAY,
    at: datetime = LATE,
    seen: int | None = None,
    round_: Round = ROUND,
) -> Obligation:
    return corrections.returned(
        obligation, round_, by=by, reason="ตัวเลขไม่ตรง", correct_until=until, seen=seen, at=at
    )


def accepted(
    obligation: Obligation = FILED, *, by: Principal = DISTRICT, seen: int | None = None
) -> Obligation:
    return corrections.accepted(obligation, ROUND, by=by, note="", seen=seen, at=LATE)


def taken_back(obligation: Obligation, by: Principal, at: datetime = LATE) -> Obligation:
    return corrections.taken_back(obligation, ROUND, by=by, at=at)


# -- three windows --------------------------------------------------------------------------

LATER = a_round(corrections_close_at=CLOSES + 5 * DAY)


def test_amending_goes_on_after_filing_has_ended():
    amendment = an_amending_attempt(FILED, 1, 90, accepted_at=str(CLOSES + DAY))

    assert after(amendment, of=FILED, round_=LATER).revision == 2
    with pytest.raises(WindowClosed):
        decide(an_attempt(OWED, accepted_at=CLOSES + DAY), LATER, OWED)


@pytest.mark.parametrize(("late_by", "is_open"), [(0 * MILLISECOND, True), (MILLISECOND, False)])
def test_the_correction_window_holds_its_edge_to_the_millisecond(late_by, is_open):
    ends_at = CLOSES + 5 * DAY + late_by
    amendment = an_amending_attempt(FILED, 1, 90, accepted_at=str(ends_at))

    refusal = refusal_of(lambda: decide(amendment, LATER, FILED))

    assert (refusal is None) is is_open
    assert is_open or isinstance(refusal, WindowClosed)


def test_an_extension_keeps_filing_and_amending_open_for_whom_it_is_given():
    extended = replace(OWED, due_at=CLOSES + 7 * DAY, extension_no=1)
    original = an_attempt(extended, accepted_at=CLOSES + 6 * DAY)
    filed = after(original, of=extended)
    amendment = an_amending_attempt(filed, 1, 90, accepted_at=str(CLOSES + 7 * DAY))

    assert filed.on_time
    assert after(amendment, of=filed).revision == 2


# -- classes of amendments ------------------------------------------------------------------

STRICT = a_round(late_if_amended_as=("replacement",))


@pytest.mark.parametrize(
    ("reason_class", "judged_at", "on_time"),
    [("correction", EARLY, True), ("addition", EARLY, True), ("replacement", LATE, False)],
)
def test_only_a_class_that_says_so_moves_the_time_by_which_it_is_judged(
    reason_class, judged_at, on_time
):
    amendment = an_amending_attempt(FILED, 1, 90, accepted_at=str(LATE), reason_class=reason_class)

    amended = after(amendment, of=FILED, round_=STRICT)

    assert (amended.judged_at, amended.on_time) == (judged_at, on_time)
    assert amended.first_accepted_at == EARLY


def test_no_class_moves_it_in_a_round_that_says_none():
    amendment = an_amending_attempt(FILED, 1, 90, accepted_at=str(LATE), reason_class="replacement")

    assert after(amendment, of=FILED).on_time is True


def test_a_class_is_used_from_its_first_day_and_no_amendment_is_of_one_before():
    known = AMENDMENT_CLASSES[0]
    before = known.valid_from - timedelta(days=1)
    early = datetime(before.year, before.month, before.day, tzinfo=EARLY.tzinfo)
    old = a_round(opens_at=early)

    assert is_class_used(known.id, known.valid_from)
    with pytest.raises(NotAmendedAs) as refused:
        decide(an_amending_attempt(FILED, 1, 90, accepted_at=str(early)), old, FILED)
    assert refused.value.details["pointer"] == "/reason_class"


# -- withdrawals ----------------------------------------------------------------------------


@pytest.mark.parametrize("standing", [FILED, NIL, AMENDED], ids=lambda one: one.state)
def test_a_withdrawal_opens_the_obligation_again_and_its_first_time_stands(standing):
    withdrawn = after(a_withdrawal(standing.revision), of=standing)

    assert (withdrawn.state, withdrawn.revision) == (State.OPEN, standing.revision + 1)
    assert not withdrawn.is_in_force
    assert withdrawn.first_accepted_at == withdrawn.judged_at == EARLY
    assert withdrawn.last_filing_id == standing.last_filing_id


def test_what_was_withdrawn_is_filed_again_even_unchanged_and_is_as_timely_as_it_was():
    withdrawn = after(a_withdrawal(1), of=FILED)

    again = after(an_attempt(OWED, accepted_at=LATE), of=withdrawn)

    assert (again.state, again.revision, again.on_time) == (State.FILED, 3, True)
    assert (again.first_accepted_at, again.content_sha256) == (EARLY, FILED.content_sha256)


def test_a_withdrawal_of_another_revision_or_of_nothing_is_refused():
    withdrawn = after(a_withdrawal(1), of=FILED)

    with pytest.raises(StaleRevision):
        decide(a_withdrawal(1), ROUND, AMENDED)
    for nothing in (OWED, withdrawn):
        with pytest.raises(NothingToWithdraw):
            decide(a_withdrawal(nothing.revision), ROUND, nothing)
    with pytest.raises(NothingToAmend):
        decide(an_amending_attempt(withdrawn, 2, 90), ROUND, withdrawn)


def test_nothing_is_withdrawn_when_it_could_not_be_filed_again():
    with pytest.raises(WindowClosed):
        decide(a_withdrawal(1, accepted_at=CLOSES + DAY), LATER, FILED)


@pytest.mark.parametrize("state", [State.EXEMPT, State.WAIVED])
def test_what_is_not_owed_is_not_filed_on(state):
    with pytest.raises(NotOwed):
        decide(an_attempt(OWED), ROUND, replace(OWED, state=state))


# -- in a workbook, on behalf of an LAO -----------------------------------------------------


@pytest.mark.parametrize("office", [DISTRICT, PROVINCE], ids=lambda one: one.username)
def test_an_office_of_the_area_files_in_a_workbook_and_in_no_other_way(office):
    def attempt(channel: str, by: Principal = office) -> Any:
        return an_attempt(OWED, by=by.to_wire(), channel=channel)

    filing = decide(attempt("workbook"), ROUND, OWED)

    assert filing.attempt.by == office
    for channel, by in (
        ("form", office),
        ("workbook", replace(office, area_code="99")),
        ("workbook", CENTRAL),
        ("workbook", OPERATOR),
    ):
        with pytest.raises(ObligationNotFound):
            decide(attempt(channel, by), ROUND, OWED)


# -- returns --------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [DISTRICT, PROVINCE, CENTRAL], ids=lambda one: one.username)
def test_every_office_above_may_return_and_accept_whether_or_not_another_did_anything(by):
    assert returned(by=by).state is State.RETURNED
    assert accepted(by=by).is_accepted
    assert taken_back(returned(by=by), by).state is State.FILED


def test_a_missing_office_above_never_blocks_the_ones_below():
    theirs = returned(by=DISTRICT)

    assert after(an_amending_attempt(FILED, 1, 90), of=theirs).state is State.AMENDED
    assert taken_back(theirs, PROVINCE).state is State.FILED
    assert taken_back(theirs, CENTRAL).state is State.FILED
    assert accepted(accepted(by=DISTRICT), by=CENTRAL).is_accepted


@pytest.mark.parametrize("by", [OFFICER, OPERATOR], ids=lambda one: one.username)
def test_nobody_but_an_office_returns_or_accepts(by):
    for act in (
        lambda: returned(by=by),
        lambda: accepted(by=by),
        lambda: taken_back(returned(), by),
    ):
        with pytest.raises(OutOfScope):
            act()


def test_a_return_is_answered_after_every_other_window_has_ended():
    given = returned(until=CLOSES + 9 * DAY)

    def answer(at: datetime) -> Obligation:
        return after(an_amending_attempt(FILED, 1, 90, accepted_at=str(at)), of=given)

    answered = answer(CLOSES + 9 * DAY)
    assert (answered.state, answered.on_time) == (State.AMENDED, True)
    with pytest.raises(WindowClosed):
        answer(CLOSES + 9 * DAY + MILLISECOND)


def test_a_return_that_is_taken_back_leaves_what_was_before_and_what_came_in_till_then():
    taken = taken_back(returned(AMENDED, at=LATE), DISTRICT, at=CLOSES + DAY)

    def amend(at: datetime) -> Obligation:
        return after(an_amending_attempt(FILED, 2, 91, accepted_at=str(at)), of=taken)

    assert (taken.state, taken.correct_until) == (State.AMENDED, CLOSES + DAY)
    assert amend(CLOSES + DAY).revision == 3
    with pytest.raises(WindowClosed):
        amend(CLOSES + DAY + MILLISECOND)


@pytest.mark.parametrize(
    ("until", "refused"),
    [
        (LATE - MILLISECOND, True),
        (LATE, True),
        (LATE + MILLISECOND, False),
        (LATE + corrections.LONGEST_RETURN - MILLISECOND, False),
        (LATE + corrections.LONGEST_RETURN, False),
        (LATE + corrections.LONGEST_RETURN + MILLISECOND, True),
    ],
)
def test_a_return_is_answered_in_the_future_and_within_a_year(until, refused):
    refusal = refusal_of(lambda: returned(until=until, at=LATE))

    assert (refusal is not None) is refused
    assert not refused or refusal.details["pointer"] == "/due_at"


def test_taking_a_return_back_restores_the_acceptance_that_it_ended():
    theirs = returned(accepted(by=DISTRICT), by=PROVINCE)
    assert not theirs.is_accepted

    taken = taken_back(theirs, PROVINCE)

    assert (taken.is_accepted, taken.accepted_revision) == (True, 1)
    assert not taken_back(returned(), DISTRICT).is_accepted
    again = returned(taken, by=PROVINCE)
    assert taken_back(again, PROVINCE).is_accepted


def test_a_return_is_taken_back_by_who_gave_it_or_above_and_only_while_it_waits():
    by_province = returned(by=PROVINCE)
    answered = after(an_amending_attempt(FILED, 1, 90), of=by_province)

    for other in (DISTRICT, replace(PROVINCE, slot_id="another")):
        with pytest.raises(OutOfScope):
            taken_back(by_province, other)
    with pytest.raises(OutOfScope):
        taken_back(returned(by=CENTRAL), PROVINCE)
    for nothing in (FILED, answered, taken_back(by_province, PROVINCE)):
        with pytest.raises(NothingReturned):
            taken_back(nothing, CENTRAL)


def test_only_the_revision_in_force_that_was_seen_is_returned_or_accepted_and_once():
    for act in (returned, accepted):
        with pytest.raises(NothingInForce):
            act(OWED)
        with pytest.raises(StaleRevision):
            act(AMENDED, seen=1)
        with pytest.raises(AlreadyReturned):
            act(returned(), by=CENTRAL)
    with pytest.raises(InvalidInput):
        returned(until=LATE)
    with pytest.raises(RoundNotInState):
        returned(round_=a_round(state=RoundState.PURGING))


# -- acceptances ----------------------------------------------------------------------------


def test_an_acceptance_counts_for_its_revision_and_hinders_no_amendment():
    one = accepted()

    amended = after(an_amending_attempt(FILED, 1, 90), of=one)

    assert one.is_accepted
    assert (amended.state, amended.is_accepted) == (State.AMENDED, False)
    assert accepted(amended).accepted_revision == 2


def test_what_an_office_above_accepted_is_not_returned_or_accepted_by_one_below():
    by_province = accepted(by=PROVINCE)

    for act in (returned, accepted):
        with pytest.raises(AlreadyAccepted):
            act(by_province, by=DISTRICT)
    with pytest.raises(AlreadyAccepted):
        accepted(by_province, by=PROVINCE)
    with pytest.raises(AlreadyAccepted):
        returned(accepted(by=CENTRAL), by=PROVINCE)
    assert not returned(by_province, by=PROVINCE).is_accepted


def test_acts_are_numbered_tell_who_and_why_and_are_bounded():
    both = taken_back(returned(), DISTRICT)

    assert [(act.no, act.kind, act.revision, act.username) for act in both.acts] == [
        (1, "returned", 1, "d8104"),
        (2, "return_taken_back", 1, "d8104"),
    ]
    assert both.acts[0].reason == "ตัวเลขไม่ตรง"
    full = both.acts * (MOST_ACTS // 2)
    assert len(returned(replace(FILED, acts=full[1:])).acts) == MOST_ACTS
    with pytest.raises(TooManyActs):
        returned(replace(FILED, acts=full))


# -- drafts -----------------------------------------------------------------------------------


def test_drafts_are_kept_as_long_as_they_can_be_filed():
    closed = a_round(state=RoundState.CLOSED, corrections_close_at=CLOSES + DAY)

    FILED.require_draftable(closed, CLOSES + DAY)
    returned().require_draftable(closed, CLOSES + 9 * DAY)
    for owed, at in ((FILED, CLOSES + 2 * DAY), (OWED, CLOSES + DAY)):
        with pytest.raises(RoundNotInState):
            owed.require_draftable(closed, at)
    with pytest.raises(RoundNotInState):
        FILED.require_draftable(a_round(state=RoundState.PURGING), DUE)
