"""The tree of a day's receipts is the one others know, and every receipt proves its place."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collecting.receipts.rules import (
    SHEAF,
    InclusionProof,
    Sheaves,
    end_of,
    leaf_of,
    next_day,
    place_of,
    root_from,
    root_of,
    sheaf_of,
)
from contracts.fields import BANGKOK_OFFSET

# The inputs and roots by which implementations of Certificate Transparency are tested.
CT_INPUTS = ("", "\x00", "\x10", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno")
CT_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def leaves(count: int) -> list[bytes]:
    return sorted(leaf_of(f"receipt {number}") for number in range(count))


def proven(sheaves: Sheaves, leaf: bytes) -> InclusionProof:
    number = sheaf_of(leaf, [sheaf[0] for sheaf in sheaves.leaves])
    count = sum(map(len, sheaves.leaves))
    return place_of(leaf, sheaves.leaves[number], number, sheaves.roots, count)


def root_as_defined(nodes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if len(nodes) == 1:
        return nodes[0]
    split = 1 << (len(nodes) - 1).bit_length() - 1
    left, right = root_as_defined(nodes[:split]), root_as_defined(nodes[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize("count", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(count):
    nodes = [leaf_of(text) for text in CT_INPUTS[:count]]

    assert root_of(nodes).hex() == CT_ROOTS[count - 1]


@pytest.mark.parametrize("count", [1, 2, 3, 100, SHEAF - 1, SHEAF, SHEAF + 1, 3 * SHEAF + 77])
def test_a_root_made_of_sheaves_is_the_root_of_the_whole(count):
    assert Sheaves(leaves(count)).root == root_as_defined(leaves(count))


@pytest.mark.parametrize("count", [*range(1, 20), SHEAF, SHEAF + 1, 2 * SHEAF + 3])
def test_every_receipt_proves_its_place(count):
    nodes = leaves(count)
    sheaves = Sheaves(nodes)

    for index in {0, count // 3, count // 2, count - 1} if count > 20 else range(count):
        place = proven(sheaves, nodes[index])
        assert (place.index, place.count) == (index, count)
        assert root_from(nodes[index], place) == sheaves.root


@given(st.integers(1, 60), st.data())
def test_nothing_else_proves_that_place(count, data):
    nodes = leaves(count)
    sheaves = Sheaves(nodes)
    leaf = nodes[data.draw(st.integers(0, count - 1))]
    place = proven(sheaves, leaf)
    others = [
        replace(place, path=(*place.path, leaf)),
        replace(place, index=place.count),
        replace(place, index=-1),
    ]
    others += [replace(place, path=place.path[1:])] if place.path else []

    assert root_from(leaf_of("another"), place) != sheaves.root
    for other in others:
        assert root_from(leaf, other) != sheaves.root


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=BANGKOK_OFFSET)


@pytest.mark.parametrize(
    ("waiting_since", "last", "expected"),
    [
        (at(20), None, date(2026, 12, 20)),
        (at(20), date(2026, 12, 17), date(2026, 12, 20)),  # days without receipts have no roll
        (at(20), date(2026, 12, 20), date(2026, 12, 21)),  # its day is closed: the next takes it
        (at(18), date(2026, 12, 20), date(2026, 12, 21)),
    ],
)
def test_the_next_roll_takes_the_oldest_receipt_and_never_reopens_a_day(
    waiting_since, last, expected
):
    assert next_day(waiting_since, last) == expected


def test_a_day_is_over_at_midnight_in_bangkok():
    assert end_of(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=BANGKOK_OFFSET)
