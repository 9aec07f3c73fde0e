"""Attempts recorded as a service records them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collecting.filings.record import record as as_the_service_does
from collecting.filings.rules.decide import Attempt
from collecting.filings.store import Ledger
from collecting.sealing.receipts import Signer
from contracts.fields import BANGKOK_OFFSET

SIGNER = Signer(Ed25519PrivateKey.generate())
RECORDED = datetime(2027, 2, 1, 8, tzinfo=BANGKOK_OFFSET)


def record(ledger: Ledger, attempts: Iterable[Attempt], *, at: datetime = RECORDED) -> list[Any]:
    return as_the_service_does(ledger, list(attempts), sign=SIGNER.seal, at=at)
