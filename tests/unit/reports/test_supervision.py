"""Which body supervises which code group is dated data."""

from __future__ import annotations

import pytest

from contracts.principal import Role
from contracts.reference.code_groups import CodeGroup
from services.reports.ethics import ETHICS
from tests.builders.duties import OPENS


@pytest.mark.parametrize(
    ("number", "role"),
    [(1, Role.CENTRAL_HR_BODY), (2, Role.CODE_OWNER), (3, Role.CODE_OWNER)],
)
def test_group_1_is_supervised_by_the_central_body_and_groups_2_and_3_by_the_code_owner(
    number, role
):
    supervised = ETHICS.subject(CodeGroup.numbered(number).value).supervised(OPENS)

    assert supervised is not None
    assert (supervised.role, supervised.name_th) == (role, CodeGroup.numbered(number).owner)
