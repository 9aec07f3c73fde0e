"""What the gateway asks for a draft: the holder only when there is something to prefill."""

from types import SimpleNamespace
from typing import Any

from contracts.errors import ServiceUnavailable
from gateway.obligations import show_draft

SLOT = {
    "holder": {"name": "ทดลอง สมมติ", "position": "นิติกร"},
    "contact": {"phone": "021234567", "email": None},
}


class Reports:
    """Keeps a draft, and what it was prefilled from."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.holders: list[Any] = []

    def get_draft(self, by: Any, obligation_id: str, *, holder: Any = None) -> dict[str, Any]:
        self.holders.append(holder)
        absent = ["holder", "ita"] if self.version == 0 and holder is None else []
        return {"version": self.version, "not_prefilled": absent}


class Accounts:
    """Tells the caller's own slot, when it answers."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def get_slot(self, by: Any, slot_id: str) -> Any:
        assert slot_id == by["slot_id"]
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def shown(reports: Reports, answer: Any) -> Any:
    request = SimpleNamespace(by={"slot_id": "s1"}, path={"obligation_id": "r-o-1"})
    return show_draft(SimpleNamespace(client=reports, holders=Accounts(answer)), request).body


def test_an_untouched_draft_is_prefilled_with_the_holder_of_the_slot():
    reports = Reports(0)

    assert shown(reports, SLOT)["not_prefilled"] == []
    assert reports.holders == [
        None,
        {"name": "ทดลอง สมมติ", "position": "นิติกร", "phone": "021234567", "email": None},
    ]


def test_while_accounts_does_not_answer_the_draft_is_shown_without_and_says_so():
    reports = Reports(0)

    assert shown(reports, ServiceUnavailable(service="accounts"))["not_prefilled"] == [
        "holder",
        "ita",
    ]
    assert reports.holders == [None]


def test_a_slot_that_nobody_holds_gives_nothing():
    reports = Reports(0)

    assert shown(reports, {"holder": None, "contact": None})["not_prefilled"] == []
    assert reports.holders == [None, {}]


def test_a_draft_that_was_begun_takes_one_question():
    reports = Reports(3)

    shown(reports, AssertionError("accounts was asked"))

    assert reports.holders == [None]
