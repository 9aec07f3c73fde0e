"""A bulk write is done when nothing but what was there already stood in its way."""

from __future__ import annotations

import pytest
from pymongo.errors import BulkWriteError

from chassis.mongo import write_new
from chassis.outages import is_outage


def failing(*, write=(), concern=()):
    def fail(documents, *, ordered):
        raise BulkWriteError(
            {
                "writeErrors": [{"code": code, "index": at} for at, code in write],
                "writeConcernErrors": [{"code": code} for code in concern],
            }
        )

    return fail


def test_the_places_of_what_was_there_already_are_told():
    assert write_new(failing(write=[(0, 11000), (3, 11000)]), range(5)) == {0, 3}


@pytest.mark.parametrize(
    "write", [failing(concern=[91]), failing(write=[(1, 11000)], concern=[64])]
)
def test_a_write_of_which_the_majority_never_heard_is_an_outage(write):
    with pytest.raises(BulkWriteError) as raised:
        write_new(write, range(5))

    assert is_outage(raised.value)


def test_whatever_else_went_wrong_is_raised_also_beside_duplicates():
    with pytest.raises(BulkWriteError):
        write_new(failing(write=[(0, 11000), (1, 121)]), range(5))


def test_nothing_is_written_without_a_question():
    assert write_new(failing(concern=[91]), []) == set()
