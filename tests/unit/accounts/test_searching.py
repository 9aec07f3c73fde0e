"""Part of a name is looked up under keys that never miss what has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.reference.lao_types import LaoType
from services.accounts.organisations.rules.organisation import District, Facts, described, lao_facts
from services.accounts.organisations.rules.search import keys, looked_up, searched, squeezed
from services.accounts.registry.read import read_registry
from tests.builders.registry_csv import KHLONG_THOM, a_row, file_of

SOME = [
    *described(read_registry(file_of(KHLONG_THOM, a_row(), a_row(code="6810410"))).organisations),
    *(
        lao_facts(
            kind,
            code="3200408",
            name=name,
            province_code="20",
            district=District("2004", "บางละมุง"),
        )
        for kind, name in (
            (LaoType.SPECIAL, "เมืองพัทยา"),
            (LaoType.TOWN, "เมืองสุไหงโก-ลก"),
            (LaoType.CITY, "ลำ"),
            (LaoType.PAO, "บ"),
        )
    ),
]
FORMS = [(facts, form) for facts in SOME for form in searched(facts)]


@st.composite
def parts(draw: st.DrawFn) -> tuple[Facts, str]:
    """Draw an organisation and any part of any form of its name."""
    facts, form = draw(st.sampled_from(FORMS))
    start = draw(st.integers(0, len(form) - 1))
    return facts, form[start : draw(st.integers(start + 1, len(form)))]


@given(parts())
def test_whatever_part_of_a_name_is_typed_one_of_its_keys_is_the_names(
    drawn: tuple[Facts, str],
) -> None:
    facts, part = drawn

    assert set(looked_up(part)) & set(keys([facts]))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("อบต. เพหลา", "อบต.เพหลา"),
        ("อบตเพหลา", "อบต.เพหลา"),
        ("องค์การบริหารส่วนตำบลเพหลา", "อบต.เพหลา"),
        ("เทศบาลคลองท่อม", "ทต.คลองท่อมใต้"),
        ("สุไหงโกลก", "ทม.เมืองสุไหงโก-ลก"),
        ("อำเภอคลอง", "อ.คลองท่อม"),
        ("จังหวัดกระบี่", "สถจ.กระบี่"),
        ("พัทยา", "เมืองพัทยา"),
    ],
)
def test_a_name_is_found_with_its_prefix_without_it_and_however_it_is_spaced(
    typed: str, found: str
) -> None:
    matching = [facts.abbreviation for facts, form in FORMS if squeezed(typed) in form]

    assert found in matching


def test_what_it_was_called_stays_a_key() -> None:
    old, new = SOME[0], SOME[1]

    assert set(keys([old, new])) == set(keys([old])) | set(keys([new]))


@pytest.mark.parametrize("typed", ["", " ", "...", "-"])
def test_nothing_is_looked_up_under_nothing(typed: str) -> None:
    assert looked_up(squeezed(typed)) == []
