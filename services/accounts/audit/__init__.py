"""The audit chain: who did what, in entries of which none can be changed unseen."""
