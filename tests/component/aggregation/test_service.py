"""The running service counts what is announced, and answers with it over the bus."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import Any

import pytest
import structlog
from pymongo.database import Database

from chassis import topology
from chassis.connection import open_connection
from clients.aggregation import AggregationClient
from contracts.accounts.events import OrganisationChangedV1, OrganisationRegisteredV1
from contracts.aggregation.axis import Axis
from contracts.aggregation.completeness import AxisTooWide, Completeness, RoundNotCounted
from contracts.errors import OutOfScope
from contracts.events import Event
from contracts.principal import Principal, Role
from contracts.reference.code_groups import CodeGroup
from contracts.reports.events import RoundOpenedV1, TrialPurgedV1
from tests.builders.waiting import soon
from tests.component.aggregation.conftest import OPERATOR, Announcer
from tests.unit.aggregation.lives import (
    LATE,
    NOON,
    ORDERS,
    Duty,
    Life,
    a_country,
    count_by_hand,
    counted_alike,
    left_of,
)

log = structlog.get_logger(__name__)

KRABI = Principal("s2", "p81", Role.PROVINCE_OFFICER, "province", "81").to_wire()


def a_life(mode: str = "live") -> Life:
    places = (("8101", "town"), ("8101", "sao"), ("8104", "sao"), ("9001", "city"))
    fates = ("filed", "nil", "missing", "filed", "filed")
    endings = ("", "returned", "", "withdrawn", "", "answered", "refiled", "accepted", "taken_back")
    exemptions = ("", "exempt", "", "lifted")
    return Life(
        tuple(
            Duty(
                f"o{n}",
                lao_type,
                district,
                group,
                fates[(n + group.number) % 5],
                accepted_at=NOON if n % 3 else LATE,
                amendments=n % 2,
                restarted=n % 4 == 1,
                extension=sorted(ORDERS)[n % len(ORDERS)],
                ending=endings[(n + group.number) % 9],
                exemption=exemptions[(n + group.number) % 4],
            )
            for n, (district, lao_type) in enumerate(places * 5)
            for group in CodeGroup
        ),
        mode=mode,
    )


def round_opened(life: Life) -> RoundOpenedV1:
    return RoundOpenedV1(
        round_id=life.round_id,
        mode=life.mode,
        kind="ethics",
        fiscal_year_be=2568,
        no=1,
        form_id="ethics-2568",
        form_version=1,
        opens_at=NOON,
        lao_due_at=NOON,
        closes_at=NOON,
        obligations=len(life.duties),
    )


def purged(life: Life) -> TrialPurgedV1:
    return TrialPurgedV1(
        round_id=life.round_id,
        obligations=len(life.duties),
        filings=0,
        drafts=0,
        purged_at=NOON,
        statement="e30.e30.c2ln",
    )


def shows(aggregation: AggregationClient, life: Life) -> bool:
    """Whether the service answers with the figures counted by hand, along every axis."""
    return _is_known(aggregation, life) and all(
        counted_alike(
            aggregation.get_completeness(OPERATOR, life.round_id, axis=axis)["items"],
            count_by_hand(life.duties, axis),
        )
        for axis in Axis
    )


def test_announced_twice_and_in_any_order_the_figures_are_right_within_seconds(
    aggregation: AggregationClient, announcer: Announcer
) -> None:
    life = a_life()
    events: list[Event] = [round_opened(life), *life.events()]
    twice = random.Random(7).sample([*events, *events], 2 * len(events))

    announcer.announce(twice)

    soon(lambda: shows(aggregation, life))


def test_a_district_is_shown_its_own_figures_and_not_those_of_its_province(
    aggregation: AggregationClient, announcer: Announcer
) -> None:
    life = a_life()
    announcer.announce([round_opened(life), *life.events()])
    soon(lambda: shows(aggregation, life))
    province = aggregation.get_completeness(OPERATOR, life.round_id, axis="district", province="81")
    (row,) = (each for each in province["items"] if each["key"] == "8101")
    own = Principal("s2", "d8101", Role.DISTRICT_OFFICER, "district", "8101").to_wire()

    as_the_district = aggregation.get_completeness(own, life.round_id, axis="type")
    narrowed = aggregation.get_completeness(
        OPERATOR, life.round_id, axis="type", province="81", district="8101"
    )

    assert as_the_district["total"] == narrowed["total"]
    assert {**row, "key": "", "name": ""} == {**narrowed["total"], "key": "", "name": ""}
    assert row != province["total"]


def test_an_answer_has_the_promised_shape_and_a_total_of_the_rows_shown(
    aggregation: AggregationClient, announcer: Announcer
) -> None:
    life = a_life()
    announcer.announce(life.events())
    soon(lambda: shows(aggregation, life))

    answer = aggregation.get_completeness(KRABI, life.round_id, axis="district")

    assert Completeness().validate(answer) == {}
    assert [row["key"] for row in answer["items"]] == ["8101", "8104"]
    for figure in ("expected", "filed", "on_time", "late", "amended", "nil", "missing"):
        assert answer["total"][figure] == sum(row[figure] for row in answer["items"])


def test_refusals_travel_to_the_one_who_asked(
    aggregation: AggregationClient, announcer: Announcer
) -> None:
    life = a_life()
    announcer.announce(life.events())
    soon(lambda: shows(aggregation, life))

    with pytest.raises(RoundNotCounted):
        aggregation.get_completeness(OPERATOR, "no-such-round", axis="country")
    with pytest.raises(OutOfScope):
        aggregation.get_completeness(KRABI, life.round_id, axis="type", province="90")
    with pytest.raises(AxisTooWide):
        aggregation.get_completeness(OPERATOR, life.round_id, axis="country", province="81")


def test_districts_are_called_what_accounts_last_called_them(
    aggregation: AggregationClient, announcer: Announcer
) -> None:
    life = a_life()
    facts: dict[str, Any] = {
        "organisation_id": "o1",
        "kind": "lao",
        "type": "sao",
        "code": "5810401",
        "organisation_name": "คลองท่อมใต้",
        "full_name": "องค์การบริหารส่วนตำบลคลองท่อมใต้",
        "abbreviation": "อบต.คลองท่อมใต้",
        "province_code": "81",
        "province": "กระบี่",
        "district_code": "8104",
    }
    renamed_at = NOON.replace(year=2027)
    announcer.announce(
        [
            OrganisationChangedV1(
                **facts, district="คลองท่อม", changed_at=renamed_at, changed=["district"]
            ),
            OrganisationRegisteredV1(**facts, district="ชื่อเดิม", changed_at=NOON),
            *life.events(),
        ]
    )

    def named() -> bool:
        items = aggregation.get_completeness(KRABI, life.round_id, axis="district")["items"]
        return [item["name"] for item in items] == ["8101", "คลองท่อม"]

    soon(lambda: shows(aggregation, life))
    soon(named)


def test_of_a_purged_trial_nothing_is_left_and_late_events_change_nothing(
    aggregation: AggregationClient, announcer: Announcer, kept: Database
) -> None:
    trial, live = a_life("trial"), a_life()
    announcer.announce([round_opened(trial), *trial.events(), *live.events()])
    soon(lambda: shows(aggregation, trial) and shows(aggregation, live))

    announcer.announce([purged(trial), *trial.events()])
    late = replace(live, round_id=f"{live.round_id}-later")
    announcer.announce(late.events())
    soon(lambda: shows(aggregation, late))
    # Queues are worked off in order: what was announced before `late` has been taken. The purge
    # has a queue of its own.
    tombstone = [("rounds", {"_id", "turns", "purged_at"})]
    soon(lambda: left_of(trial, kept) == tombstone)

    with pytest.raises(RoundNotCounted):
        aggregation.get_completeness(OPERATOR, trial.round_id, axis="country")
    assert shows(aggregation, live)


def test_a_filing_of_a_place_that_is_not_is_parked_and_the_rest_is_counted(
    aggregation: AggregationClient, announcer: Announcer, container: Any
) -> None:
    life = a_life()
    nowhere = replace(life.filings()[0], province_code="99", obligation_id="nowhere")

    announcer.announce([nowhere, *life.events()])

    soon(lambda: shows(aggregation, life))
    parked = topology.parked(f"aggregation.{nowhere.key()}")
    with open_connection(container.config["AMQP_URI"]) as connection:
        channel = connection.channel()
        soon(lambda: channel.queue_declare(parked, passive=True).message_count == 1)
        assert "nowhere" in channel.basic_get(parked, no_ack=True).body


def test_a_round_of_the_whole_country_is_counted_and_measured(
    aggregation: AggregationClient, announcer: Announcer
) -> None:
    life = Life(a_country())
    filed = tuple(replace(duty, fate="filed") for duty in life.duties[:500])

    def counted() -> tuple[int, int]:
        answer = aggregation.get_completeness(OPERATOR, life.round_id, axis="country")
        return answer["total"]["expected"], answer["total"]["filed"]

    began = time.monotonic()
    announcer.announce(life.openings())
    soon(lambda: _is_known(aggregation, life) and counted() == (23_547, 0))
    opened = time.monotonic()
    announcer.announce(replace(life, duties=filed).filings())
    soon(lambda: counted() == (23_547, 500))
    done = time.monotonic()
    asked = {}
    for axis in Axis:
        since = time.monotonic()
        aggregation.get_completeness(OPERATOR, life.round_id, axis=axis)
        asked[f"{axis}_ms"] = round((time.monotonic() - since) * 1_000)
    log.info(
        "measured",
        openings_seconds=round(opened - began, 2),
        filings_per_second=round(500 / (done - opened)),
        **asked,
    )


def _is_known(aggregation: AggregationClient, life: Life) -> bool:
    try:
        aggregation.get_completeness(OPERATOR, life.round_id, axis="country")
    except RoundNotCounted:
        return False
    return True
