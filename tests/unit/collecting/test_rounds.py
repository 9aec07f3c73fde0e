"""A round's dates are in order, its states follow each other, and only a trial can be purged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collecting.rounds.proposals import changed, opened_event, warnings
from collecting.rounds.proposals import drafted as rounds_drafted
from collecting.rounds.rules import DueException, Mode, RoundState, Scope
from collecting.rounds.shapes import round_to_wire
from contracts.collecting.rounds import RoundNotInState, RoundNotTrial
from contracts.errors import InvalidInput
from contracts.fields import wire_time
from contracts.principal import Place
from contracts.reference.years import YearBasis
from tests.builders.duties import CLOSES, DUE, LATE, MILLISECOND, OPENS, refusal_of
from tests.builders.licences.kind import LICENCES
from tests.unit.collecting.duties import a_round

KLONG_THOM = Place("81", "8104", "o1")
LATER = CLOSES + MILLISECOND


def a_proposal(**changes: Any) -> dict[str, Any]:
    times = {"opens_at": OPENS, "lao_due_at": DUE, "closes_at": CLOSES}
    proposal = {
        "kind": "licences",
        "fiscal_year_be": 2569,
        "no": 1,
        "form": {"id": "licences", "version": 1},
        "mode": "live",
        **{name: wire_time(instant) for name, instant in times.items()},
    }
    return proposal | changes


def drafted(proposal: Any) -> Any:
    return rounds_drafted(proposal, YearBasis.FISCAL)


def an_exception(**changes: Any) -> dict[str, Any]:
    exception = {
        "scope": {"province": "81"},
        "lao_due_at": wire_time(LATE),
        "order_no": "มท 0000/1",
        "reason": "อุทกภัย",
    }
    return exception | changes


def with_dues(*dues: tuple[Scope, Any]) -> Any:
    exceptions = [
        DueException(scope, due_at, f"order {n}", "flood") for n, (scope, due_at) in enumerate(dues)
    ]
    return a_round(due_exceptions=tuple(exceptions))


# -- proposals ------------------------------------------------------------------------------


def test_a_live_round_is_named_by_what_it_is():
    round_ = drafted(a_proposal())

    assert round_ == a_round(state=RoundState.DRAFT)


def test_trials_of_the_same_round_have_names_of_their_own():
    trials = [drafted(a_proposal(mode="trial")) for _ in range(20)]

    assert len({trial.id for trial in trials}) == 20
    assert all(trial.id.startswith("licences-2569-1-trial") for trial in trials)


def test_a_drafted_round_shows_what_was_proposed():
    proposal = a_proposal(
        due_exceptions=[an_exception()],
        scope={"district": "8104"},
        central_due_at=wire_time(LATE),
        late_if_amended_as=["replacement"],
        sign_off="two_persons",
    )

    shown = round_to_wire(drafted(proposal), "/v1", expected_obligations=3)

    nothing = {"province": None, "district": None, "organisation": None}
    assert shown == proposal | {
        "year_be": 2569,
        "year_basis": "fiscal",
        "id": "licences-2569-1",
        "state": "draft",
        "version": 1,
        "obligations": 0,
        "expected_obligations": 3,
        "warnings": [],
        "purged_trials": [],
        "scope": nothing | {"district": "8104"},
        "due_exceptions": [an_exception(scope=nothing | {"province": "81"})],
        "corrections_close_at": wire_time(CLOSES),
    }


@pytest.mark.parametrize(
    ("times", "ends_at"),
    [
        ({}, CLOSES),
        ({"central_due_at": LATER}, LATER),
        ({"central_due_at": LATE}, CLOSES),
        (
            {"central_due_at": LATE, "corrections_close_at": CLOSES + MILLISECOND},
            CLOSES + MILLISECOND,
        ),
    ],
)
def test_amending_ends_when_said_else_with_the_central_bodys_report_never_before_filing(
    times, ends_at
):
    proposal = a_proposal(**{name: wire_time(instant) for name, instant in times.items()})

    assert drafted(proposal).correction_ends_at == ends_at


@pytest.mark.parametrize(
    ("at", "warned"),
    [
        (OPENS, []),
        (OPENS + MILLISECOND * 1_000, ["/opens_at"]),
        (DUE, ["/opens_at"]),
        (DUE + MILLISECOND, ["/opens_at", "/lao_due_at", "/due_exceptions/0/lao_due_at"]),
    ],
)
def test_dates_in_the_past_of_a_round_to_be_opened_are_warned_of(at, warned):
    round_ = drafted(a_proposal(due_exceptions=[an_exception(lao_due_at=wire_time(DUE))]))

    told = warnings(round_, at=at)

    assert [each["pointer"] for each in told] == warned
    assert {each["code"] for each in told} <= {"in_the_past"}


@pytest.mark.parametrize("names", [["year_be"], ["fiscal_year_be"], ["year_be", "fiscal_year_be"]])
@pytest.mark.parametrize("basis", YearBasis)
def test_a_round_has_a_year_and_its_basis_and_clients_may_use_the_other_name(names, basis):
    proposal = {**a_proposal(), **dict.fromkeys(names, 2571)}
    if "fiscal_year_be" not in names:
        del proposal["fiscal_year_be"]

    shown = round_to_wire(rounds_drafted(proposal, basis), "/v1")

    assert (shown["year_be"], shown["fiscal_year_be"]) == (2571, 2571)
    assert (shown["year_basis"], shown["id"]) == (basis, "licences-2571-1")


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"year_be": 2570}, "/year_be"),
        ({"year_basis": "calendar"}, "/year_basis"),
    ],
)
def test_two_years_or_another_basis_than_the_forms_is_refused(given, pointer):
    refusal = refusal_of(lambda: drafted(a_proposal(**given)))

    assert refusal.details["pointer"] == pointer
    assert "โปรดระบุ" in refusal.in_thai()


def test_a_round_without_a_year_is_refused():
    proposal = a_proposal()
    del proposal["fiscal_year_be"]

    assert refusal_of(lambda: drafted(proposal)).details["pointer"] == "/year_be"


OUT_OF_ORDER = {
    "due when it opens": ({"lao_due_at": OPENS}, "/lao_due_at"),
    "due before it opens": ({"lao_due_at": OPENS - MILLISECOND}, "/lao_due_at"),
    "due after it closes": ({"lao_due_at": CLOSES + MILLISECOND}, "/lao_due_at"),
    "closed before it opens": ({"closes_at": OPENS - MILLISECOND}, "/lao_due_at"),
    "central before the LAOs": ({"central_due_at": DUE - MILLISECOND}, "/central_due_at"),
    "no more amending before filing ends": (
        {"corrections_close_at": CLOSES - MILLISECOND},
        "/corrections_close_at",
    ),
}


@pytest.mark.parametrize(("times", "pointer"), OUT_OF_ORDER.values(), ids=OUT_OF_ORDER)
def test_times_out_of_order_are_refused_where_they_stand(times, pointer):
    told = {name: wire_time(instant) for name, instant in times.items()}

    with pytest.raises(InvalidInput) as of_new:
        drafted(a_proposal(**told))
    with pytest.raises(InvalidInput) as of_changed:
        changed(a_round(), told)

    assert of_new.value.details["pointer"] == of_changed.value.details["pointer"] == pointer


@pytest.mark.parametrize(
    "times",
    [
        {"lao_due_at": OPENS + MILLISECOND},
        {"lao_due_at": CLOSES},
        {"central_due_at": DUE},
        {"corrections_close_at": CLOSES},
    ],
)
def test_times_at_the_edge_of_the_order_are_taken(times):
    drafted(a_proposal(**{name: wire_time(instant) for name, instant in times.items()}))


def test_an_exception_has_to_lie_in_the_window_and_before_the_central_date():
    outside = an_exception(lao_due_at=wire_time(CLOSES + MILLISECOND))

    with pytest.raises(InvalidInput):
        drafted(a_proposal(due_exceptions=[outside]))
    with pytest.raises(InvalidInput) as refused:
        drafted(a_proposal(due_exceptions=[an_exception()], central_due_at=wire_time(DUE)))

    assert refused.value.details["pointer"] == "/central_due_at"


def test_a_change_touches_only_what_it_names():
    later = DUE + timedelta(days=1)

    assert changed(a_round(), {"lao_due_at": wire_time(later)}) == a_round(lao_due_at=later)
    assert changed(a_round(central_due_at=LATE), {"central_due_at": None}) == a_round()
    assert changed(with_dues((Scope(), LATE)), {"due_exceptions": []}) == a_round()
    assert changed(a_round(), {}) == a_round()


# -- due dates ------------------------------------------------------------------------------


def test_without_an_exception_the_rounds_own_date_holds():
    elsewhere = with_dues((Scope(province="90"), LATE))

    assert elsewhere.due_at(KLONG_THOM) == (DUE, "")


@pytest.mark.parametrize(
    "scope",
    [Scope(), Scope("81"), Scope("81", "8104"), Scope(district="8104"), Scope(organisation="o1")],
)
def test_an_exception_covers_every_place_in_its_part_and_says_why(scope):
    assert with_dues((scope, LATE)).due_at(KLONG_THOM) == (LATE, "flood (order 0)")


@pytest.mark.parametrize(
    "scope", [Scope("90"), Scope("81", "8105"), Scope("90", "8104"), Scope(organisation="o2")]
)
def test_an_exception_covers_nothing_outside_its_part(scope):
    assert with_dues((scope, LATE)).due_at(KLONG_THOM) == (DUE, "")


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Scope(), Scope("81"), Scope("90"), Scope(organisation="o1")]),
            st.datetimes().map(lambda naive: naive.replace(tzinfo=DUE.tzinfo)),
        )
    )
)
def test_of_several_exceptions_the_last_that_covers_the_place_wins(dues):
    covering = [due_at for scope, due_at in dues if scope.province != "90"]

    assert with_dues(*dues).due_at(KLONG_THOM)[0] == (covering[-1] if covering else DUE)


# -- states ---------------------------------------------------------------------------------


def test_a_step_to_another_state_makes_the_next_version():
    opening = a_round(state=RoundState.DRAFT).to(RoundState.OPENING, RoundState.DRAFT)

    assert (opening.state, opening.version) == (RoundState.OPENING, 2)


@pytest.mark.parametrize("state", set(RoundState) - {RoundState.DRAFT, RoundState.OPEN})
def test_a_step_from_a_state_that_does_not_allow_it_is_refused(state):
    with pytest.raises(RoundNotInState) as refused:
        a_round(state=state).to(RoundState.CLOSED, RoundState.DRAFT, RoundState.OPEN)

    assert refused.value.details == {"state": state.value, "needed": "draft / open"}


@pytest.mark.parametrize("state", RoundState)
def test_a_live_round_is_never_purged(state):
    with pytest.raises(RoundNotTrial):
        a_round(state=state).to_purging()


@pytest.mark.parametrize("state", RoundState)
def test_a_trial_is_purged_from_any_state_but_while_it_is_opened_or_when_gone(state):
    trial = a_round(state=state, mode=Mode.TRIAL)

    if state in (RoundState.OPENING, RoundState.PURGED):
        with pytest.raises(RoundNotInState):
            trial.to_purging()
    else:
        assert trial.to_purging().state is RoundState.PURGING


def test_the_opening_is_announced_beside_the_live_events_for_a_trial():
    rounds = (a_round(), a_round(mode=Mode.TRIAL))
    live, trial = (opened_event(each, LICENCES.events) for each in rounds)

    assert (live.trial_round, trial.trial_round) == (None, "licences-2569-1")
