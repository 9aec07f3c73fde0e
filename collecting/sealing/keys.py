"""Which keys are ours: the one that signs now, and all that ever signed, so that old receipts hold.

`python -m tools.rotate_key` changes the one that signs. The public half of a key is in the
database before its first signature leaves it, so that losing the file loses no receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from nameko.extensions import DependencyProvider

from chassis.clock import now
from collecting.sealing.receipts import PublicKey, Signer, kid_of
from collecting.sealing.store import SigningKeys
from collecting.settings import Settings
from contracts.collecting.receipts import JwksFacts
from contracts.fields import wire_time

Facts = dict[str, Any]


class Keyring:
    """Signs with the present key, and reads what any key of ours has signed."""

    def __init__(
        self,
        signer: Signer,
        old: Sequence[PublicKey],
        kept: SigningKeys,
        clock: Callable[[], datetime],
    ) -> None:
        self._signer = signer
        self._known: dict[str, PublicKey] = {key.kid: key for key in (*old, signer)}
        self._kept = kept
        self._now = clock
        self._is_kept = False

    def sign(self, facts: Mapping[str, Any]) -> str:
        """Return the facts as a compact JWS."""
        self._keep()
        return self._signer.sign(facts)

    def seal(self, receipt: Facts) -> Facts:
        """Return the receipt with its signature in `jws`."""
        self._keep()
        return self._signer.seal(receipt)

    def read(self, jws: str) -> Facts | None:
        """Return the facts of a JWS signed with a key of ours, or None for anything else."""
        kid = kid_of(jws)
        if kid is None:
            return None
        if kid not in self._known:
            kept = self._kept.find(kid)
            if kept is None:
                return None
            self._known[kid] = PublicKey.from_jwk(kept["jwk"])
        return self._known[kid].read(jws)

    def jwks(self) -> JwksFacts:
        """Return every public key as a JWK set, the present one last; `retired_at` is null for it.

        Names beyond RFC 7517 are passed over by those who do not know them.
        """
        self._keep()
        return {"keys": [_shown(key) for key in self._kept.list()]}

    def _keep(self) -> None:
        if not self._is_kept:
            keys = self._known.values()
            self._kept.keep(
                present=self._signer.kid, jwks=[key.jwk for key in keys], at=self._now()
            )
            self._is_kept = True


def _shown(key: Facts) -> Facts:
    dates = ("first_used_at", "retired_at")
    return {**key["jwk"], **{name: key[name] and wire_time(key[name]) for name in dates}}


class Signing(DependencyProvider):
    """Hands out the keyring. A missing or wrong key stops the start."""

    def __init__(self, settings: type[Settings], clock: Callable[[], datetime] = now) -> None:
        self._settings = settings
        self._clock = clock
        self._signer: Signer
        self._old: list[PublicKey] = []
        self._keyring: Keyring | None = None

    def setup(self) -> None:
        """Read the keys."""
        settings = self._settings.read()
        self._signer = Signer.from_file(settings.signing_key_file)
        if settings.old_signing_keys:
            folder = Path(settings.old_signing_keys)
            self._old = [PublicKey.from_file(path) for path in sorted(folder.glob("*.pem"))]

    def get_dependency(self, worker_ctx: Any) -> Keyring:
        """Return the process's keyring, kept in the store declared beside it as `store`."""
        if self._keyring is None:
            parts = {part.attr_name: part for part in self.container.dependencies}
            kept = parts["store"].get_dependency(None).signing_keys
            self._keyring = Keyring(self._signer, self._old, kept, self._clock)
        return self._keyring
