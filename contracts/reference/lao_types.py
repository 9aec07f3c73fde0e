"""The six types of LAO: what each is called, who heads it, and which office writes to it.

The first digit of an LAO code follows its type but is not it: Pattaya's starts like a city's.
"""

from enum import StrEnum
from typing import Self


class RoutingTier(StrEnum):
    """The office that addresses an LAO by name and hands it its letters and slips."""

    PROVINCE = "province"
    DISTRICT = "district"


class LaoType(StrEnum):
    """One type of LAO; ``label`` is the word the DLA's file uses for it.

    A ``prefix`` is empty where the name alone already is the full name (เมืองพัทยา).
    """

    label: str
    prefix: str
    abbreviation: str
    head_position: str
    routing_tier: RoutingTier
    code_digit: str

    PAO = (
        "pao",
        "อบจ.",
        "องค์การบริหารส่วนจังหวัด",
        "อบจ.",
        "นายกองค์การบริหารส่วนจังหวัด",
        RoutingTier.PROVINCE,
        "2",
    )
    CITY = (
        "city",
        "เทศบาลนคร",
        "เทศบาลนคร",
        "ทน.",
        "นายกเทศมนตรี",
        RoutingTier.PROVINCE,
        "3",
    )
    TOWN = (
        "town",
        "เทศบาลเมือง",
        "เทศบาลเมือง",
        "ทม.",
        "นายกเทศมนตรี",
        RoutingTier.PROVINCE,
        "4",
    )
    SUBDISTRICT = (
        "subdistrict",
        "เทศบาลตำบล",
        "เทศบาลตำบล",
        "ทต.",
        "นายกเทศมนตรี",
        RoutingTier.DISTRICT,
        "5",
    )
    SAO = (
        "sao",
        "อบต.",
        "องค์การบริหารส่วนตำบล",
        "อบต.",
        "นายกองค์การบริหารส่วนตำบล",
        RoutingTier.DISTRICT,
        "6",
    )
    SPECIAL = (
        "special",
        "ท้องถิ่นรูปแบบพิเศษ",
        "",
        "",
        "นายกเมืองพัทยา",
        RoutingTier.PROVINCE,
        "3",
    )

    def __new__(  # with a value alone it is looked up
        cls,
        value: str,
        label: str = "",
        prefix: str = "",
        abbreviation: str = "",
        head_position: str = "",
        routing_tier: RoutingTier = RoutingTier.PROVINCE,
        code_digit: str = "",
    ) -> Self:
        lao_type = str.__new__(cls, value)
        lao_type._value_ = value
        lao_type.label = label
        lao_type.prefix = prefix
        lao_type.abbreviation = abbreviation
        lao_type.head_position = head_position
        lao_type.routing_tier = routing_tier
        lao_type.code_digit = code_digit
        return lao_type

    @classmethod
    def labelled(cls, label: str) -> Self | None:
        """Return the type the DLA's file calls ``label``, or None."""
        return next((lao_type for lao_type in cls if lao_type.label == label), None)


def full_name(lao_type: LaoType, name: str) -> str:
    """Return the name as letters address it: องค์การบริหารส่วนตำบลคลองท่อมใต้, เมืองพัทยา."""
    return lao_type.prefix + name


def short_name(lao_type: LaoType, name: str) -> str:
    """Return the name as tables print it: อบต.คลองท่อมใต้, เมืองพัทยา."""
    return lao_type.abbreviation + name
