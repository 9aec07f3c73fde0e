"""Signing in: passwords, second factors, OpenID, sessions, and how fast one may guess."""
