"""Organisations: what they are, what they were, and what becomes of them on a day."""
