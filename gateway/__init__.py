"""Serves HTTP: routes, the rules every request is held to, and how refusals are answered."""
