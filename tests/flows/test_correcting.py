"""What is wrong in a filing is put right: amended, returned, withdrawn; two sign where asked."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest

from tests.builders.answers import nil_answers, some_answers
from tests.builders.country import DISTRICTS, PROVINCE, Caller
from tests.builders.waiting import soon

pytestmark = pytest.mark.needs("reports")

DISTRICT = next(iter(DISTRICTS))


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def act(caller: Caller, owed: str, what: str, **body: object):
    return caller.client.post(f"/v1/obligations/{owed}/{what}", json=body)


def amend(officer: Caller, owed: str, base: int, **changes: object):
    said = {"kind": "amendment", "base_revision": base, "reason": "แก้ไขตัวเลข"}
    return officer.file(owed, **said | changes)


def withdraw(officer: Caller, owed: str, base: int, key: str):
    return officer.client.post(
        f"/v1/obligations/{owed}/withdrawals",
        json={"base_revision": base, "reason": "ยื่นผิด"},
        headers={"Idempotency-Key": key},
    )


@pytest.fixture
def district(country) -> Caller:
    return country.callers[f"d{DISTRICT}"]


@pytest.fixture
def province(country) -> Caller:
    return country.callers[f"p{PROVINCE}"]


def test_of_two_clerks_who_amend_at_once_one_wins_and_the_other_gets_the_difference(country, lao):
    round_id = country.open_round()
    officer = lao()[0]
    owed = officer.obligation_of(round_id)["id"]
    assert officer.file(owed).status_code == 201
    told, both = [], Barrier(2)

    def one_amends(headcount: int) -> None:
        both.wait()
        told.append(amend(officer, owed, 1, answers=some_answers(headcount=headcount)))

    clerks = [Thread(target=one_amends, args=(count,)) for count in (71, 72)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()

    won, lost = sorted(told, key=lambda one: one.status_code)
    assert (won.status_code, lost.status_code) == (201, 409)
    problem = lost.json()
    assert (problem["code"], problem["revision"]) == ("stale_revision", "2")
    assert problem["changed"] == "/answers/headcount"


def test_what_is_returned_is_amended_after_the_window_and_stays_on_time(
    country, lao, district, province
):
    round_id = country.open_round()
    officer, too_late, _ = lao(DISTRICT)
    owed = officer.obligation_of(round_id)["id"]
    assert officer.file(owed).status_code == 201
    path = f"/v1/obligations/{owed}"
    given = act(district, owed, "returns", reason="ตัวเลขไม่ตรง", due_at=in_days(20))
    assert given.status_code == 201, given.text
    again = act(province, owed, "returns", reason="-", due_at=in_days(20))
    country.operator.job(country.operator.client.post(f"/v1/rounds/{round_id}/close"))
    missed = too_late.file(too_late.obligation_of(round_id)["id"])

    answered = amend(officer, owed, 1, answers=some_answers(score=91))

    assert (again.status_code, again.json()["code"]) == (409, "already_returned")
    assert (missed.status_code, missed.json()["code"]) == (409, "window_closed")
    assert answered.status_code == 201, answered.text
    assert answered.json()["receipt"]["on_time"] is True
    accepted = act(province, owed, "acceptances", note="ครบถ้วน", revision=2)
    assert accepted.status_code == 201, accepted.text
    shown = officer.get(path)
    assert (shown["state"], shown["accepted_revision"]) == ("amended", 2)
    assert [(one["kind"], one["by"]["username"]) for one in shown["acts"]] == [
        ("returned", f"d{DISTRICT}"),
        ("accepted", f"p{PROVINCE}"),
    ]


def test_a_return_is_taken_back_by_an_office_above_but_not_by_the_filer(
    country, lao, district, province
):
    round_id = country.open_round()
    officer = lao(DISTRICT)[0]
    owed = officer.obligation_of(round_id)["id"]
    officer.file(owed)
    path = f"/v1/obligations/{owed}/returns"
    act(district, owed, "returns", reason="ตัวเลขไม่ตรง", due_at=in_days(20))

    assert officer.client.delete(path).status_code == 403
    assert act(officer, owed, "acceptances").status_code == 403
    assert province.client.delete(path).json()["state"] == "filed"
    assert province.client.delete(path).json()["code"] == "nothing_returned"


def test_a_withdrawal_has_its_receipt_and_what_is_filed_again_is_as_timely_as_before(country, lao):
    round_id = country.open_round()
    officer = lao()[0]
    owed = officer.obligation_of(round_id)["id"]
    first = officer.file(owed).json()
    key = uuid4().hex

    taken = withdraw(officer, owed, 1, key)
    repeated = withdraw(officer, owed, 1, key)
    shown = officer.get(f"/v1/obligations/{owed}")
    again = officer.file(owed, kind="nil", answers=nil_answers())

    assert taken.status_code == 201, taken.text
    assert (taken.json()["filing"]["kind"], taken.json()["receipt"]["revision"]) == (
        "withdrawal",
        2,
    )
    assert repeated.headers["Idempotency-Replayed"] == "true"
    assert repeated.json() == taken.json()
    assert (shown["state"], shown["revision"]) == ("open", 2)
    assert shown["first_accepted_at"] == first["filing"]["accepted_at"]
    assert (again.json()["receipt"]["revision"], again.json()["receipt"]["on_time"]) == (3, True)
    kinds = [one["kind"] for one in officer.get(f"/v1/obligations/{owed}/filings")["items"]]
    assert kinds == ["original", "withdrawal", "nil"]


def test_two_persons_sign_in_two_slots_what_is_filed_and_what_is_taken_back(country, lao):
    round_id = country.open_round(sign_off="two_persons")
    officer, head, _ = lao(changes=True)
    owed = officer.obligation_of(round_id)["id"]
    path = f"/v1/obligations/{owed}"
    slot = head.get("/v1/sessions/current")["slot_id"]
    holder = {"name": "สมมติ ทดลอง", "position": "ปลัด"}

    def sign(by, part: str, etag: str, **person: str):
        return by.client.put(
            f"{path}/signatures/{part}",
            json={"name": f"ทดลอง {part}", "position": "ปลัด", **person},
            headers={"If-Match": etag},
        )

    body = {"answers": some_answers()}
    saved = officer.client.put(f"{path}/draft", json=body, headers={"If-Match": '"0"'})
    etag = saved.headers["ETag"]
    assert sign(officer, "preparer", etag).status_code == 200
    by_one = sign(officer, "head", etag)
    held_by_one = sign(head, "head", etag)
    known = head.client.get(f"/v1/slots/{slot}")
    changed = head.client.patch(
        f"/v1/slots/{slot}/holder", json=holder, headers={"If-Match": known.headers["ETag"]}
    )
    assert changed.status_code == 200, changed.text
    assert head.get(f"{path}/draft")["answers"] == saved.json()["answers"]
    assert sign(head, "head", etag).status_code == 200
    assert officer.file(owed).status_code == 201
    withdrawal = {"base_revision": 1, "reason": "ยื่นผิด"}

    def withdraw():
        key = {"Idempotency-Key": uuid4().hex}
        return officer.client.post(f"{path}/withdrawals", json=withdrawal, headers=key)

    by_nobody = withdraw()
    soon(lambda: officer.get(path)["revision"] == 1)
    assert sign(officer, "preparer", '"1"', of="withdrawal").status_code == 200
    by_half = withdraw()
    assert sign(head, "head", '"1"', of="withdrawal").status_code == 200
    assert withdraw().status_code == 201
    assert [each.json()["code"] for each in (by_one, held_by_one, by_nobody, by_half)] == [
        "same_slot",
        "same_slot",
        "not_signed",
        "not_signed",
    ]


def test_one_slot_declares_who_stands_by_what_is_filed_and_unlocking_clears_both(country, lao):
    round_id = country.open_round(sign_off="declaration")
    officer = lao()[0]
    owed = officer.obligation_of(round_id)["id"]
    path = f"/v1/obligations/{owed}"

    def save(etag: str, **changes: object):
        body = {"answers": some_answers(**changes)}
        return officer.client.put(f"{path}/draft", json=body, headers={"If-Match": etag})

    def sign(part: str, name: str, etag: str, **person: object):
        return officer.client.put(
            f"{path}/signatures/{part}",
            json={"name": name, "position": "ปลัด", **person},
            headers={"If-Match": etag},
        )

    saved = save('"0"')
    unsigned = officer.file(owed)
    assert sign("preparer", "ทดลอง หนึ่ง", '"9"').status_code == 412
    assert sign("preparer", "ทดลอง หนึ่ง", saved.headers["ETag"]).status_code == 200
    same = sign("head", "ทดลอง  หนึ่ง", saved.headers["ETag"])
    locked = save(saved.headers["ETag"], score=5)
    assert officer.client.delete(f"{path}/signatures").json()["signatures"] == []
    changed = save(saved.headers["ETag"], score=5)
    sign("preparer", "ทดลอง หนึ่ง", changed.headers["ETag"])
    signed = sign("head", "ทดลอง สอง", changed.headers["ETag"], acting=True)
    other = officer.file(owed)
    filed = officer.file(owed, answers=some_answers(score=5))

    assert [one.json()["code"] for one in (unsigned, same, locked, other)] == [
        "not_signed",
        "same_person",
        "draft_signed",
        "not_signed",
    ]
    assert [one["acting"] for one in signed.json()["signatures"]] == [False, True]
    assert filed.status_code == 201, filed.text
    soon(lambda: officer.get(path)["signatures"] == [])
