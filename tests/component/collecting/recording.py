"""A store with obligations in it, and attempts recorded as the service records them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collecting.filings.record import record as as_the_service_does
from collecting.filings.rules.decide import Attempt
from collecting.filings.store import Ledger
from collecting.obligations.rules.obligation import Obligation
from collecting.rounds.rules import Round
from collecting.sealing.receipts import Signer
from contracts.fields import BANGKOK_OFFSET
from services.reports.stores import ReportsStore
from tests.unit.collecting.duties import a_round, an_obligation

SIGNER = Signer(Ed25519PrivateKey.generate())
RECORDED = datetime(2027, 2, 1, 8, tzinfo=BANGKOK_OFFSET)


def record(ledger: Ledger, attempts: Iterable[Attempt], *, at: datetime = RECORDED) -> list[Any]:
    return as_the_service_does(ledger, list(attempts), sign=SIGNER.seal, at=at)


def owing(store: ReportsStore, count: int = 1, round_: Round | None = None) -> list[Obligation]:
    """Keep a round with so many obligations, and return them."""
    round_ = round_ or a_round()
    store.rounds.add(round_)
    obligations = [
        an_obligation(f"o{number:05d}", round_id=round_.id, mode=round_.mode)
        for number in range(count)
    ]
    store.obligations.add(obligations)
    return obligations
