"""The key receipts are signed with, read once from its file."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.reports.receipts import Signer
from services.reports.settings import Settings


class Signing(DependencyProvider):
    """Hands out the signer. A missing or wrong key stops the start."""

    def __init__(self, settings: type[Settings]) -> None:
        self._settings = settings
        self._signer: Signer | None = None

    def setup(self) -> None:
        """Read the key."""
        self._signer = Signer.from_file(self._settings.read().signing_key_file)

    def get_dependency(self, worker_ctx: Any) -> Signer | None:
        """Return the signer."""
        return self._signer
