"""Declares the gateway: whom it asks, what it overhears, and the HTTP edge it serves."""

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
from gateway.app import App
from gateway.ask import Ask, CollectionAsk
from gateway.authentication import Sessions
from gateway.collection import ETHICS
from gateway.evidence_desk import EvidenceDesk
from gateway.form_cache import FormCache
from gateway.openapi import openapi_route
from gateway.problems import edge_refusal
from gateway.resources import COLLECTIONS, all_routes
from gateway.settings import Settings
from gateway.shedding import FilingsFirst
from gateway.tickets import Tickets


class Edge(DependencyProvider):
    """Serves every route over HTTP, asking with the clients declared beside it."""

    def __init__(self) -> None:
        self.sessions: Any = None
        self.collections: dict[str, CollectionAsk] = {}
        self._server: WebServer

    def setup(self) -> None:
        """Build what handlers ask; the clients are usable once their wire is connected."""
        settings = Settings.read()
        asked: dict[str, Any] = {
            part.attr_name: part.get_dependency(None)
            for part in self.container.dependencies
            if isinstance(part, Client | DurableAsk)
        }
        self.sessions = Sessions(asked["sign_ins"], now)
        self.collections = {
            of.name: CollectionAsk(
                collection=of,
                client=asked[of.client],
                filings=FilingsIntake(asked[of.intake]),
                forms=FormCache(asked[of.client]),
                evidence=EvidenceDesk(asked[of.patient_client]),
                tickets=Tickets.from_file(settings.ticket_key_file, of.prefix),
                holders=asked["holders"],
            )
            for of in COLLECTIONS
        }
        ask = Ask(
            accounts=asked["accounts"],
            reports=asked["reports"],
            aggregation=asked["aggregation"],
            collections=self.collections,
        )
        routes = all_routes()
        app = App(
            [*routes, openapi_route(routes)],
            ask,
            self.sessions.authenticate,
            now,
            most_files=max(1, settings.max_in_flight // 4),
            proxies=settings.trusted_proxies,
        )
        self._server = WebServer(
            app,
            host=self.container.config["process"].host,
            port=settings.port,
            limits=WebLimits(
                max_in_flight=settings.max_in_flight,
                connections_per_address=settings.connections_per_address,
            ),
            sheds=FilingsFirst(settings.max_in_flight, app.router),
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
        ethics = self.edge.collections[ETHICS.name]
        if heard is None:
            ethics.forms.doubt_all()
        else:
            ethics.forms.forget(heard.event.round_id)
        ethics.evidence.forget_all()
