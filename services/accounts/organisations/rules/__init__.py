"""The rules of organisations. No clock, store or bus."""
