"""The name that the documents know their database by."""

from __future__ import annotations

ALIAS = "collecting"
