"""Asking accounts who somebody is: sessions, passwords, second factors, ThaID."""

from __future__ import annotations

from chassis.rpc import Call
from contracts.accounts import issuance, openid, second_factor, sign_in
from contracts.principal import PrincipalFacts


class SigningIn:
    """What accounts is asked about signing in, on whatever asks it."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def open_session(
        self,
        *,
        username: str,
        password: str,
        takeover: bool,
        address: str,
        otp: str | None = None,
    ) -> sign_in.SessionFacts:
        """Return the session of a slot, and its token; `address` is where it comes from."""
        return self._call(
            "open_session",
            username=username,
            password=password,
            takeover=takeover,
            address=address,
            otp=otp,
        )

    def find_sessions(
        self, token_hashes: list[str]
    ) -> dict[str, sign_in.LiveSessionFacts | sign_in.EndedSessionFacts]:
        """Return whose each token is, by its SHA-256 in hexadecimal digits; one that opens nothing
        is left out.
        """
        return self._call("find_sessions", token_hashes=token_hashes)

    def close_session(self, *, session_id: str, slot_id: str) -> None:
        """End a session; nothing happens where it has ended."""
        self._call("close_session", session_id=session_id, slot_id=slot_id)

    def describe_session(self, by: PrincipalFacts) -> sign_in.SignedInPrincipalFacts:
        """Return who is signed in."""
        return self._call("describe_session", by=by)

    def activate_slot(
        self,
        *,
        username: str,
        activation_code: str,
        password: str,
        holder: issuance.HolderRequestFacts,
        address: str,
    ) -> issuance.ActivationFacts:
        """Return the slot as activated; its code is spent."""
        return self._call(
            "activate_slot",
            username=username,
            activation_code=activation_code,
            password=password,
            holder=holder,
            address=address,
        )

    def change_password(
        self,
        by: PrincipalFacts,
        *,
        session_id: str,
        current_password: str,
        new_password: str,
    ) -> None:
        """Replace the caller's password; the session stays, and any other ends."""
        self._call(
            "change_password",
            by=by,
            session_id=session_id,
            current_password=current_password,
            new_password=new_password,
        )

    def begin_second_factor(
        self, by: PrincipalFacts, *, password: str
    ) -> second_factor.SecondFactorSecretFacts:
        """Return a new secret; it counts once a code of it is confirmed."""
        return self._call("begin_second_factor", by=by, password=password)

    def confirm_second_factor(
        self, by: PrincipalFacts, *, code: str
    ) -> second_factor.RecoveryCodesFacts:
        """Return the recovery codes, told this once."""
        return self._call("confirm_second_factor", by=by, code=code)

    def remove_second_factor(self, by: PrincipalFacts, *, password: str, code: str) -> None:
        """Need no second factor from now on; a recovery code serves as `code`."""
        self._call("remove_second_factor", by=by, password=password, code=code)

    def begin_openid_sign_in(
        self, *, username: str, takeover: bool, address: str
    ) -> openid.BegunOpenIdFacts:
        """Return where to send the browser, and what it must bring back."""
        return self._call(
            "begin_openid_sign_in", username=username, takeover=takeover, address=address
        )

    def begin_openid_link(
        self, by: PrincipalFacts, *, password: str, otp: str | None = None
    ) -> openid.BegunOpenIdFacts:
        """Return the same, for linking the caller's slot."""
        return self._call("begin_openid_link", by=by, password=password, otp=otp)

    def get_openid_link(self, by: PrincipalFacts) -> openid.OpenIdLinkFacts:
        """Return who may sign in to the caller's slot through the provider."""
        return self._call("get_openid_link", by=by)

    def remove_openid_link(self, by: PrincipalFacts, *, password: str) -> None:
        """Let nobody sign in to the caller's slot through the provider any more."""
        self._call("remove_openid_link", by=by, password=password)

    def finish_openid(self, *, state: str, code: str) -> openid.OpenIdOutcomeFacts:
        """Return the session, None where a slot was linked."""
        return self._call("finish_openid", state=state, code=code)
