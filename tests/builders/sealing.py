"""The key that fillers and takers of an intake share in tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from chassis.settings import Settings

KEY = b"n" * 32


@dataclass(frozen=True)
class IntakeSettings(Settings):
    """Where the key is."""

    prefix = "INTAKE_"

    intake_key_file: Path
    intake_old_keys: str = ""


def hand_out_key(
    folder: Path, monkeypatch: pytest.MonkeyPatch, key: bytes = KEY, *prefixes: str
) -> bytes:
    """Write the key where those who start from now on find it; return it."""
    path = folder / "intake.hex"
    path.write_text(key.hex())
    for prefix in (IntakeSettings.prefix, *prefixes):
        monkeypatch.setenv(f"{prefix}INTAKE_KEY_FILE", str(path))
    return key
