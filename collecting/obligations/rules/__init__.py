"""The rules of obligations. No clock, store or bus."""
