"""What reports stores, by topic. No behaviour; `python -m chassis.migrate` builds the indexes."""

from __future__ import annotations

from chassis.jobs import job_document
from services.reports.alias import ALIAS
from services.reports.consolidation.documents import ConsolidationDocument
from services.reports.directory.documents import OrganisationDocument
from services.reports.drafts.documents import DraftDocument, PrefillDocument
from services.reports.extensions.documents import ExtensionDocument, MovedDistrictDocument
from services.reports.files.documents import FileChunkDocument, FileDocument, UnfinishedFileDocument
from services.reports.filings.documents import FilingDocument, RefusalDocument
from services.reports.obligations.documents import ObligationDocument
from services.reports.problems.documents import ProblemReportDocument, ProblemTallyDocument
from services.reports.quotas.documents import QuotaCounterDocument
from services.reports.receipts.documents import ReceiptRollDocument
from services.reports.rounds.documents import OpenedDistrictDocument, RoundDocument
from services.reports.sealing.documents import SigningKeyDocument
from services.reports.workbooks.documents import WorkbookUploadDocument

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
