"""Reports is the only authority on rounds, forms, obligations, drafts, filings and receipts."""
