"""A bulk write is done when nothing but what was there already stood in its way."""

from __future__ import annotations

import pytest
from pymongo.errors import BulkWriteError

from chassis.mongo import ignore_duplicates
from chassis.outages import is_outage
from tests.architecture.source import calls, files, name_of


def failed(*, write=(), concern=()):
    details = {
        "writeErrors": [{"code": code, "index": at} for at, code in write],
        "writeConcernErrors": [{"code": code} for code in concern],
    }
    return BulkWriteError(details)


def test_the_places_of_what_was_there_already_are_told():
    assert ignore_duplicates(failed(write=[(0, 11000), (3, 11000)])) == {0, 3}


@pytest.mark.parametrize(
    "problem", [failed(concern=[91]), failed(write=[(1, 11000)], concern=[64])]
)
def test_a_write_of_which_the_majority_never_heard_is_an_outage(problem):
    with pytest.raises(BulkWriteError) as raised:
        ignore_duplicates(problem)

    assert raised.value is problem
    assert is_outage(problem)


def test_whatever_else_went_wrong_is_raised_also_beside_duplicates():
    with pytest.raises(BulkWriteError):
        ignore_duplicates(failed(write=[(0, 11000), (1, 121)]))


@pytest.mark.parametrize("path", files("services", "chassis"), ids=name_of)
def test_no_store_judges_a_failed_bulk_write_by_itself(path):
    text = path.read_text("utf-8")
    caught = text.count("except BulkWriteError")

    assert caught == sum(called == "ignore_duplicates" for called, _ in calls(path))
