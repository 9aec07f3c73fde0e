"""A report in the fuller form: prefilled, typed, left, taken up again, filed and printed."""

import httpx
import pytest

from tests.builders.answers import fuller_answers
from tests.builders.country import HOLDER, Caller

pytestmark = pytest.mark.needs("reports")

FORM = {"id": "ethics", "version": 1}


@pytest.fixture(scope="module")
def round_id(country):
    return country.open_round(form=FORM)


def draft_of(officer: Caller, obligation: dict) -> httpx.Response:
    told = officer.client.get(f"/v1/obligations/{obligation['id']}/draft")
    assert told.status_code == 200, told.text
    return told


def save(officer: Caller, obligation: dict, etag: str, **body) -> httpx.Response:
    return officer.client.put(
        f"/v1/obligations/{obligation['id']}/draft", json=body, headers={"If-Match": etag}
    )


def test_nothing_typed_is_lost_when_a_session_ends(lao, round_id):
    officer = lao()[0]
    duty = officer.obligation_of(round_id)
    shown = draft_of(officer, duty)
    answers = {**shown.json()["answers"], "problems": "พิมพ์ค้างไว้ น้ำท่วม ሀ"}

    saved = save(officer, duty, shown.headers["ETag"], answers=answers)
    officer.client.delete("/v1/sessions/current")
    later = draft_of(officer.sign_in(), duty)

    assert shown.json()["answers"]["reporter_name"] == HOLDER["name"]
    assert shown.json()["prefilled"]["/answers/head_position"]["source"] == "registry"
    assert shown.json()["not_prefilled"] == ["ita"]
    assert saved.status_code == 200, saved.text
    (warning,) = saved.json()["warnings"]
    assert (warning["pointer"], warning["code"]) == ("/answers/problems", "unprintable")
    assert "U+1200" in warning["message"]
    assert later.json()["answers"] == answers
    assert later.headers["ETag"] == saved.headers["ETag"]


def test_of_two_people_typing_the_second_learns_what_differs(lao, round_id):
    officer = lao()[0]
    duty = officer.obligation_of(round_id)
    etag = draft_of(officer, duty).headers["ETag"]
    save(officer, duty, etag, answers={"problems": "หนึ่ง"})

    told = save(officer, duty, etag, answers={"problems": "สอง"})

    assert told.status_code == 412
    assert told.json()["changed"] == "/answers/problems"


def test_a_warning_is_confirmed_with_a_note_or_keeps_the_report_from_being_filed(lao, round_id):
    officer = lao()[0]
    duty = officer.obligation_of(round_id)
    answers = fuller_answers(headcount=0, trainings=[])

    refused = officer.file(duty["id"], answers=answers)
    notes = {"headcount_of_nobody": "ยังไม่มีผู้บริหาร อยู่ระหว่างเลือกตั้ง"}
    filed = officer.file(duty["id"], answers=answers, notes=notes)

    (fault,) = refused.json()["errors"]
    assert refused.status_code == 422
    assert (fault["pointer"], fault["code"]) == ("/answers/headcount", "unconfirmed")
    assert fault["check"] == "headcount_of_nobody"
    assert filed.status_code == 201, filed.text
    assert officer.get(f"/v1/filings/{filed.json()['filing']['id']}")["notes"] == notes


def test_answers_that_contradict_each_other_are_refused_at_their_place(lao, round_id):
    officer = lao()[1]
    duty = officer.obligation_of(round_id)
    answers = fuller_answers(complaints_received=5)

    told = officer.file(duty["id"], answers=answers)

    assert [(one["pointer"], one["code"]) for one in told.json()["errors"]] == [
        ("/answers/complaints_received", "inconsistent")
    ]


def test_a_filed_report_is_printed_for_those_who_may_see_it(country, lao, round_id):
    (officer, _, _), (stranger, _, _) = lao("8104"), lao("8104")
    filed = officer.file(officer.obligation_of(round_id)["id"], answers=fuller_answers()).json()[
        "filing"
    ]
    path = f"/v1/filings/{filed['id']}/document.pdf"

    own = officer.client.get(path)
    above = country.callers["d8104"].client.get(path)
    hidden = stranger.client.get(path)

    assert own.headers["Content-Type"] == "application/pdf"
    assert own.content.startswith(b"%PDF-")
    assert above.content == own.content
    assert hidden.status_code == 404


def test_the_blank_of_a_form_is_printed(country):
    officer = country.officers[0]

    told = officer.client.get("/v1/forms/ethics/versions/1/blank.pdf")
    unknown = officer.client.get("/v1/forms/ethics/versions/99/blank.pdf")

    assert told.content.startswith(b"%PDF-")
    assert unknown.status_code == 404
