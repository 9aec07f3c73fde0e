"""The five services; each is the only authority on what its own package says."""
