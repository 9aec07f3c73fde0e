"""Opening a slot: with its password, or first with an activation code. Throttled alike."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from contracts.accounts.errors import WrongActivationCode, WrongCredentials
from contracts.fields import wire_time
from services.accounts.codes import ActivationCodes, read_typed
from services.accounts.domain.activation import find_usable
from services.accounts.domain.sessions import Ending, Session
from services.accounts.domain.throttling import attempts_key
from services.accounts.passwords import GreenPasswordHashes, require_strong
from services.accounts.shapes import show_activated, show_principal
from services.accounts.store import AccountsStore

TOKEN_BYTES = 32


def open_session(
    store: AccountsStore,
    passwords: GreenPasswordHashes,
    *,
    username: str,
    password: str,
    takeover: bool,
    address: str,
    at: datetime,
    life: timedelta,
) -> tuple[dict[str, Any], Ending | None]:
    """Return the session with its token, and how the one before it ended.

    Raises WrongCredentials, SlotInUse, TooManyAttempts.
    """
    username = _as_kept(username)
    tried = attempts_key("sign_in", username, address)
    store.attempts.begin(tried, at=at)
    found = store.sessions.find_slot(username)
    kept = None if found is None else found.password_hash
    if not passwords.is_right(kept, password) or found is None:
        raise WrongCredentials
    store.attempts.forget(tried)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session = Session(
        id=uuid.uuid4().hex,
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        opened_at=at,
        expires_at=at + life,
    )
    ending = store.sessions.open(found, session, takeover=takeover)
    principal = found.kept.principal
    organisation = store.organisations.find(principal.organisation_id)
    return {
        "token": token,
        "expires_at": wire_time(session.expires_at),
        "principal": show_principal(principal, organisation),
    }, ending


def activate_slot(
    store: AccountsStore,
    passwords: GreenPasswordHashes,
    codes: ActivationCodes,
    *,
    username: str,
    activation_code: str,
    password: str,
    holder: Mapping[str, str],
    address: str,
    at: datetime,
) -> dict[str, Any]:
    """Return the slot as activated; the code is dead then.

    Raises WrongActivationCode, ActivationCodeSpent, WeakPassword, TooManyAttempts.
    """
    username = _as_kept(username)
    require_strong(password, username)
    tried = attempts_key("activate", username, address)
    store.attempts.begin(tried, at=at)
    code = read_typed(activation_code)
    password_hash = ""
    while True:
        found = store.activations.find(username)
        if code is None or found is None:
            raise WrongActivationCode
        usable = find_usable(found.codes, codes.hash(found.slot.id, code), at=at)
        password_hash = password_hash or passwords.make(password)
        if store.activations.activate(found, usable, password_hash, holder, at=at):
            break
        # Somebody has used or voided the code, or signed in, at the same moment: look again.
    store.attempts.forget(tried)
    organisation = store.organisations.find(found.slot.organisation_id)
    return {**show_activated(found.slot, organisation), "activated_at": wire_time(at)}


def _as_kept(username: str) -> str:
    """Return a typed username as usernames are: without capitals and spaces around."""
    return username.strip().lower()
