"""How part of a name finds an organisation: which stored keys to look under, what must match then.

Each organisation is stored under the short pieces ("grams") of its bare name, those at its
beginning marked, and under one mark for its sort. A query names the keys of which whatever it
could match has at least one; what is found under them is checked against the query itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from contracts.reference.calendar import arabic_digits
from contracts.reference.lao_types import LaoType
from contracts.reference.thai_text import normalise
from services.accounts.organisations.rules.organisation import Facts, OrganisationKind

GRAM = 3
_BEGIN = "^"
_MARK = "#"
_PASSED_OVER = str.maketrans("", "", " .-()")
_MUNICIPALITY = "เทศบาล"
_MUNICIPALITIES = (LaoType.CITY, LaoType.TOWN, LaoType.SUBDISTRICT)
_OFFICE_PREFIXES = {
    OrganisationKind.DISTRICT_OFFICE: ("อำเภอ", "อ"),
    OrganisationKind.PROVINCE_OFFICE: (
        "สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด",
        "สถจ",
        "จังหวัด",
    ),
}
# Their pieces are in the names of hundreds: a query is looked up under a rarer one if it has any.
_COMMON_WORDS = (
    *("หนอง", "คลอง", "บ้าน", "เมือง", "นคร", "โนน", "โคก", "ห้วย", "บาง", "ท่า", "วัง"),
    *("ดอน", "ใหญ่", "น้อย", "เหนือ", "ใต้", "ทุ่ง", "ป่า", "แม่", "ศรี", "ทราย", "ขาม"),
)


def squeezed(text: str) -> str:
    """Return text as it is compared: one spelling, Arabic digits, no spaces, dots and hyphens."""
    return arabic_digits(normalise(text)).casefold().translate(_PASSED_OVER)


def searched(facts: Facts) -> list[str]:
    """Return the forms of a name; a query finds the organisation when it is part of one."""
    forms = [*_usual_forms(facts), squeezed(facts.full_name), squeezed(facts.abbreviation)]
    return list(dict.fromkeys(forms))


def keys(versions: Iterable[Facts]) -> list[str]:
    """Return the keys under which an organisation is found by what it is and was called."""
    found: set[str] = set()
    for facts in versions:
        usual = _usual_forms(facts)
        for name in {squeezed(facts.name), *searched(facts)}.difference(usual):
            found |= set(_keys_of_name(name))
        found.add(_mark(facts.kind, facts.type))
    return sorted(found)


def looked_up(query: str) -> list[str]:
    """Return keys of which everything that has the squeezed query in a form of its name has one."""
    if not query:
        return []
    wanted = {_rarest(query)}
    for prefix, mark in _all_prefixes():
        if query in prefix:
            wanted.add(mark)
        for at in range(len(prefix)):
            rest = query.removeprefix(prefix[at:])
            if rest and rest != query:
                wanted.add(_rarest(rest) if len(rest) >= GRAM else _BEGIN + rest)
    return sorted(wanted)


def _rarest(query: str) -> str:
    grams = [query[at : at + GRAM] for at in _starts(query, GRAM)] or [query]
    rare = [gram for gram in grams if not any(gram in word for word in _COMMON_WORDS)]
    return (rare or grams)[-1]


def _keys_of_name(name: str) -> Iterator[str]:
    for size in range(1, GRAM + 1):
        yield from (name[at : at + size] for at in _starts(name, size))
    yield from (_BEGIN + name[:size] for size in range(1, GRAM))


def _starts(text: str, size: int) -> range:
    return range(len(text) - size + 1)


def _usual_forms(facts: Facts) -> list[str]:
    name = squeezed(facts.name)
    return [prefix + name for prefix in _prefixes(facts.kind, facts.type)]


def _prefixes(kind: OrganisationKind, lao_type: LaoType | None) -> Iterator[str]:
    if lao_type is None:
        yield from _OFFICE_PREFIXES.get(kind, ())
    elif lao_type.prefix:
        yield squeezed(lao_type.prefix)
        yield squeezed(lao_type.abbreviation)
        if lao_type in _MUNICIPALITIES:
            yield _MUNICIPALITY


def _mark(kind: OrganisationKind, lao_type: LaoType | None) -> str:
    return _MARK + (lao_type or kind)


@lru_cache(maxsize=1)
def _all_prefixes() -> tuple[tuple[str, str], ...]:
    """Return every prefix a name may have with the mark of the organisations that have it."""
    sorts: list[tuple[OrganisationKind, LaoType | None]] = [
        *((OrganisationKind.LAO, lao_type) for lao_type in LaoType),
        *((kind, None) for kind in _OFFICE_PREFIXES),
    ]
    return tuple((prefix, _mark(*sort)) for sort in sorts for prefix in _prefixes(*sort))
