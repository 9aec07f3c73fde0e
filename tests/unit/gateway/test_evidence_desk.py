"""What the gateway tells of evidence that a filing names, and what it need not ask again."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.forms import Form
from gateway import evidence_desk
from gateway.downloads import saved_as
from gateway.evidence_desk import EvidenceDesk
from gateway.faults import FaultyInput

FORM = Form(
    {
        "id": "f",
        "version": 1,
        "nil": [],
        "sections": [
            {
                "id": "s",
                "fields": [
                    {"id": "title", "type": "text"},
                    {"id": "proof", "type": "evidence"},
                    {
                        "id": "trainings",
                        "type": "list",
                        "fields": [{"id": "photos", "type": "evidence"}],
                    },
                ],
            }
        ],
    }
)
BY = {"slot_id": "s1"}


class Reports:
    """Knows some evidence, and remembers what it was asked."""

    def __init__(self) -> None:
        self.known = {"e1", "e2"}
        self.asked: list[tuple[str, list[str]]] = []

    def use_evidence(self, _by: Any, obligation_id: str, evidence_ids: list[str]) -> Any:
        self.asked.append((obligation_id, evidence_ids))
        return {"unknown": [each for each in evidence_ids if each not in self.known]}


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def desk(reports: Reports) -> EvidenceDesk:
    return EvidenceDesk(reports)


def use(desk: EvidenceDesk, answers: dict[str, Any], obligation_id: str = "o1") -> None:
    desk.use(BY, obligation_id, FORM.evidence(answers), answers)


def test_what_is_no_evidence_is_pointed_to_wherever_it_is_named(desk):
    answers = {
        "title": "no id",
        "headcount": 42,
        "certified": True,
        "proof": ["e1", "stranger"],
        "trainings": [{"photos": ["e2"]}, {"photos": ["stranger", "other"]}],
    }

    with pytest.raises(FaultyInput) as refused:
        use(desk, answers)

    told = {fault.pointer: fault.code for fault in refused.value.faults}
    assert told == dict.fromkeys(
        ["/answers/proof/1", "/answers/trainings/1/photos/0", "/answers/trainings/1/photos/1"],
        "unknown_evidence",
    )


def test_reports_is_asked_once_for_each_evidence_on_an_obligation(desk, reports):
    use(desk, {"proof": ["e1"]})
    use(desk, {"proof": ["e1", "e2"]})
    use(desk, {"proof": ["e2", "e1"]})
    use(desk, {"proof": ["e1"]}, "o2")

    assert reports.asked == [("o1", ["e1"]), ("o1", ["e2"]), ("o2", ["e1"])]


def test_what_was_refused_is_asked_again_and_what_a_purge_may_have_taken_too(desk, reports):
    with pytest.raises(FaultyInput):
        use(desk, {"proof": ["e1", "late"]})
    reports.known.add("late")
    use(desk, {"proof": ["e1", "late"]})
    desk.forget_all()
    use(desk, {"proof": ["e1"]})

    assert [ids for _, ids in reports.asked] == [["e1", "late"], ["late"], ["e1"]]


def test_what_is_remembered_is_bounded(desk, reports, monkeypatch):
    monkeypatch.setattr(evidence_desk, "USES_KEPT", 1)
    use(desk, {"proof": ["e1"]})
    use(desk, {"proof": ["e2"]})
    use(desk, {"proof": ["e1"]})

    assert len(reports.asked) == 3


def test_a_thai_name_with_anything_in_it_makes_a_header_that_nothing_can_break_out_of():
    header = saved_as('ก"; x=\r\n.pdf', stem="evidence")["Content-Disposition"]

    assert header == (
        "attachment; filename=\"evidence.pdf\"; filename*=UTF-8''%E0%B8%81%22%3B%20x%3D%0D%0A.pdf"
    )
