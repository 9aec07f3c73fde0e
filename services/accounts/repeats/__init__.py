"""Requests that create something, repeated in safety."""
