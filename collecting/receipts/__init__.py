"""Receipts: on paper, and the rolls of a day that they stand in."""
