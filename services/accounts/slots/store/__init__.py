"""Slots and their holders as they are kept."""
