"""Filings: taken in, decided, recorded with their receipts, and looked up."""
