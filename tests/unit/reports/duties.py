"""Duties of the ethics reports."""

from __future__ import annotations

from contracts.principal import Principal
from services.reports.ethics import ETHICS
from tests.builders.answers import some_answers
from tests.builders.duties import Duties

OURS = Duties(ETHICS, "ethics", some_answers, Principal)
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
