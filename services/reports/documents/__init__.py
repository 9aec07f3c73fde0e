"""What reports stores, by topic. No behaviour; `python -m chassis.migrate` builds the indexes."""

from __future__ import annotations

from chassis.jobs import job_document
from services.reports.documents.alias import ALIAS
from services.reports.documents.files import (
    FileChunkDocument,
    FileDocument,
    QuotaCounterDocument,
    UnfinishedFileDocument,
    WorkbookUploadDocument,
)
from services.reports.documents.ledger import (
    DraftDocument,
    FilingDocument,
    ObligationDocument,
    PrefillDocument,
    RefusalDocument,
)
from services.reports.documents.problems import (
    ConsolidationDocument,
    ProblemReportDocument,
    ProblemTallyDocument,
)
from services.reports.documents.receipts import ReceiptRollDocument, SigningKeyDocument
from services.reports.documents.rounds import (
    ExtensionDocument,
    MovedDistrictDocument,
    OpenedDistrictDocument,
    OrganisationDocument,
    RoundDocument,
)

DOCUMENTS = [
    OrganisationDocument,
    RoundDocument,
    OpenedDistrictDocument,
    ExtensionDocument,
    MovedDistrictDocument,
    ObligationDocument,
    DraftDocument,
    PrefillDocument,
    FilingDocument,
    RefusalDocument,
    ProblemReportDocument,
    ProblemTallyDocument,
    ConsolidationDocument,
    FileDocument,
    FileChunkDocument,
    UnfinishedFileDocument,
    ReceiptRollDocument,
    SigningKeyDocument,
    WorkbookUploadDocument,
    QuotaCounterDocument,
    job_document(ALIAS, "arguments.round_id"),
]
