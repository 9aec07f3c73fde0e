"""Drafts: what is typed, what it was prefilled with, and what is missing."""
