"""What every collection says: rounds, obligations, drafts, filings, receipts."""
