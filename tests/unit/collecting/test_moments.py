"""What an obligation had come to at a moment does not depend on what happened afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from collecting.extensions.rules import Extension, Orders
from collecting.filings.rules.moments import Revision, line_at
from collecting.obligations.rules.kinds import FilingKind
from collecting.obligations.rules.obligation import Act
from collecting.rounds.rules import Scope
from contracts.collecting.figures import Counts
from tests.builders.duties import CLOSES, DUE, EARLY, LATE, MILLISECOND, OPENS
from tests.unit.collecting.duties import a_round, an_obligation, an_order

SECOND = timedelta(seconds=1)


def a_revision(number: int = 1, kind: str = "original", **changes: Any) -> Revision:
    facts = {"accepted_at": EARLY, "reason_class": "correction", "answers": {"n": number}}
    return Revision(number=number, kind=FilingKind(kind), **facts | changes)


def an_act(kind: str, **changes: Any) -> Act:
    facts = {"no": 1, "revision": 1, "at": LATE, "role": "operator", "slot_id": "s"}
    return Act(kind=kind, username="operator", **facts | changes)


def an_extension(**changes: Any) -> Extension:
    return an_order(**{"scope": Scope("81"), "lao_due_at": CLOSES, "extended_at": DUE} | changes)


def stood(moment, revisions=(), *, acts=(), extensions=(), **round_changes):
    obligation = replace(an_obligation(), acts=tuple(acts))
    return line_at(
        moment, obligation, list(revisions), a_round(**round_changes), Orders(extensions)
    )


def test_what_was_never_filed_is_missing():
    line = stood(LATE)

    assert (line.answers, line.counts) == (None, Counts(expected=1))
    assert line.counts.missing == 1


def test_a_report_filed_once_counts_as_filed_and_as_nothing_else():
    assert stood(LATE, [a_revision()]).counts == Counts(expected=1, filed=1, on_time=1)


def test_the_latest_revision_is_in_force_and_the_first_decides_what_is_on_time():
    line = stood(LATE, [a_revision(), a_revision(2, "amendment", accepted_at=LATE)])

    assert line.answers == {"n": 2}
    assert line.counts == Counts(expected=1, filed=1, on_time=1, amended=1)


def test_an_amendment_of_a_class_that_restarts_the_clock_decides_instead():
    revisions = [a_revision(), a_revision(2, "amendment", accepted_at=LATE)]

    assert stood(LATE, revisions, late_if_amended_as=("correction",)).counts.on_time == 0
    assert stood(LATE, revisions, late_if_amended_as=("addition",)).counts.on_time == 1


def test_a_withdrawal_takes_back_and_what_is_filed_again_keeps_the_first_time():
    withdrawn = [a_revision(), a_revision(2, "withdrawal", accepted_at=LATE)]
    again = [*withdrawn, a_revision(3, "nil", accepted_at=LATE)]

    assert stood(LATE, withdrawn).answers is None
    line = stood(LATE, again)
    assert line.answers == {"n": 3}
    assert line.counts == Counts(expected=1, filed=1, on_time=1, nil=1)


def test_an_extension_counts_from_the_moment_it_was_given():
    revisions = [a_revision(accepted_at=DUE + SECOND)]
    extensions = [an_extension(extended_at=LATE)]

    assert stood(LATE - SECOND, revisions, extensions=extensions).counts.on_time == 0
    assert stood(LATE, revisions, extensions=extensions).counts.on_time == 1


def test_a_withdrawal_counts_from_its_moment_and_not_for_what_was_filed_before_it():
    extensions = [
        an_extension(extended_at=DUE + SECOND),
        an_extension(no=2, withdraws=1, lao_due_at=None, extended_at=LATE),
    ]
    filed_before, filed_under = (
        [a_revision(accepted_at=DUE + SECOND + each)] for each in (-MILLISECOND, 0 * SECOND)
    )
    filed_after = [a_revision(accepted_at=LATE)]

    for revisions, judged in (
        (filed_before, (True, False)),
        (filed_under, (True, True)),
        (filed_after, (True, False)),
    ):
        told = [stood(at, revisions, extensions=extensions) for at in (LATE - MILLISECOND, LATE)]
        assert tuple(line.counts.on_time for line in told) == judged


@pytest.mark.parametrize(
    ("part", "reaches"),
    [
        ({"scope": Scope("80")}, False),
        ({"scope": Scope(), "obligation": an_obligation().id}, True),
        ({"scope": Scope(), "obligation": "another"}, False),
        ({"lao_due_at": DUE - SECOND}, False),
    ],
)
def test_an_extension_reaches_what_it_was_given_to(part, reaches):
    line = stood(LATE, [a_revision(accepted_at=DUE + SECOND)], extensions=[an_extension(**part)])

    assert line.counts.on_time == reaches


def test_an_exemption_counts_from_its_order_until_it_is_lifted():
    acts = [an_act("waived", at=EARLY), an_act("exemption_lifted", at=LATE)]

    assert stood(EARLY - SECOND, acts=acts).counts.exempt == 0
    assert stood(EARLY, acts=acts).counts.exempt == 1
    assert stood(LATE, acts=acts).counts.exempt == 0


def test_a_return_stands_until_it_is_answered_taken_back_or_accepted():
    returned = [an_act("returned", at=DUE)]
    amended = [a_revision(), a_revision(2, "amendment", accepted_at=LATE)]

    assert stood(DUE - SECOND, [a_revision()], acts=returned).counts.returned == 0
    assert stood(DUE, [a_revision()], acts=returned).counts.returned == 1
    assert stood(LATE, amended, acts=returned).counts.returned == 0
    for kind in ("return_taken_back", "accepted"):
        acts = [*returned, an_act(kind, at=LATE)]
        assert stood(LATE, [a_revision()], acts=acts).counts.returned == 0


def test_an_organisation_added_later_was_not_there_and_one_renamed_later_had_its_name():
    acts = [an_act("added", at=EARLY), an_act("renamed", at=LATE, name_before="ชื่อเดิม")]

    assert stood(OPENS, acts=acts) is None
    assert stood(EARLY, acts=acts).organisation_name == "ชื่อเดิม"
    assert stood(LATE, acts=acts).organisation_name == an_obligation().organisation_name
