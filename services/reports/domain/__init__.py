"""The rules of reports. Standard library and contracts only; no clock, store or bus."""
