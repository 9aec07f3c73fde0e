"""Duties of the made-up collection."""

from __future__ import annotations

from tests.builders.duties import Duties
from tests.builders.licences.answers import some_answers
from tests.builders.licences.kind import FORM, LICENCES, LicenceOfficer

OURS = Duties(LICENCES, FORM.id, some_answers, LicenceOfficer)
a_round = OURS.a_round
an_obligation = OURS.an_obligation
owing = OURS.owing
spread = OURS.spread
an_order = OURS.an_order
the_officer_of = OURS.the_officer_of
a_submission = OURS.a_submission
an_amendment = OURS.an_amendment
an_attempt = OURS.an_attempt
an_amending_attempt = OURS.an_amending_attempt
