"""By what figures can be told apart."""

from __future__ import annotations

from enum import StrEnum


class Axis(StrEnum):
    """What one row of figures stands for."""

    COUNTRY = "country"
    REGION = "region"
    PROVINCE = "province"
    DISTRICT = "district"
    TYPE = "type"
    SUBJECT = "code_group"
