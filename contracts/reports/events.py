"""What reports announces. Events of a trial round travel beside the live ones."""

from __future__ import annotations

from datetime import datetime

from contracts.events import Event


class _OfRound(Event):
    """Facts of one round; `mode` is trial or live."""

    round_id: str
    mode: str

    @property
    def trial_round(self) -> str | None:
        return self.round_id if self.mode == "trial" else None


class RoundOpenedV1(_OfRound):
    """A round is open for filing. Sent once, after its last obligation is stored."""

    source, name, version = "reports", "round_opened", 1

    kind: str
    fiscal_year_be: int
    no: int
    form_id: str
    form_version: int
    opens_at: datetime
    lao_due_at: datetime
    closes_at: datetime
    obligations: int


class ObligationsOpenedV1(_OfRound):
    """Obligations of one district were created.

    Each item: `obligation_id, organisation_id, organisation_code, organisation_type, province_code,
    district_code, code_group, due_at`.
    """

    source, name, version = "reports", "obligations_opened", 1

    district_code: str
    obligations: list[dict[str, str]]


class _Filing(_OfRound):
    """Facts of one filing and of the obligation it is on."""

    filing_id: str
    obligation_id: str
    organisation_id: str
    organisation_code: str
    organisation_type: str
    province_code: str
    district_code: str
    code_group: str
    revision: int
    accepted_at: datetime
    on_time: bool
    content_sha256: str
    receipt_number: str

    @property
    def subject(self) -> str:
        return self.obligation_id


class ReportFiledV1(_Filing):
    """The first report on an obligation was recorded. Sent once per obligation."""

    source, name, version = "reports", "report_filed", 1


class ReportAmendedV1(_Filing):
    """A later revision was recorded. `on_time` is still that of the first accepted filing."""

    source, name, version = "reports", "report_amended", 1

    reason: str


class NilConfirmedV1(_Filing):
    """The organisation confirmed that it has nothing to report. Sent once per obligation."""

    source, name, version = "reports", "nil_confirmed", 1


class RoundClosedV1(_OfRound):
    """Nothing can be filed in the round any more."""

    source, name, version = "reports", "round_closed", 1

    closed_at: datetime


class TrialPurgedV1(Event):
    """A trial round and all that was filed in it are gone; whoever kept anything of it deletes it.

    `statement` is the signed record of what was purged (compact JWS).
    """

    source, name, version = "reports", "trial_purged", 1

    round_id: str
    obligations: int
    filings: int
    drafts: int
    purged_at: datetime
    statement: str
