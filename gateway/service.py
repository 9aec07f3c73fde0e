"""The gateway as the bus sees it: whom it asks, what it overhears, and the HTTP edge it serves."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from chassis.clock import now
from chassis.intake import DurableAsk
from chassis.listener import Heard, overhears
from chassis.rpc import Client
from chassis.service import GRACE_SECONDS, Service
from clients.accounts import AccountsClient
from clients.aggregation import AggregationClient
from clients.reports import FilingsIntake, ReportsClient
from contracts.accounts.events import HolderChangedV1, SessionClosedV1
from contracts.reports import INTAKE_QUEUE
from contracts.reports.events import TrialPurgedV1
from edge.limits import WebLimits
from edge.server import WebServer
from gateway import (
    audit,
    completeness,
    consolidations,
    corrections,
    evidence,
    extensions,
    filings,
    forms,
    issuances,
    jobs,
    ledger_acts,
    obligations,
    openid,
    operations,
    organisation_changes,
    organisations,
    pages,
    problem_reports,
    receipts,
    rounds,
    second_factors,
    sessions,
    slots,
    workbooks,
)
from gateway.app import App
from gateway.ask import Ask
from gateway.authentication import Sessions
from gateway.evidence_desk import EvidenceDesk
from gateway.form_cache import FormCache
from gateway.http import routes_of
from gateway.openapi import openapi_route
from gateway.problems import edge_refusal
from gateway.settings import Settings
from gateway.shedding import FilingsFirst
from gateway.site import site_routes
from gateway.tickets import Tickets

RESOURCES = (
    sessions,
    second_factors,
    openid,
    operations,
    audit,
    organisations,
    organisation_changes,
    slots,
    issuances,
    rounds,
    forms,
    extensions,
    ledger_acts,
    obligations,
    filings,
    corrections,
    evidence,
    pages,
    receipts,
    problem_reports,
    consolidations,
    completeness,
    workbooks,
    jobs,
)


class Edge(DependencyProvider):
    """Serves every route over HTTP, asking with the clients declared beside it."""

    def __init__(self) -> None:
        self.sessions: Any = None
        self.forms: Any = None
        self.evidence: Any = None
        self._server: WebServer | None = None

    def setup(self) -> None:
        """Build what handlers ask; the clients are usable once their wire is connected."""
        parts = {part.attr_name: part for part in self.container.dependencies}
        settings = Settings.read()
        asked = {
            name: parts[name].get_dependency(None)
            for name in ("accounts", "holders", "reports", "aggregation")
        }
        self.sessions = Sessions(parts["sign_ins"].get_dependency(None), now)
        self.forms = FormCache(asked["reports"])
        self.evidence = EvidenceDesk(parts["scans"].get_dependency(None))
        ask = Ask(
            **asked,
            filings=FilingsIntake(parts["filings"].get_dependency(None)),
            forms=self.forms,
            evidence=self.evidence,
            tickets=Tickets.from_file(settings.ticket_key_file),
        )
        routes = [*routes_of(*RESOURCES), *site_routes()]
        self._server = WebServer(
            App(
                [*routes, openapi_route(routes)],
                ask,
                self.sessions.authenticate,
                now,
                most_files=max(1, settings.max_in_flight // 4),
                proxies=settings.trusted_proxies,
            ),
            host=self.container.config["process"].host,
            port=settings.port,
            limits=WebLimits(
                max_in_flight=settings.max_in_flight,
                connections_per_address=settings.connections_per_address,
            ),
            sheds=FilingsFirst(settings.max_in_flight),
            refusal=edge_refusal,
            is_proxy=settings.trusted_proxies.is_proxy,
            shares_port=True,
        )

    def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._server.start()

    def stop(self) -> None:
        """Answer what is in flight, close."""
        self._server.stop(GRACE_SECONDS)

    kill = stop

    def get_dependency(self, worker_ctx: Any) -> Edge:
        """Return the edge, for what is overheard."""
        return self


class Gateway(Service):
    """Everything from outside comes through here."""

    name = "gateway"

    accounts = Client(AccountsClient, seconds=5.0)
    sign_ins = Client(AccountsClient, seconds=2.0)
    holders = Client(AccountsClient, seconds=1.0)
    reports = Client(ReportsClient, seconds=5.0)
    scans = Client(ReportsClient, seconds=40.0)
    aggregation = Client(AggregationClient, seconds=5.0)
    filings = DurableAsk(INTAKE_QUEUE, service="reports", settings=Settings)
    edge = Edge()

    @overhears(SessionClosedV1)
    def end_session(self, heard: Heard | None) -> None:
        """Stop honouring a session that was closed anywhere."""
        if heard is None:
            self.edge.sessions.doubt_all()
        else:
            self.edge.sessions.forget(heard.event.session_id)

    @overhears(HolderChangedV1)
    def learn_holder(self, heard: Heard | None) -> None:
        """Let the next act bear the name of whoever holds the slot now."""
        if heard is None:
            self.edge.sessions.doubt_all()
        else:
            self.edge.sessions.doubt_slot(heard.event.slot_id)

    @overhears(TrialPurgedV1)
    def forget_trial(self, heard: Heard | None) -> None:
        """Forget a purged trial round."""
        if heard is None:
            self.edge.forms.doubt_all()
        else:
            self.edge.forms.forget(heard.event.round_id)
        self.edge.evidence.forget_all()
