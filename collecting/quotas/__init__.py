"""Quotas: how much one may send in a day or a year."""
