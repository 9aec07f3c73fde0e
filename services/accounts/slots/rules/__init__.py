"""The rules of slots and their holders. No clock, store or bus."""
