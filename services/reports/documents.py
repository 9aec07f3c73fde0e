"""What reports stores, by topic. `python -m chassis.migrate` has the database hold to it."""

from __future__ import annotations

from collecting.alias import ALIAS
from collecting.documents import documents_of
from services.reports.consolidation.documents import ConsolidationDocument
from services.reports.ethics import ETHICS
from services.reports.problems.documents import ProblemReportDocument, ProblemTallyDocument

__all__ = ["ALIAS", "DOCUMENTS"]

DOCUMENTS = [
    *documents_of(ETHICS.axis),
    ProblemReportDocument,
    ProblemTallyDocument,
    ConsolidationDocument,
]
