"""Makes sure that the operator can sign in: `python -m services.accounts.operator`.

The password is SUCHARIT_OPERATOR_PASSWORD when given; a random one is made and printed once when
the slot has none yet. The slot is there before any registry is.
"""

from __future__ import annotations

import os
import secrets
import sys

from chassis.clock import now
from chassis.mongo import connect
from services.accounts.documents import DATABASE
from services.accounts.settings import Settings
from services.accounts.sign_in.passwords import PasswordHashes
from services.accounts.slots.rules.slot import OPERATOR_USERNAME
from services.accounts.slots.store.slots import SlotStore


def set_operator(slots: SlotStore, hashes: PasswordHashes, given: str | None) -> str | None:
    """Set the password given, or make one when the slot has none; return one that was made.

    A password that is set already stays, and so does the session opened with it.
    """
    kept = slots.find_operator_password()
    if given is None and kept is not None:
        return None
    password = given or secrets.token_urlsafe(18)
    if kept is None or not hashes.is_right(kept, password):
        slots.set_operator(hashes.make(password), at=now())
    return None if given else password


def main() -> None:
    """Do it for the database the settings name."""
    settings = Settings.read()
    slots = SlotStore(connect(settings.mongo_uri, DATABASE))
    given = os.environ.get("SUCHARIT_OPERATOR_PASSWORD") or None
    made = set_operator(slots, PasswordHashes(settings), given)
    if made is not None:
        sys.stdout.write(f"The operator signs in as {OPERATOR_USERNAME} with {made}\n")


if __name__ == "__main__":
    main()
