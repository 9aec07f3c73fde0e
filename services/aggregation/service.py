"""The aggregation service as the bus sees it: it hears what happened and answers with figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from chassis.clock import Clock
from chassis.inbox import Batch
from chassis.listener import Heard, listens
from chassis.mongo import Kept
from chassis.rpc import Client, answers
from chassis.service import Service
from chassis.worker import timer
from clients.reports import ReportsClient
from contracts.accounts.events import OrganisationChangedV1, OrganisationRegisteredV1
from contracts.aggregation.axis import Axis
from contracts.aggregation.completeness import CompletenessFacts
from contracts.aggregation.reconciliation import ReconciliationItemFacts
from contracts.errors import OutOfScope
from contracts.events import Event
from contracts.fields import wire_time
from contracts.paging import PageFacts
from contracts.principal import Principal, PrincipalFacts
from services.aggregation import metrics
from services.aggregation.completeness import area_of, rows, total
from services.aggregation.reconciliation import reconciled
from services.aggregation.settings import Settings
from services.aggregation.sources import statements as says
from services.aggregation.sources.table import ROUND_OPENED, TRIAL_PURGED, said_by, saying
from services.aggregation.store import Figures

Method = TypeVar("Method", bound=Callable[..., None])

# An opening or an extension holds the obligations of a whole district; a filing is one.
OPENINGS = Batch(50, 100)
FILINGS = Batch(300, 600, linger_seconds=0.25)
RECONCILE_EVERY_SECONDS = 60
RECONCILE_SECONDS = 20.0


def hears(
    events: Iterable[type[Event]], *, batch: Batch | None = None
) -> Callable[[Method], Method]:
    """Let a method listen to each of the events."""

    def declare(method: Method) -> Method:
        for event in events:
            listens(event, batch=batch)(method)
        return method

    return declare


class AggregationService(Service):
    """Counts obligations and what was filed on them."""

    name = "aggregation"

    figures = Kept(Figures, Settings)
    reports = Client(ReportsClient, seconds=RECONCILE_SECONDS)
    now = Clock()

    @hears(ROUND_OPENED)
    def await_obligations(self, heard: Heard) -> None:
        """Know the round, and how many obligations there are to hear of."""
        self.figures.announce(heard.event.round_id, heard.event.obligations)
        metrics.show_size(**self.figures.size())

    @hears(saying(says.opened), batch=OPENINGS)
    def expect(self, heard: list[Heard]) -> None:
        """Count the obligations as expected, each once."""
        self._count(heard)
        metrics.show_size(**self.figures.size())

    @hears(saying(says.filed), batch=FILINGS)
    def count_report(self, heard: list[Heard]) -> None:
        """Count the obligations as filed, in time or late."""
        self._count(heard)

    @hears(saying(says.nil_confirmed), batch=FILINGS)
    def count_nil(self, heard: list[Heard]) -> None:
        """Count the obligations as filed, with nothing to report."""
        self._count(heard)

    @hears(saying(says.amended), batch=FILINGS)
    def count_amendment(self, heard: list[Heard]) -> None:
        """Count the obligations as amended, in time or late by what the amendment makes of it."""
        self._count(heard)

    @hears(saying(says.withdrawn), batch=FILINGS)
    def count_withdrawal(self, heard: list[Heard]) -> None:
        """Count the obligations as not filed any more."""
        self._count(heard)

    @hears(saying(says.due_dates_moved), batch=OPENINGS)
    def judge_by_moved_dates(self, heard: list[Heard]) -> None:
        """Count as on time, or late, what was filed by the due dates that stand after an order."""
        self._count(heard)

    @hears(saying(says.returned), batch=FILINGS)
    def count_return(self, heard: list[Heard]) -> None:
        """Count the obligations as returned until they are filed anew."""
        self._count(heard)

    @hears(saying(says.return_taken_back), batch=FILINGS)
    def count_return_taken_back(self, heard: list[Heard]) -> None:
        """Count the obligations as returned no more."""
        self._count(heard)

    @hears(saying(says.accepted), batch=FILINGS)
    def count_acceptance(self, heard: list[Heard]) -> None:
        """Count the obligations as returned no more."""
        self._count(heard)

    @hears(saying(says.exempted), batch=FILINGS)
    def count_exemption(self, heard: list[Heard]) -> None:
        """Count the obligations as exempt."""
        self._count(heard)

    @hears(saying(says.exemption_lifted), batch=FILINGS)
    def count_exemption_lifted(self, heard: list[Heard]) -> None:
        """Count the obligations as owed again."""
        self._count(heard)

    @hears(TRIAL_PURGED)
    def forget_trial(self, heard: Heard) -> None:
        """Delete all of the trial round, and pass over what is still to come of it."""
        self.figures.purge(heard.event.round_id, heard.event.purged_at)
        metrics.show_size(**self.figures.size())

    @listens(OrganisationRegisteredV1, batch=FILINGS)
    def learn_districts(self, heard: list[Heard]) -> None:
        """Learn what districts are called from the organisations in them."""
        self._learn_names(heard)

    @listens(OrganisationChangedV1, batch=FILINGS)
    def relearn_districts(self, heard: list[Heard]) -> None:
        """Learn the new names of districts."""
        self._learn_names(heard)

    @answers
    def get_completeness(
        self,
        by: PrincipalFacts,
        round_id: str,
        axis: str,
        province: str | None = None,
        district: str | None = None,
    ) -> CompletenessFacts:
        """Return the figures of a round by one axis, of the caller's area or a part of it.

        Raises RoundNotCounted, OutOfScope, AxisTooWide.
        """
        along = Axis(axis)
        area = area_of(Principal.from_wire(by), along, province=province, district=district)
        sums = self.figures.sums(round_id, along, area)
        names = self.figures.district_names(sums) if along is Axis.DISTRICT else {}
        return {
            "round_id": round_id,
            "by": axis,
            "items": rows(along, sums, names),
            "total": total(sums.values()),
            "as_of": wire_time(self.now()),
        }

    @timer(interval=RECONCILE_EVERY_SECONDS)
    def reconcile(self) -> None:
        """Compare what was heard of each round with the receipts of the ledger; in every process.

        Raises ServiceUnavailable.
        """
        # Counted here first: what the ledger has had for a while must be among it by now.
        counted = self.figures.filings()
        rows = reconciled(self.reports.count_receipts()["items"], counted, at=self.now())
        self.figures.keep_reconciled(rows)
        metrics.show_difference(rows)

    @answers
    def get_reconciliation(self, by: PrincipalFacts) -> PageFacts[ReconciliationItemFacts]:
        """Return for each round its receipts, events and counted filings, as last compared.

        Raises OutOfScope for whoever is not of the whole country.
        """
        principal = Principal.from_wire(by)
        if principal.area != "country":
            raise OutOfScope(username=principal.username)
        rows = self.figures.reconciled()
        items = [row | {"as_of": wire_time(row["as_of"])} for row in rows]
        return {"items": items, "next": None}

    def _count(self, heard: list[Heard]) -> None:
        self.figures.count(standing for each in heard for standing in said_by(each.event))
        counted_at = self.now()
        for event, envelope in heard:
            metrics.record_lag(event.key(), sent_at=envelope.time, counted_at=counted_at)

    def _learn_names(self, heard: Iterable[Heard]) -> None:
        newest: dict[str, tuple[datetime, str]] = {}
        for event, _ in heard:
            if event.district_code is not None and event.district is not None:
                called = (event.changed_at, event.district)
                newest[event.district_code] = max(called, newest.get(event.district_code, called))
        self.figures.name_districts(newest)
