"""What accounts counts. Every metric it exports is declared here; none bears an id or a name."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Counter

_sign_ins = Counter("accounts_sign_ins", "Sign-ins, by what became of them.", ["outcome"])
_activations = Counter("accounts_activations", "Activations, by what became of them.", ["outcome"])
_organisations = Counter(
    "accounts_organisations_imported", "LAOs of imports, by what they were.", ["outcome"]
)
_codes = Counter("accounts_codes_issued", "Codes, by who hands them out.", ["tier"])
_slips = Counter("accounts_slips_read", "Slips read, by the role that read them.", ["role"])
_handed_out = Counter(
    "accounts_slips_handed_out", "Slips handed out, by the role that did.", ["role"]
)
_slot_deeds = Counter("accounts_slot_deeds", "What was done to slots from above.", ["deed"])
_organisation_changes = Counter(
    "accounts_organisation_changes", "Dated changes of organisations.", ["kind", "outcome"]
)


def record_sign_in(outcome: str) -> None:
    """Count a sign-in; outcome is opened, taken_over or the code of a refusal."""
    _sign_ins.labels(outcome).inc()


def record_activation(outcome: str) -> None:
    """Count an activation; outcome is activated or the code of a refusal."""
    _activations.labels(outcome).inc()


def record_import(counts: Mapping[str, int]) -> None:
    """Count the LAOs of an import by added, changed, unchanged and gone."""
    for outcome, count in counts.items():
        _organisations.labels(outcome).inc(count)


def record_issuance(by_tier: Mapping[str, int]) -> None:
    """Count the codes of an issuance."""
    for tier, count in by_tier.items():
        _codes.labels(tier).inc(count)


def record_slips_read(role: str, count: int) -> None:
    """Count slips read."""
    _slips.labels(role).inc(count)


def record_slips_handed_out(role: str, count: int) -> None:
    """Count slips handed out."""
    _handed_out.labels(role).inc(count)


def record_slot_action(action: str) -> None:
    """Count handed_over, locked, unlocked or closed."""
    _slot_deeds.labels(action).inc()


def record_organisation_change(kind: str, outcome: str) -> None:
    """Count a dated change: scheduled, cancelled, applied or failed."""
    _organisation_changes.labels(kind, outcome).inc()
