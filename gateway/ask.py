"""Whom handlers may ask: the services, the intake, and what the gateway remembers for seconds."""

from __future__ import annotations

from dataclasses import dataclass

from clients.accounts import AccountsClient
from clients.aggregation import AggregationClient
from clients.reports import FilingsIntake, ReportsClient
from gateway.evidence_desk import EvidenceDesk
from gateway.form_cache import FormCache
from gateway.tickets import Tickets


@dataclass(frozen=True)
class Ask:
    """Handed to every handler."""

    accounts: AccountsClient
    holders: AccountsClient  # asked beside the way: waits less
    reports: ReportsClient
    aggregation: AggregationClient
    filings: FilingsIntake
    forms: FormCache
    evidence: EvidenceDesk
    tickets: Tickets
