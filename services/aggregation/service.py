"""The aggregation service as the bus sees it: it hears what happened and answers with figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from nameko.timer import timer

from chassis.clock import Clock
from chassis.inbox import Batch
from chassis.listener import Heard, listens
from chassis.mongo import Kept
from chassis.rpc import Client, answers
from chassis.service import Service
from clients.reports import ReportsClient
from contracts.accounts.events import OrganisationChangedV1, OrganisationRegisteredV1
from contracts.aggregation.axis import Axis
from contracts.errors import OutOfScope
from contracts.fields import wire_time
from contracts.principal import Principal
from contracts.reports.events import (
    DueDatesMovedV2,
    NilConfirmedV1,
    ObligationExemptedV1,
    ObligationExemptionLiftedV1,
    ObligationsOpenedV2,
    ReportAcceptedV1,
    ReportAmendedV2,
    ReportFiledV1,
    ReportReturnedV1,
    ReportReturnTakenBackV1,
    ReportWithdrawnV1,
    RoundOpenedV1,
    TrialPurgedV1,
)
from services.aggregation import metrics
from services.aggregation.completeness import rows, scope_of, total
from services.aggregation.domain import (
    standing_exempted,
    standing_filed,
    standing_reviewed,
    standings_moved,
    standings_opened,
)
from services.aggregation.reconciling import reconciled
from services.aggregation.settings import Settings
from services.aggregation.store import Figures

# An opening or an extension holds the obligations of a whole district; a filing is one.
OPENINGS = Batch(50, 100)
FILINGS = Batch(300, 600, linger_seconds=0.25)


RECONCILE_EVERY_SECONDS = 60
RECONCILE_SECONDS = 20.0


class AggregationService(Service):
    """Counts obligations and what was filed on them."""

    name = "aggregation"

    figures = Kept(Figures, Settings)
    reports = Client(ReportsClient, seconds=RECONCILE_SECONDS)
    now = Clock()

    @listens(RoundOpenedV1)
    def await_obligations(self, heard: Heard) -> None:
        """Know the round, and how many obligations there are to hear of."""
        self.figures.announce(heard.event.round_id, heard.event.obligations)
        metrics.show_size(**self.figures.size())

    @listens(ObligationsOpenedV2, batch=OPENINGS)
    def expect(self, heard: list[Heard]) -> None:
        """Count the obligations as expected, each once."""
        self.figures.count(
            standing for opening in heard for standing in standings_opened(opening.event)
        )
        self._counted(heard)
        metrics.show_size(**self.figures.size())

    @listens(ReportFiledV1, batch=FILINGS)
    def count_report(self, heard: list[Heard]) -> None:
        """Count the obligations as filed, in time or late."""
        self._count_filings(heard)

    @listens(NilConfirmedV1, batch=FILINGS)
    def count_nil(self, heard: list[Heard]) -> None:
        """Count the obligations as filed, with nothing to report."""
        self._count_filings(heard)

    @listens(ReportAmendedV2, batch=FILINGS)
    def count_amendment(self, heard: list[Heard]) -> None:
        """Count the obligations as amended, in time or late by what the amendment makes of it."""
        self._count_filings(heard)

    @listens(ReportWithdrawnV1, batch=FILINGS)
    def count_withdrawal(self, heard: list[Heard]) -> None:
        """Count the obligations as not filed any more."""
        self._count_filings(heard)

    @listens(DueDatesMovedV2, batch=OPENINGS)
    def judge_by_moved_dates(self, heard: list[Heard]) -> None:
        """Count as on time, or late, what was filed by the due dates that stand after an order."""
        self.figures.count(
            standing for moving in heard for standing in standings_moved(moving.event)
        )
        self._counted(heard)

    @listens(ReportReturnedV1, batch=FILINGS)
    def count_return(self, heard: list[Heard]) -> None:
        """Count the obligations as returned until they are filed anew."""
        self._count_reviews(heard)

    @listens(ReportReturnTakenBackV1, batch=FILINGS)
    def count_return_taken_back(self, heard: list[Heard]) -> None:
        """Count the obligations as returned no more."""
        self._count_reviews(heard)

    @listens(ReportAcceptedV1, batch=FILINGS)
    def count_acceptance(self, heard: list[Heard]) -> None:
        """Count the obligations as returned no more."""
        self._count_reviews(heard)

    @listens(ObligationExemptedV1, batch=FILINGS)
    def count_exemption(self, heard: list[Heard]) -> None:
        """Count the obligations as exempt."""
        self._count_exemptions(heard)

    @listens(ObligationExemptionLiftedV1, batch=FILINGS)
    def count_exemption_lifted(self, heard: list[Heard]) -> None:
        """Count the obligations as owed again."""
        self._count_exemptions(heard)

    @listens(TrialPurgedV1)
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
        by: dict[str, Any],
        round_id: str,
        axis: str,
        province: str | None = None,
        district: str | None = None,
    ) -> dict[str, Any]:
        """Return the figures of a round by one axis, of the caller's area or a part of it.

        Raises RoundNotCounted, OutOfScope, AxisTooWide.
        """
        along = Axis(axis)
        scope = scope_of(Principal.from_wire(by), along, province=province, district=district)
        sums = self.figures.sums(round_id, along, scope)
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
    def get_reconciliation(self, by: dict[str, Any]) -> dict[str, Any]:
        """Return for each round its receipts, events and counted filings, as last compared.

        Raises OutOfScope for whoever is not of the whole country.
        """
        principal = Principal.from_wire(by)
        if principal.area != "country":
            raise OutOfScope(username=principal.username)
        rows = self.figures.reconciled()
        items = [row | {"as_of": wire_time(row["as_of"])} for row in rows]
        return {"items": items, "next": None}

    def _count_filings(self, heard: list[Heard]) -> None:
        self.figures.count(standing_filed(filing.event) for filing in heard)
        self._counted(heard)

    def _count_reviews(self, heard: list[Heard]) -> None:
        self.figures.count(standing_reviewed(review.event) for review in heard)
        self._counted(heard)

    def _count_exemptions(self, heard: list[Heard]) -> None:
        self.figures.count(standing_exempted(exempting.event) for exempting in heard)
        self._counted(heard)

    def _counted(self, heard: Iterable[Heard]) -> None:
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
