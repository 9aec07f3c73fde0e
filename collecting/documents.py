"""What every collection stores, by topic. No behaviour."""

from __future__ import annotations

from chassis.jobs import job_document
from collecting.alias import ALIAS
from collecting.directory.documents import OrganisationDocument
from collecting.drafts.documents import DraftDocument, PrefillDocument
from collecting.extensions.documents import ExtensionDocument, MovedDistrictDocument
from collecting.files.documents import FileChunkDocument, FileDocument, UnfinishedFileDocument
from collecting.filings.documents import FilingDocument, RefusalDocument
from collecting.obligations.documents import ObligationDocument
from collecting.quotas.documents import QuotaCounterDocument
from collecting.receipts.documents import ReceiptRollDocument
from collecting.rounds.documents import OpenedDistrictDocument, RoundDocument
from collecting.sealing.documents import SigningKeyDocument
from collecting.workbooks.documents import WorkbookUploadDocument

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
    FileDocument,
    FileChunkDocument,
    UnfinishedFileDocument,
    ReceiptRollDocument,
    SigningKeyDocument,
    WorkbookUploadDocument,
    QuotaCounterDocument,
    job_document(ALIAS, "arguments.round_id"),
]
