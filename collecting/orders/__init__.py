"""Orders that change the ledger of a round that was opened: exempt, owed again, added, renamed."""
