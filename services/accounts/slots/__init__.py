"""Slots: who may sign in for an organisation, who holds them, handing over and locking."""
