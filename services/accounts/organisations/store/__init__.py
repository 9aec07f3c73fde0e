"""Organisations as they are kept."""
