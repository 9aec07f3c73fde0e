"""Sealing: receipts and statements that anyone can check, and the keys they are signed with."""
