"""The database's primary steps down while filings come in: another member takes over."""

import pytest

from tests.builders.replica_set import three_members

MEANWHILE = 100


@pytest.fixture
def members(stack, second_gateway):
    with three_members(stack) as members:
        yield members


def test_the_primary_steps_down_and_comes_back(members, during_load):
    with during_load() as load:
        members.step_down()
        load.wait_for(MEANWHILE)

        members.return_to_the_first()
