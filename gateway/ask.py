"""Holds whom handlers may ask: the services, the intakes, and what the gateway remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clients.accounts import AccountsClient
from clients.aggregation import AggregationClient
from clients.collecting import CollectionClient
from clients.reports import FilingsIntake, ReportsClient
from gateway.collection import Collection
from gateway.evidence_desk import EvidenceDesk
from gateway.form_cache import FormCache
from gateway.pace import Pace
from gateway.tickets import Tickets


@dataclass(frozen=True)
class CollectionAsk:
    """Handed to every handler of a collection's routes."""

    collection: Collection
    client: CollectionClient
    filings: FilingsIntake
    forms: FormCache
    evidence: EvidenceDesk
    tickets: Tickets
    holders: AccountsClient
    """Asked for what can be done without: waits less."""


@dataclass(frozen=True)
class Ask:
    """Handed to every other handler."""

    accounts: AccountsClient
    reports: ReportsClient
    aggregation: AggregationClient
    collections: Mapping[str, CollectionAsk]
    """By the name of the collection."""
    lookups: Pace = field(default_factory=lambda: Pace(at_once=60, seconds=1.0))

    @property
    def job_services(self) -> Mapping[str, AccountsClient | CollectionClient]:
        """The services that run jobs, by the name that a job's id begins with."""
        clients: list[AccountsClient | CollectionClient] = [self.accounts]
        clients += [each.client for each in self.collections.values()]
        return {client.service: client for client in clients}
