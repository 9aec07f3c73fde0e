"""Organisations and desks as they are kept."""
