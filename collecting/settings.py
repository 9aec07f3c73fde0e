"""What a service that collects reads from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chassis import settings


@dataclass(frozen=True)
class Settings(settings.Settings):
    """The database, the keys receipts are signed with and filings sealed, the address and font on
    paper, and who scans files.
    """

    mongo_uri: str
    signing_key_file: Path
    intake_key_file: Path
    portal_url: str
    scanner: str = "eicar"
    old_signing_keys: str = ""
    intake_old_keys: str = ""
    workbooks_kept_days: int = 90
    font_dir: Path = Path("/usr/share/fonts/truetype/tlwg")
