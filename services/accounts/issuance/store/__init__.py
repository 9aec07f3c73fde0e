"""Issuances, slips, activations and coverage as they are kept."""
