"""Keep today's digests: `python -m tests.contracts.golden`, when what others see was changed."""

from __future__ import annotations

import json

from tests.contracts.golden.things import KEPT, digests

KEPT.write_text(json.dumps(digests(), indent=1, ensure_ascii=False, sort_keys=True) + "\n")
