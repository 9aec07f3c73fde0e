"""The three groups of people with a code of ethics of their own; an LAO reports on each."""

from enum import StrEnum
from typing import Self


class CodeGroup(StrEnum):
    """One code of ethics: its number on every form, its title, who it binds, who made it."""

    number: int
    title_th: str
    name_th: str
    owner: str

    LOCAL_OFFICIALS = (
        "local_officials",
        1,
        "ประมวลจริยธรรมพนักงานส่วนท้องถิ่น",
        "พนักงานส่วนท้องถิ่น",
        "ก.ถ.",
    )
    LOCAL_EXECUTIVES = (
        "local_executives",
        2,
        "ประมวลจริยธรรมผู้บริหารท้องถิ่น",
        "ผู้บริหารท้องถิ่น",
        "กรมส่งเสริมการปกครองท้องถิ่น",
    )
    LOCAL_COUNCIL_MEMBERS = (
        "local_council_members",
        3,
        "ประมวลจริยธรรมสมาชิกสภาท้องถิ่น",
        "สมาชิกสภาท้องถิ่น",
        "กรมส่งเสริมการปกครองท้องถิ่น",
    )

    def __new__(  # with a value alone it is looked up
        cls, value: str, number: int = 0, title_th: str = "", name_th: str = "", owner: str = ""
    ) -> Self:
        group = str.__new__(cls, value)
        group._value_ = value
        group.number = number
        group.title_th = title_th
        group.name_th = name_th
        group.owner = owner
        return group

    @classmethod
    def numbered(cls, number: int) -> Self:
        """Return the group of a number from 1 to 3. Raises KeyError."""
        return {group.number: group for group in cls}[number]
