"""Opening a slot: with its password, or first with an activation code. Throttled alike."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from contracts.accounts.issuance import ActivationFacts, HolderRequestFacts, WrongActivationCode
from contracts.accounts.sign_in import SessionFacts, WrongCredentials
from contracts.fields import wire_time
from contracts.principal import Principal
from contracts.reading import read_username
from services.accounts.issuance.codes import ActivationCodes, read_typed
from services.accounts.issuance.rules import KeptCode, find_usable
from services.accounts.issuance.store.activations import ActivationSlot
from services.accounts.sign_in.passwords import GreenPasswordHashes, Standing, require_strong
from services.accounts.sign_in.rules.sessions import Ended, Ending, Lifetime, Session, make_way
from services.accounts.sign_in.rules.throttling import Guess
from services.accounts.sign_in.second_factor import SecondFactors
from services.accounts.sign_in.store.attempts import Begun
from services.accounts.sign_in.store.sessions import SignInSlot
from services.accounts.slots.shapes import show_activated, show_principal
from services.accounts.stores import AccountsStore

TOKEN_BYTES = 32


def prove_password(
    store: AccountsStore,
    passwords: GreenPasswordHashes,
    second_factors: SecondFactors,
    *,
    username: str,
    password: str,
    otp: str | None = None,
    takeover: bool,
    address: str,
    at: datetime,
) -> SignInSlot:
    """Return the slot of somebody who has shown to be its holder, and may sign in.

    Raises WrongCredentials, SlotInUse, SecondFactorRequired, WrongSecondFactor,
    SecondFactorStopped, TooManyAttempts, WorkLineFull.
    """
    username = read_username(username)
    guess = Guess("sign_in", username, address)
    is_known = store.attempts.is_known(guess, at=at)
    found = store.sessions.find_slot(username)
    kept = None if found is None else found.password_hash
    standing = Standing.STRANGER if found is None else Standing.NAMED
    with passwords.place(Standing.KNOWN if is_known else standing) as work:
        begun = store.attempts.begin(guess, at=at)  # nobody is counted whom the line refuses
        is_right = work.is_right(kept, password)
    if not is_right or found is None:
        raise WrongCredentials
    # Before a code is used up in vain.
    make_way(found.session, takeover=takeover, at=at)
    second_factors.demand(found.kept.slot.id, otp, at=at)
    store.attempts.succeeded(begun, at=at)
    return found


def begin_session(
    store: AccountsStore, found: SignInSlot, *, takeover: bool, at: datetime, lifetime: Lifetime
) -> tuple[SessionFacts, Ended | None]:
    """Return the session of somebody who has proved who they are, and how the earlier one ended.

    Raises SlotLocked, SlotInUse, WrongCredentials.
    """
    found.kept.require_unlocked()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session = Session(
        id=uuid.uuid4().hex,
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        opened_at=at,
        expires_at=at + lifetime.whole,
        idle_at=at + lifetime.idle,
    )
    ended = store.sessions.open(found, session, takeover=takeover)
    principal = found.kept.principal
    organisation = store.organisations.find(principal.organisation_id)
    was_taken_over = ended is not None and ended.how is Ending.TAKEN_OVER
    return {
        "token": token,
        "expires_at": wire_time(session.expires_at),
        "ended_session_since": wire_time(ended.since) if ended and was_taken_over else None,
        "principal": show_principal(principal, organisation),
    }, ended


def require_password(
    store: AccountsStore,
    passwords: GreenPasswordHashes,
    by: Principal,
    password: str,
    *,
    at: datetime,
) -> str:
    """Return the hash of the password that a signed-in slot gave again.

    Raises WrongCredentials, TooManyAttempts, WorkLineFull.
    """
    begun = store.attempts.begin(Guess("password", by.username), at=at)
    found = store.sessions.find_slot(by.username)
    kept = None if found is None else found.password_hash
    if not passwords.is_right(kept, password) or kept is None:
        raise WrongCredentials
    store.attempts.succeeded(begun, at=at)
    return kept


@dataclass(frozen=True, slots=True)
class Claim:
    """A slot, the code somebody has shown for it, and the hash of the password they chose."""

    username: str
    code: str | None
    found: ActivationSlot
    usable: KeptCode
    password_hash: str
    begun: Begun


def prove_code(
    store: AccountsStore,
    passwords: GreenPasswordHashes,
    codes: ActivationCodes,
    *,
    username: str,
    activation_code: str,
    password: str,
    address: str,
    at: datetime,
) -> Claim:
    """Return what somebody with an activation code may claim; the code is not used up yet.

    Raises WrongActivationCode, ActivationCodeSpent, WeakPassword, TooManyAttempts, SlotLocked,
    WorkLineFull.
    """
    username = read_username(username)
    require_strong(password, username)
    begun = store.attempts.begin(Guess("activate", username, address), at=at)
    code = read_typed(activation_code)
    found, usable = _find_by_code(store, codes, username, code, at=at)
    found.kept.require_unlocked()
    return Claim(username, code, found, usable, passwords.make(password), begun)


def activate(
    store: AccountsStore,
    codes: ActivationCodes,
    claim: Claim,
    holder: HolderRequestFacts,
    *,
    at: datetime,
) -> ActivationFacts:
    """Return the slot as activated; the code is dead then.

    Raises WrongActivationCode, ActivationCodeSpent, SlotLocked.
    """
    found, usable = claim.found, claim.usable
    while not store.activations.activate(found, usable, claim.password_hash, holder, at=at):
        # Somebody has used or voided the code, or signed in, at the same moment: look again.
        found, usable = _find_by_code(store, codes, claim.username, claim.code, at=at)
        found.kept.require_unlocked()
    store.attempts.succeeded(claim.begun, at=at)
    organisation = store.organisations.find(found.slot.organisation_id)
    return show_activated(found.slot, organisation, at)


def _find_by_code(
    store: AccountsStore, codes: ActivationCodes, username: str, code: str | None, *, at: datetime
) -> tuple[ActivationSlot, KeptCode]:
    """Return the slot that is meant and its code; of the slots of a bare LAO code the code tells.

    Raises WrongActivationCode, ActivationCodeSpent.
    """
    if code is not None:
        for found in store.activations.list_claimable(username):
            try:
                return found, find_usable(found.codes, codes.hashes(found.slot.id, code), at=at)
            except WrongActivationCode:
                continue
    raise WrongActivationCode
