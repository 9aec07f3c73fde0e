"""The room of what every collection has: rounds, obligations, drafts, filings, receipts."""
