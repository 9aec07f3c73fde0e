"""The rules of accounts. No clock, no store, no bus: what they need is handed in."""
