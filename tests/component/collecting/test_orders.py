"""What is done to the ledger by order is one write with its event, and never loses a filing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from collecting.extensions.extend import keep, move_due_dates
from collecting.filings.store import Ledger
from collecting.obligations.open import open_obligations
from collecting.obligations.rules.obligation import State
from collecting.obligations.rules.orders import Order
from collecting.obligations.store import Obligations
from collecting.orders import carry_out
from collecting.running.close import close
from contracts.collecting.filings import NotOwed
from contracts.collecting.orders import (
    AlreadyExempt,
    NotExempt,
    OrganisationAlreadyInRound,
    OrganisationNotInRound,
    OrganisationNotKnown,
    ReportInForce,
)
from contracts.errors import ServiceError
from contracts.fields import wire_time
from contracts.principal import Principal, Role
from tests.builders.duties import CLOSES, DUE, EARLY, LATE, OPENS, OPERATOR
from tests.builders.licences.kind import LICENCES
from tests.builders.recording import record
from tests.builders.watching import Interrupted
from tests.component.collecting.test_extensions import a_proposal
from tests.component.collecting.test_obligations import an_organisation
from tests.unit.collecting.duties import a_round, an_attempt, owing

CENTRAL = Principal("s", "central", Role.CENTRAL_HR_BODY, "country", "")
OWNER = Principal("s2", "owner", Role.CODE_OWNER, "country", "")
ORDER = Order(OPERATOR, EARLY, "ก 7/2569", "ยุบเลิก")
ROUND_ID = "licences-2569-1"


def announced(database, collection: str = "obligations") -> list[tuple[str, dict[str, Any]]]:
    return [
        (entry["key"], orjson.loads(entry["body"]))
        for document in database[collection].find().sort("_id")
        for entry in document.get("outbox", ())
    ]


@pytest.fixture
def opened(store):
    """A round of two organisations in one district."""
    store.organisations.learn([an_organisation(1), an_organisation(2)])
    store.rounds.add(a_round())
    open_obligations(store, a_round(), show=lambda *_: None)
    return store.rounds.get(ROUND_ID)


@pytest.mark.parametrize("state", [State.EXEMPT, State.WAIVED])
def test_an_exemption_is_kept_and_announced_and_its_end_too(store, database, state):
    (owed,) = owing(store)
    round_ = store.rounds.get(ROUND_ID)

    exempt = carry_out.exempt(store, owed.id, round_, state, ORDER)
    (refused,) = record(store.ledger, [an_attempt(owed)])
    lifted = carry_out.lift(store, owed.id, round_, ORDER)

    assert (exempt.state, lifted.state) == (state, State.OPEN)
    assert isinstance(refused, NotOwed)
    assert [act.order_no for act in store.obligations.get(owed.id).acts] == ["ก 7/2569"] * 2
    told = [(key, facts["act_no"]) for key, facts in announced(database)]
    assert told == [
        ("licences.obligation_exempted.v1", 1),
        ("licences.obligation_exemption_lifted.v1", 2),
    ]
    assert announced(database)[0][1]["kind"] == state.value


def test_what_is_in_force_is_not_exempt_and_nothing_is_exempt_or_lifted_twice(store):
    owed, filed = owing(store, 2)
    round_ = store.rounds.get(ROUND_ID)
    record(store.ledger, [an_attempt(filed)])
    carry_out.exempt(store, owed.id, round_, State.EXEMPT, ORDER)

    for refusal, act in (
        (ReportInForce, lambda: carry_out.exempt(store, filed.id, round_, State.WAIVED, ORDER)),
        (AlreadyExempt, lambda: carry_out.exempt(store, owed.id, round_, State.WAIVED, ORDER)),
        (NotExempt, lambda: carry_out.lift(store, filed.id, round_, ORDER)),
    ):
        with pytest.raises(refusal):
            act()


def test_a_filing_under_way_while_its_obligation_is_exempt_counts(store, database, outbox):
    (owed,) = owing(store)
    round_ = store.rounds.get(ROUND_ID)
    meanwhile = Interrupted(
        database,
        "filings",
        "insert_many",
        lambda: carry_out.exempt(store, owed.id, round_, State.EXEMPT, ORDER),
    )

    (filing,) = record(Ledger(meanwhile, outbox, LICENCES), [an_attempt(owed)])

    assert filing["revision"] == 1
    assert store.obligations.get(owed.id).state is State.FILED


def test_an_exemption_lifted_after_the_end_is_missed_and_one_with_a_draft_a_draft(store):
    owed, typed = owing(store, 2)
    store.obligations.begin_draft(typed.id)
    round_ = store.rounds.get(ROUND_ID)
    for each in (owed, typed):
        carry_out.exempt(store, each.id, round_, State.EXEMPT, ORDER)

    drafted = carry_out.lift(store, typed.id, round_, ORDER)
    close(store, round_, at=LATE)
    after = Order(OPERATOR, CLOSES)
    missed = carry_out.lift(store, owed.id, store.rounds.get(ROUND_ID), after)

    assert (drafted.state, missed.state) == (State.DRAFT, State.MISSED)


# -- organisations --------------------------------------------------------------------------


def test_an_organisation_added_owes_by_the_latest_date_of_its_place_and_is_announced(
    store, database, opened
):
    later = DUE + timedelta(days=7)
    extension = keep(
        store,
        "job-1",
        a_proposal(scope={"district": "8104"}, lao_due_at=wire_time(later)),
        by=OPERATOR,
        at=EARLY,
    )
    move_due_dates(store, extension, at=EARLY, show=lambda *_: None)
    store.organisations.learn([an_organisation(3)])

    carry_out.add(store, "o00003", opened, ORDER)

    owed = store.obligations.list_of_organisation(ROUND_ID, "o00003")
    assert [(each.due_at, each.extension_no, each.acts[0].order_no) for each in owed] == [
        (later, 1, "ก 7/2569")
    ] * 2
    *_, (key, facts) = announced(database, "opened_districts")
    assert key == "licences.obligations_opened.v1"
    assert {(each["obligation_id"], each["due_at"]) for each in facts["obligations"]} == {
        (each.id, wire_time(later)) for each in owed
    }
    assert store.rounds.get(ROUND_ID).obligations == 6
    with pytest.raises(OrganisationAlreadyInRound):
        carry_out.add(store, "o00003", store.rounds.get(ROUND_ID), ORDER)


def test_an_organisation_added_while_its_district_is_extended_is_due_later_too(
    store, database, outbox, opened
):
    store.organisations.learn([an_organisation(3)])
    later = DUE + timedelta(days=7)

    def extend() -> None:
        proposal = a_proposal(lao_due_at=wire_time(later))
        extension = keep(store, "job-1", proposal, by=OPERATOR, at=EARLY)
        move_due_dates(store, extension, at=EARLY, show=lambda *_: None)

    whole, store.obligations = (
        store.obligations,
        Obligations(Interrupted(database, "obligations", "insert_many", extend), outbox, LICENCES),
    )
    carry_out.add(store, "o00003", opened, ORDER)
    store.obligations = whole

    owed = store.obligations.list_of_organisation(ROUND_ID, "o00003")
    assert {each.due_at for each in owed} == {later}


@pytest.mark.parametrize("step", ["obligations", "opened_districts"])
def test_an_addition_cut_short_is_completed_when_repeated(store, database, outbox, opened, step):
    class Killed(Exception):
        pass

    def crash() -> None:
        raise Killed

    store.organisations.learn([an_organisation(3)])
    whole, store.obligations = (
        store.obligations,
        Obligations(Interrupted(database, step, "insert_many", crash), outbox, LICENCES),
    )
    with pytest.raises(Killed):
        carry_out.add(store, "o00003", opened, ORDER)
    store.obligations = whole
    carry_out.add(store, "o00003", store.rounds.get(ROUND_ID), ORDER)

    told = [
        each["organisation_id"]
        for _, facts in announced(database, "opened_districts")
        for each in facts["obligations"]
    ]
    assert sorted(told) == sorted(["o00001", "o00002", "o00003"] * 2)


def test_an_organisation_registered_between_a_crash_and_its_repeat_is_announced_too(
    store, database, opened
):
    store.organisations.learn([an_organisation(3)])

    open_obligations(store, opened, show=lambda *_: None)
    open_obligations(store, opened, show=lambda *_: None)

    told = [
        each["obligation_id"]
        for _, facts in announced(database, "opened_districts")
        for each in facts["obligations"]
    ]
    assert len(told) == len(set(told)) == store.obligations.count(ROUND_ID) == 6


def test_a_renamed_organisation_is_renamed_in_the_round_and_its_filing_keeps_its_name(
    store, database, opened
):
    first, second = store.obligations.list_of_organisation(ROUND_ID, "o00001")
    (filing,) = record(store.ledger, [an_attempt(first)])
    renamed = an_organisation(1, full_name="เทศบาลตำบลสมมติ", changed_at=OPENS + timedelta(days=1))
    store.organisations.learn([renamed])

    carry_out.rename(store, "o00001", opened, ORDER)
    carry_out.rename(store, "o00001", opened, ORDER)

    names = [store.obligations.get(each.id).organisation_name for each in (first, second)]
    assert names == ["เทศบาลตำบลสมมติ"] * 2
    assert store.ledger.get(filing["_id"])["organisation_name"] == first.organisation_name
    assert [key for key, _ in announced(database)] == ["licences.obligation_renamed.v1"] * 2


def test_closing_an_organisation_exempts_what_it_has_not_filed(store, database, opened):
    first, *others = store.obligations.list_of_organisation(ROUND_ID, "o00001")
    record(store.ledger, [an_attempt(first)])

    carry_out.close(store, "o00001", opened, ORDER)
    carry_out.close(store, "o00001", opened, ORDER)

    assert store.obligations.get(first.id).state is State.FILED
    assert {store.obligations.get(each.id).state for each in others} == {State.EXEMPT}
    assert [key for key, _ in announced(database)] == ["licences.obligation_exempted.v1"]


@pytest.mark.parametrize(
    ("act", "organisation_id", "refusal"),
    [
        ("add", "nowhere", OrganisationNotKnown),
        ("add", "o00001", OrganisationAlreadyInRound),
        ("rename", "nowhere", OrganisationNotKnown),
        ("rename", "o00009", OrganisationNotInRound),
        ("close", "o00009", OrganisationNotInRound),
    ],
)
def test_an_act_on_an_organisation_that_makes_no_sense_is_refused(
    store, opened, act, organisation_id, refusal: type[ServiceError]
):
    store.organisations.learn([an_organisation(9)])

    with pytest.raises(refusal):
        carry_out.ACTS[act](store, organisation_id, opened, ORDER)
