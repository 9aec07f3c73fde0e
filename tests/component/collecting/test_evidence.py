"""Evidence as reports answers for it: taken in, looked into, shared, protected, purged."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import eventlet
import pytest
from eventlet.event import Event as Signal

from chassis.clock import now
from collecting.files.questions import (
    CHUNKS_OF_EVIDENCE,
    INSPECTIONS_OF_A_SLOT,
    EvidenceQuestions,
    _line,
)
from collecting.files.scan import EICAR, ClamavScanner, EicarScanner, NoScanner
from collecting.files.store.gridfs import CHUNK_BYTES
from collecting.rounds.rules import Mode, RoundState
from contracts.collecting.evidence import (
    EvidenceInUse,
    EvidenceNotFound,
    EvidenceTypeRefused,
    MalwareFound,
    ScannerUnavailable,
    UploadNotFound,
)
from contracts.collecting.obligations import ObligationNotFound
from contracts.collecting.rounds import RoundNotFound, RoundPurged
from contracts.errors import OutOfScope, ServiceUnavailable, TooManyAtOnce, WorkLineFull
from contracts.principal import Principal, Role
from tests.builders.files import PDF, PNG, docx, pdf_of
from tests.builders.waiting import soon
from tests.builders.watching import explained, stages_of
from tests.component.collecting.test_obligations import an_organisation
from tests.unit.collecting.duties import a_round, an_obligation, the_officer_of

TRIAL = "licences-2569-1-trial"
DISTRICT = Principal("s", "d8104", Role.DISTRICT_OFFICER, "district", "8104")
OTHER_DISTRICT = Principal("s", "d8105", Role.DISTRICT_OFFICER, "district", "8105")
PROVINCE = Principal("s", "p81", Role.PROVINCE_OFFICER, "province", "81")
CENTRE = Principal("s", "centre", Role.CENTRAL_HR_BODY, "country", "")


class Desk(EvidenceQuestions):
    """The questions without a bus."""

    name = "licences"

    def __init__(self, store: Any, scanner: Any = None) -> None:
        self.store = store
        self.scanner = scanner or EicarScanner()
        self.now = now


@pytest.fixture
def obligation(store):
    """One of a live round; the same organisation owes one in a trial, another owes the live one."""
    for organisation in ("o1", "o2"):
        store.organisations.learn(
            [
                {
                    "_id": organisation,
                    "code": "6810401",
                    "type": "sao",
                    "full_name": "สมมติ",
                    "province_code": "81",
                    "district_code": "8104",
                    "changed_at": now(),
                }
            ]
        )
    store.rounds.add(a_round())
    store.rounds.add(a_round(id=TRIAL, mode=Mode.TRIAL))
    live = an_obligation("o1")
    store.obligations.add([live, an_obligation("o2"), an_obligation("o1", round_id=TRIAL)])
    return live


@pytest.fixture
def desk(store, obligation) -> Desk:
    return Desk(store)


@pytest.fixture
def officer(obligation) -> dict[str, Any]:
    return the_officer_of(obligation).to_wire()


def send(desk: Desk, by: dict[str, Any], content: bytes = PDF, name: str = "a.pdf", **meant):
    meant = {"obligation_id": None, "round_id": None} | meant
    upload_id = desk.begin_evidence(by, filename=name, size=len(content), **meant)["upload_id"]
    for number, start in enumerate(range(0, len(content), CHUNK_BYTES)):
        chunk = b64encode(content[start : start + CHUNK_BYTES]).decode()
        desk.add_evidence_chunk(by, upload_id, number, chunk)
    return desk.finish_evidence(by, upload_id)


def stored(database) -> int:
    """How much is kept of any file, finished or not."""
    names = ("files.files", "files.chunks", "files.unfinished")
    return sum(database[name].count_documents({}) for name in names)


def test_evidence_is_known_by_its_bytes_its_sender_and_what_it_is_for(desk, officer, obligation):
    sent = send(desk, officer, PNG, "หลักฐาน.html", obligation_id=obligation.id)

    evidence = sent["evidence"]
    assert sent["is_new"]
    assert (evidence["media_type"], evidence["filename"]) == ("image/png", "หลักฐาน.html.png")
    assert evidence["uploaded_by"]["holder_name"] == "ทดลอง สมมติ"
    assert (evidence["state"], evidence["used_on"]) == ("unscanned", [])
    assert (evidence["obligation_id"], evidence["round_ids"]) == (
        obligation.id,
        ["licences-2569-1"],
    )
    assert desk.get_evidence(officer, evidence["id"]) == evidence


class Clamd:
    """A real scanner, as far as evidence sees it."""

    state = ClamavScanner.state

    def scan(self, content: bytes) -> None:
        """Find nothing."""


def test_only_what_a_real_scanner_looked_into_is_called_clean(store, officer):
    assert send(Desk(store, NoScanner()), officer)["evidence"]["state"] == "unscanned"
    assert send(Desk(store, EicarScanner()), officer)["evidence"]["state"] == "unscanned"

    assert send(Desk(store, Clamd()), officer)["evidence"]["state"] == "clean"
    assert send(Desk(store, EicarScanner()), officer)["evidence"]["state"] == "clean"


def test_the_same_bytes_of_one_organisation_are_stored_once(desk, officer, obligation, database):
    first = send(desk, officer, round_id=TRIAL)
    before = stored(database)

    again = send(desk, officer, name="b.pdf", obligation_id=obligation.id)
    elsewhere = send(desk, the_officer_of(an_obligation("o2")).to_wire())

    assert not again["is_new"]
    assert again["evidence"]["id"] == first["evidence"]["id"] != elsewhere["evidence"]["id"]
    assert again["evidence"]["round_ids"] == [TRIAL, "licences-2569-1"]
    assert stored(database) == 2 * before


def test_two_uploads_of_the_same_bytes_at_once_make_one(desk, officer, database):
    content = pdf_of(700_000)

    senders = [officer | {"slot_id": f"slot-{n % 2}"} for n in range(4)]
    sending = [eventlet.spawn(send, desk, by, content) for by in senders]
    sent = [each.wait() for each in sending]

    assert len({each["evidence"]["id"] for each in sent}) == 1
    assert sorted(each["is_new"] for each in sent) == [False, False, False, True]
    assert stored(database) == 1 + 3


class Slow:
    """A scanner that looks until it is told to come to an end."""

    state = "unscanned"

    def __init__(self) -> None:
        self.end = Signal()

    def scan(self, content: bytes) -> None:
        """Find nothing, after a while."""
        self.end.wait()


def test_of_too_many_at_once_the_last_are_refused_at_once_and_nobody_has_every_place(
    store, officer
):
    desk = Desk(store, Slow())
    others = [officer | {"slot_id": f"slot-{n}"} for n in range(_line.places // 2 - 1)]

    def begin(by, number):
        return eventlet.spawn(send, desk, by, PDF + bytes([number]))

    sending = [begin(by, n) for n, by in enumerate([officer, *others] * INSPECTIONS_OF_A_SLOT)]
    soon(lambda: _line._held == _line.places)
    with pytest.raises(WorkLineFull):
        send(desk, officer | {"slot_id": "late"}, PDF + b"late")
    sending.pop().kill()
    soon(lambda: _line._held == _line.places - 1)
    with pytest.raises(TooManyAtOnce):
        send(desk, officer, PDF + b"a third")
    sending.append(begin(officer | {"slot_id": "late"}, 200))
    desk.scanner.end.send()

    assert all(each.wait()["is_new"] for each in sending)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"<html>", EvidenceTypeRefused),
        (PDF + EICAR, MalwareFound),
        (docx(("word/embeddings/x", EICAR)), MalwareFound),
        (b"", EvidenceTypeRefused),
    ],
)
def test_nothing_stays_of_what_is_refused(desk, officer, database, content, refusal):
    with pytest.raises(refusal) as refused:
        send(desk, officer, content)

    assert refused.value.details["pointer"] == "/file"
    assert stored(database) == 0


def test_nothing_is_kept_while_the_scanner_is_away(store, officer, database, tmp_path):
    with pytest.raises(ScannerUnavailable):
        send(Desk(store, ClamavScanner(str(tmp_path / "nobody"))), officer)

    assert stored(database) == 0


def test_only_an_officer_of_an_lao_sends_evidence_and_for_duties_of_its_own(
    desk, officer, obligation
):
    other = an_obligation("o2").id

    with pytest.raises(OutOfScope):
        send(desk, DISTRICT.to_wire())
    with pytest.raises(ObligationNotFound):
        send(desk, officer, obligation_id=other)
    with pytest.raises(RoundNotFound):
        send(desk, officer, round_id="licences-1-1")


def test_an_organisation_reports_has_not_heard_of_yet_is_asked_to_come_back(desk, officer):
    with pytest.raises(ServiceUnavailable):
        send(desk, officer | {"organisation_id": "o9", "area_code": "o9"})

    desk.store.organisations.learn([an_organisation(9, _id="o9")])
    assert send(desk, officer | {"organisation_id": "o9", "area_code": "o9"})["is_new"]


def test_an_upload_is_continued_by_the_slot_that_began_it_and_no_other(desk, officer):
    upload = desk.begin_evidence(officer, "a.pdf", None, None)["upload_id"]
    colleague = officer | {"slot_id": "another"}

    with pytest.raises(UploadNotFound):
        desk.add_evidence_chunk(colleague, upload, 0, "")
    with pytest.raises(UploadNotFound):
        desk.finish_evidence(colleague, upload)
    chunk = b64encode(b"x").decode()
    desk.add_evidence_chunk(officer, upload, CHUNKS_OF_EVIDENCE - 1, chunk)
    with pytest.raises(ValueError, match="against the agreement"):
        desk.add_evidence_chunk(officer, upload, CHUNKS_OF_EVIDENCE, chunk)


def test_its_organisation_and_the_tiers_above_see_evidence_and_nobody_else(desk, officer):
    content = pdf_of(CHUNK_BYTES + 7)
    evidence_id = send(desk, officer, content)["evidence"]["id"]
    colleague = officer | {"slot_id": "another", "licence": "signs"}
    stranger = the_officer_of(an_obligation("o2")).to_wire()

    for by in (officer, colleague, DISTRICT.to_wire(), PROVINCE.to_wire(), CENTRE.to_wire()):
        chunks = [b64decode(desk.read_evidence(by, evidence_id, number)) for number in range(3)]
        assert b"".join(chunks) == content
        assert [each["id"] for each in desk.list_evidence(by, 10, None)["items"]] == [evidence_id]
    for by in (stranger, OTHER_DISTRICT.to_wire()):
        with pytest.raises(EvidenceNotFound):
            desk.get_evidence(by, evidence_id)
        with pytest.raises(EvidenceNotFound):
            desk.read_evidence(by, evidence_id, 0)
        assert desk.list_evidence(by, 10, None)["items"] == []


def test_the_list_is_paged_newest_first(desk, officer):
    sent = [send(desk, officer, PDF + bytes([n]))["evidence"]["id"] for n in range(5)]

    first = desk.list_evidence(officer, 3, None)
    rest = desk.list_evidence(officer, 3, first["next"])

    assert [each["id"] for each in first["items"] + rest["items"]] == sent[::-1]
    assert rest["next"] is None


def test_a_filing_uses_evidence_of_its_organisation_and_is_told_which_is_none(
    desk, officer, obligation
):
    own = send(desk, officer)["evidence"]["id"]
    others = send(desk, the_officer_of(an_obligation("o2")).to_wire())["evidence"]["id"]

    told = desk.use_evidence(officer, obligation.id, [own, others, "unknown"])

    assert told == {"unknown": [others, "unknown"]}
    assert desk.get_evidence(officer, own)["used_on"] == [obligation.id]
    assert desk.get_evidence(CENTRE.to_wire(), others)["used_on"] == []


def test_evidence_is_deleted_by_its_organisation_until_a_filing_names_it(
    desk, officer, obligation, database
):
    unused, used = (send(desk, officer, PDF + end)["evidence"]["id"] for end in (b"1", b"2"))
    desk.use_evidence(officer, obligation.id, [used])

    with pytest.raises(OutOfScope):
        desk.delete_evidence(DISTRICT.to_wire(), unused)
    with pytest.raises(EvidenceNotFound):
        desk.delete_evidence(the_officer_of(an_obligation("o2")).to_wire(), unused)
    with pytest.raises(EvidenceInUse):
        desk.delete_evidence(officer, used)
    desk.delete_evidence(officer, unused)

    with pytest.raises(EvidenceNotFound):
        desk.get_evidence(officer, unused)
    assert stored(database) == 2


def test_evidence_of_a_trial_goes_with_it_unless_something_live_needs_it_too(
    desk, store, officer, obligation, database
):
    only_trial, also_live, free = (
        send(desk, officer, PDF + end, round_id=meant)["evidence"]["id"]
        for end, meant in ((b"1", TRIAL), (b"2", TRIAL), (b"3", None))
    )
    trial = an_obligation("o1", round_id=TRIAL)
    desk.use_evidence(officer, trial.id, [only_trial, also_live])
    desk.use_evidence(officer, obligation.id, [also_live])

    assert store.files.delete_of_round(TRIAL) == 1

    with pytest.raises(EvidenceNotFound):
        desk.get_evidence(officer, only_trial)
    kept = desk.get_evidence(officer, also_live)
    assert (kept["round_ids"], kept["used_on"]) == ([obligation.round_id], [obligation.id])
    assert desk.get_evidence(officer, free)
    assert database["files.chunks"].count_documents({}) == 2


@pytest.mark.parametrize("state", [RoundState.PURGING, RoundState.PURGED])
def test_what_comes_while_a_trial_is_purged_leaves_nothing(desk, store, officer, database, state):
    evidence_id = send(desk, officer)["evidence"]["id"]
    upload = desk.begin_evidence(officer, "b.pdf", None, TRIAL)["upload_id"]
    desk.add_evidence_chunk(officer, upload, 0, b64encode(PDF + b"2").decode())
    database["rounds"].update_one(
        {"_id": TRIAL}, {"$set": {"state": state.value, "purged_at": now()}}
    )
    trial = an_obligation("o1", round_id=TRIAL)

    with pytest.raises((RoundNotFound, RoundPurged)):
        desk.finish_evidence(officer, upload)
    with pytest.raises((RoundNotFound, RoundPurged)):
        desk.use_evidence(officer, trial.id, [evidence_id])

    assert not database["files.files"].count_documents({"metadata.round_ids": TRIAL})
    assert stored(database) == 0


@pytest.mark.parametrize(
    "by",
    [the_officer_of(an_obligation("o00007")), DISTRICT, PROVINCE, CENTRE],
    ids=lambda by: by.area,
)
def test_a_page_of_evidence_looks_at_that_page_however_much_there_is(store, database, commands, by):
    at = now()
    facts = {"kind": "evidence", "used_on": [], "round_ids": []}
    database["files.files"].insert_many(
        {
            "_id": f"e{number}",
            "length": 1,
            "chunkSize": CHUNK_BYTES,
            "uploadDate": at,
            "filename": "a.pdf",
            "metadata": {
                **facts,
                "organisation_id": f"o{number % 300:05d}",
                "province_code": "81",
                "district_code": "8104",
                "sha256": str(number),
            },
        }
        for number in range(3_000)
    )

    with commands.during() as asked:
        shown = store.evidence.list(by, before=(at, "e5"), limit=10)

    assert len(shown) == min(10, len(shown)) > 0
    (explanation,) = explained(database, asked[0])
    assert "SORT" not in stages_of(explanation)
    assert explanation["executionStats"]["totalDocsExamined"] <= 2 * 10
