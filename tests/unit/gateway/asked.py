"""What the handlers of a collection ask, and what they asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from clients.accounts import AccountsClient
from clients.reports import FilingsIntake, ReportsClient
from contracts.forms import Form
from contracts.principal import Principal, Role
from gateway.collection import Collection
from gateway.evidence_desk import EvidenceDesk
from gateway.tickets import Tickets

OFFICER = Principal(
    "slot-1",
    "1234567-1",
    Role.LAO_OFFICER,
    "organisation",
    "org1",
    organisation_id="org1",
    code_group="local_officials",
)
ANY_FORM = Form({"id": "f", "version": 1, "nil": [], "sections": []})
ANSWER = {
    "id": "r1",
    "version": 1,
    "items": [],
    "next": None,
    "not_prefilled": [],
    "job": None,
    "file_id": "f1",
    "upload_id": "u1",
    "import_id": "i1",
    "evidence": {"id": "e1"},
    "is_new": True,
    "filename": "f.xlsx",
    "xlsx_base64": "",
    "number": "n1",
    "pdf_base64": "",
}


class Asked:
    """What is asked for one collection: its service's client, its intake, its forms."""

    def __init__(self, of: Collection) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.taken: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = dict(ANSWER)
        client = ReportsClient(self._call)
        self.handed = SimpleNamespace(
            collection=of,
            client=client,
            filings=FilingsIntake(lambda submission: self.taken.append(submission)),
            forms=SimpleNamespace(of_round=lambda *_: ANY_FORM),
            evidence=EvidenceDesk(client),
            holders=AccountsClient(self._call),
            tickets=Tickets(b"k" * 32, of.prefix),
        )

    def _call(self, method: str, **arguments: Any) -> Any:
        self.asked.append((method, arguments))
        return dict(self.answer)
