"""When every place is taken, whoever comes is told so at once; what was refused can be repeated."""

import pytest

from tests.builders.processes import Beside, Gateway, running

PLACES = 4
WORKERS = 2
REFUSED = 50
SOON_SECONDS = 4.0


@pytest.fixture
def narrow_gateway(stack, second_gateway):
    gateway = Gateway(stack, port=42, ops=43, environment={"GATEWAY_MAX_IN_FLIGHT": str(PLACES)})
    with running(gateway):
        yield gateway


@pytest.fixture
def narrow_reports(stack, second_gateway):
    """Reports with hardly a worker, in place of the stack's."""
    reports = Beside(stack, "reports", ops=44, environment={"SUCHARIT_MAX_WORKERS": str(WORKERS)})
    with running(reports):
        stack.stop("reports")
        yield reports
        stack.start("reports")
        stack.wait_ready("reports")


def test_a_gateway_with_few_places_refuses_early(narrow_gateway, during_load):
    with during_load([narrow_gateway.url], slowest_seconds=SOON_SECONDS) as load:
        load.wait_until(REFUSED, lambda: load.tally.answers[503])


def test_reports_with_few_workers_records_all(narrow_reports, during_load, stack):
    with during_load(absent="reports"):
        stack.start("reports")
        stack.wait_ready("reports")
