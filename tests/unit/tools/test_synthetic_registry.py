import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from contracts.reference.lao_types import LaoType
from services.accounts.registry.read import read_registry
from tools.synthetic_registry import COUNTS, MARKER, write_synthetic_registry


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("registry") / "synthetic.csv"
    write_synthetic_registry(path)
    return path


@pytest.fixture(scope="module")
def registry(path):
    return read_registry(path.read_bytes())


def test_nothing_of_the_synthetic_registry_is_refused_or_dirty(registry):
    assert registry.rejected == ()
    assert registry.dirt == ()


def test_it_has_the_types_provinces_and_districts_of_the_country(registry):
    laos = registry.organisations

    assert len(laos) == 7_849
    assert Counter(lao.type for lao in laos) == COUNTS
    assert len({lao.province_code for lao in laos}) == 76
    assert len({lao.district_code for lao in laos}) == 878
    assert "10" not in {lao.province_code for lao in laos}


def test_each_province_has_one_pao_and_every_province_some_of_both_tiers(registry):
    types = {}
    for lao in registry.organisations:
        types.setdefault(lao.province_code, Counter())[lao.type] += 1

    assert {counted[LaoType.PAO] for counted in types.values()} == {1}
    assert all(counted[LaoType.TOWN] and counted[LaoType.SAO] for counted in types.values())


def test_the_numbers_of_a_district_run_without_a_gap_whatever_the_types(registry):
    numbers = {}
    for lao in registry.organisations:
        numbers.setdefault(lao.code[1:5], []).append(int(lao.code[5:]))

    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in numbers.values())


def test_the_special_one_has_the_code_of_pattaya(registry):
    (special,) = [lao for lao in registry.organisations if lao.type is LaoType.SPECIAL]

    assert special.code == "3200408"


def test_every_name_carries_the_marker(registry):
    for lao in registry.organisations:
        assert lao.name.startswith(MARKER)
        assert lao.district.startswith(MARKER)
    assert len({lao.name for lao in registry.organisations}) == 7_849


def test_it_is_the_same_file_every_time(path, tmp_path):
    again = tmp_path / "again.csv"
    write_synthetic_registry(again)

    assert again.read_bytes() == path.read_bytes()
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_command_writes_the_first_provinces_alone_exactly_as_in_the_whole(path, tmp_path):
    part = tmp_path / "part.csv"

    ran = subprocess.run(
        [sys.executable, "-m", "tools.synthetic_registry", part, "--provinces", "2"],
        cwd=Path(__file__).parents[3],
        check=True,
        capture_output=True,
        text=True,
    )

    whole = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    of_two = [row for row in whole[1:] if row[3][1:3] in {"11", "12"}]
    assert list(csv.reader(part.read_text("utf-8-sig").splitlines())) == [whole[0], *of_two]
    assert f"{len(of_two)} SYNTHETIC" in ran.stdout
