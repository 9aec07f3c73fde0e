"""The rules of sessions, second factors and guessing. No clock, store or bus."""
