"""Sucharit beside the ordinary ways of doing the same work, in one run: see `__main__`."""
