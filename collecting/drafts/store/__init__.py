"""Drafts and prefills as they are kept."""
