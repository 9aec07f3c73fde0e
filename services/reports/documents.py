"""What reports stores, by topic. No behaviour; `python -m chassis.migrate` builds the indexes."""

from __future__ import annotations

from collecting import documents as collecting
from collecting.alias import ALIAS
from services.reports.consolidation.documents import ConsolidationDocument
from services.reports.problems.documents import ProblemReportDocument, ProblemTallyDocument

__all__ = ["ALIAS", "DOCUMENTS"]

DOCUMENTS = [
    *collecting.DOCUMENTS,
    ProblemReportDocument,
    ProblemTallyDocument,
    ConsolidationDocument,
]
