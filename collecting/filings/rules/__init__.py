"""The rules of filings. No clock, store or bus."""
