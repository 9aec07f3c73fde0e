"""Says what differs between the routes of two collections; everything else they have alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from marshmallow import Schema

from contracts.principal import Principal
from contracts.reference.code_groups import CodeGroup
from contracts.reports.shapes import (
    FiledSchema,
    ObligationSchema,
    ReceiptCheckBodySchema,
    ReceiptSchema,
    RoundProposalSchema,
)


@dataclass(frozen=True)
class Collection:
    """A collection of reports as the gateway has to know it.

    `client`, `patient_client` and `intake` name what `Gateway` declares for it in its head.
    """

    name: str
    client: str
    patient_client: str
    """Waits long enough for a file to be scanned."""
    intake: str
    prefix: str
    """What its paths begin with."""
    operation_prefix: str
    """What its operationIds begin with."""
    subject_of: Callable[[Principal], int | None]
    """Tells the number of what a slot reports about; None of one that does not."""
    round_proposal: type[Schema]
    obligation: type[Schema]
    filed: type[Schema]
    receipt: type[Schema]
    receipt_check: type[Schema]


def _number_of_code_group(by: Principal) -> int | None:
    return CodeGroup(by.code_group).number if by.code_group else None


ETHICS = Collection(
    name="ethics",
    client="reports",
    patient_client="scans",
    intake="filings",
    prefix="/v1",
    operation_prefix="",
    subject_of=_number_of_code_group,
    round_proposal=RoundProposalSchema,
    obligation=ObligationSchema,
    filed=FiledSchema,
    receipt=ReceiptSchema,
    receipt_check=ReceiptCheckBodySchema,
)
