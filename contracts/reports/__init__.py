"""What reports says: rounds, obligations, filings, receipts."""

INTAKE_QUEUE = "reports.intake"
