"""What every collection stores, by topic."""

from __future__ import annotations

from mongoengine import Document

from chassis.jobs import job_document
from collecting.alias import ALIAS
from collecting.directory.documents import OrganisationDocument
from collecting.drafts.documents import DraftDocument, PrefillDocument
from collecting.extensions.documents import ExtensionDocument, MovedDistrictDocument
from collecting.files.documents import FileChunkDocument, FileDocument, UnfinishedFileDocument
from collecting.filings.documents import FilingDocument, RefusalDocument
from collecting.obligations.documents import obligation_document
from collecting.quotas.documents import QuotaCounterDocument
from collecting.receipts.documents import ReceiptRollDocument
from collecting.rounds.documents import OpenedDistrictDocument, RoundDocument
from collecting.sealing.documents import SigningKeyDocument
from collecting.workbooks.documents import WorkbookUploadDocument


def documents_of(axis: str) -> list[type[Document]]:
    """Return the documents of a collection whose subjects stand in the field `axis`."""
    return [
        OrganisationDocument,
        RoundDocument,
        OpenedDistrictDocument,
        ExtensionDocument,
        MovedDistrictDocument,
        obligation_document(axis),
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
