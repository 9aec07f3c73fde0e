"""What the flows share: the services they need, a drawn order, and who hands out LAOs."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.builders.country import Country, Lao
from tools.stack import Stack

HERE = Path(__file__).parent
ALWAYS = {"accounts", "gateway"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the flows in an order drawn by SUCHARIT_ORDER, any number, those of a file together.

    What looks at all that others have left comes last.
    """
    seed = os.environ.get("SUCHARIT_ORDER", "1")
    flows = [item for item in items if item.path.is_relative_to(HERE)]
    chance = random.Random(seed)
    place = {path: chance.random() for path in dict.fromkeys(item.path for item in flows)}
    key = {
        item: (bool(item.get_closest_marker("last")), place[item.path], chance.random())
        for item in flows
    }
    shuffled = iter(sorted(flows, key=key.__getitem__))
    items[:] = [next(shuffled) if item in key else item for item in items]
    config.get_terminal_writer().line(f"flows in the order of SUCHARIT_ORDER={seed}")


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, infrastructure: Stack, operator_password: str) -> Stack:
    """What accounts, the gateway and all services that the flows of this run name are ready on."""
    flows = [item for item in request.session.items if item.path.is_relative_to(HERE)]
    needed = {name for item in flows for name in item.get_closest_marker("needs").args}
    infrastructure.up(operator_password, ALWAYS | needed)
    return infrastructure


class Laos:
    """Hands out LAOs, none of them twice."""

    def __init__(self, country: Country) -> None:
        self._country = country
        self._left = {code: list(numbers) for code, numbers in country.unchanged.items()}

    def __call__(self, district: str = "", *, changes: bool = False) -> Lao:
        """Return the officers of one, in the district if that matters. What a test `changes` for
        good, name or holders, is handed out to nobody any more.
        """
        district = district or max(self._left, key=lambda code: len(self._left[code]))
        number = self._left[district].pop()
        if changes:
            self._country.unchanged[district].remove(number)
        return self._country.lao(district, number)


@pytest.fixture(scope="module")
def lao(country: Country) -> Laos:
    """Hand out LAOs, each to one of the file's tests."""
    return Laos(country)
