"""Rounds: what is asked of whom until when, as it is proposed, kept and shown."""
