"""What accounts must be told before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from chassis import settings
from services.accounts.sign_in.rules.openid import (
    LEAST_LEVEL,
    PROVIDER_SECONDS,
    Level,
    ProviderSeconds,
)
from services.accounts.sign_in.rules.sessions import Lifetime


@dataclass(frozen=True)
class Settings(settings.Settings):
    """Read from ACCOUNTS_…; the cost of argon2 is OWASP's minimum."""

    prefix = "ACCOUNTS_"

    mongo_uri: str
    portal_url: str
    code_key_file: Path
    sign_in_key_file: Path
    argon2_memory_kib: int = 19_456
    argon2_passes: int = 2
    argon2_at_once: int = 2
    second_factor_demanded: bool = True
    session_hours: int = 12
    session_idle_minutes: int = 120
    code_days: int = 21
    openid_issuer: str = ""
    openid_client_id: str = ""
    openid_client_secret_file: str = ""
    openid_redirect_uri: str = ""
    openid_least_level: Level = LEAST_LEVEL
    openid_seconds: ProviderSeconds = PROVIDER_SECONDS
    code_old_keys: str = ""
    font_dir: Path = Path("/usr/share/fonts/truetype/tlwg")

    def openid_client_secret(self) -> str:
        """Read what we show the provider. Raises OSError when the file is not there."""
        return Path(self.openid_client_secret_file).read_text().strip()

    @property
    def session_lifetime(self) -> Lifetime:
        """How long sign-ins live."""
        return Lifetime(
            timedelta(hours=self.session_hours), timedelta(minutes=self.session_idle_minutes)
        )
