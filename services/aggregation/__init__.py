"""Aggregation is an authority on nothing: figures counted from events, made anew from the log."""
