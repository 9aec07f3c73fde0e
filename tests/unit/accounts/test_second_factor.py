"""Of whom a second factor is demanded."""

import pytest

from contracts.principal import Role
from services.accounts.sign_in.rules.second_factor import MAY_HAVE_ONE, is_limited

LOCAL = {Role.LAO_OFFICER, Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER}


@pytest.mark.parametrize("role", Role)
def test_it_is_demanded_of_the_operator_and_of_agencies_until_they_have_one(role):
    assert is_limited(role, is_demanded=True, has_one=False) is (role not in LOCAL)
    assert not is_limited(role, is_demanded=True, has_one=True)
    assert not is_limited(role, is_demanded=False, has_one=False)


def test_whoever_is_demanded_one_may_set_one_up():
    limited = {role for role in Role if is_limited(role, is_demanded=True, has_one=False)}

    assert limited <= set(MAY_HAVE_ONE)
