"""Names, types and codes change; what was counted and filed before stays as it was."""

from datetime import date, timedelta

import pytest

from chassis.clock import now
from contracts.reference.calendar import as_bangkok
from tests.builders.registry_csv import a_row, file_of
from tests.builders.waiting import soon

pytestmark = pytest.mark.needs("reports", "aggregation")


def day(number):
    """So many days from today, whenever it is asked: a run may go on beyond midnight."""
    return as_bangkok(now()).date() + timedelta(days=number)


TRANG = {"province": "ตรัง", "district": "กันตัง"}
CODES = ("6920201", "6920202", "6920203", "5920204")
ROWS = [
    *(
        a_row(**TRANG, code=code, name=f"ตรังสมมติ{code[-1]}")
        for code in CODES
        if code.startswith("6")
    ),
    a_row(**TRANG, code="5920204", label="เทศบาลตำบล", name="ตรังสมมติ4"),
]


def imported(country, *rows, dry_run=False):
    upload = {"file": ("trang.csv", file_of(*rows), "text/csv")}
    path = f"/v1/organisations/imports?dry_run={str(dry_run).lower()}"
    return country.operator.job(country.operator.client.post(path, files=upload))


@pytest.fixture(scope="module")
def trang(country):
    """The id of each LAO of a second province, by its code when it was registered."""
    imported(country, *ROWS)
    listed = country.operator.get("/v1/organisations", province="92", limit=200)["items"]
    return {one["code"]: one["id"] for one in listed if one["kind"] == "lao"}


@pytest.fixture(scope="module")
def officers(country, trang):
    """The officers of these LAOs, each signed in, by username."""
    issued = country.operator.job(
        country.operator.client.post("/v1/issuances", json={"scope": {"province": "92"}})
    )
    callers = {"operator": country.operator}
    for username in ("operator", "p92", "d9202"):
        for slip in callers[username].read_slips(issued["issuance_id"]):
            caller = country._activate(slip)
            callers[caller.username] = caller
    return callers


def changed(country, organisation_id, kind, effective_on=None, **terms):
    wanted = {
        "kind": kind,
        "effective_on": (effective_on or day(0)).isoformat(),
        "order_no": "ประกาศ มท. 1/2569",
        "reason": "ทดสอบ",
    }
    path = f"/v1/organisations/{organisation_id}/changes"
    return country.operator.client.post(path, json=wanted | terms)


def expected(country, **scope):
    """Return how many obligations a round opened now would have."""
    proposal = {
        "kind": "ethics",
        "fiscal_year_be": 2571,
        "no": 1,
        "form": {"id": "ethics", "version": 1},
        "mode": "trial",
        "opens_at": (now() - timedelta(days=2)).isoformat(),
        "lao_due_at": (now() + timedelta(days=1)).isoformat(),
        "closes_at": (now() + timedelta(days=2)).isoformat(),
        "scope": scope,
    }
    draft = country.operator.client.post("/v1/rounds", json=proposal).json()
    return country.operator.get(f"/v1/rounds/{draft['id']}")["expected_obligations"]


def figures(country, round_id, by):
    items = country.operator.get("/v1/completeness", round=round_id, by=by)["items"]
    return {one["key"]: (one["name"], one["expected"], one["filed"]) for one in items}


def test_figures_of_a_past_round_do_not_move_after_rename_upgrade_and_merge(
    country, trang, officers
):
    soon(lambda: expected(country, province="92") == 4 * 3)
    round_id = country.open_round(scope={"province": "92"})
    filer = officers["6920201-1"]
    assert filer.file(filer.obligation_of(round_id)["id"]).status_code == 201
    soon(lambda: country.figures(round_id)["filed"] == 1)
    before = {by: figures(country, round_id, by) for by in ("type", "district", "province")}
    owed = obligations(country, round_id)

    upgraded = changed(country, trang["6920201"], "upgrade", type="town", name="ตรังใหม่")
    renamed = changed(country, trang["6920202"], "rename", name="ตรังอื่น")
    merged = changed(country, trang["6920203"], "merge", successor_ids=[trang["5920204"]])

    assert [one.status_code for one in (upgraded, renamed, merged)] == [201, 201, 201]
    assert {one.json()["state"] for one in (upgraded, renamed, merged)} == {"applied"}
    organisation = country.operator.get(f"/v1/organisations/{trang['6920201']}")
    assert (organisation["code"], organisation["full_name"]) == ("4920201", "เทศบาลเมืองตรังใหม่")
    assert filer.client.get("/v1/sessions/current").json()["username"] == "6920201-1"
    # The next round knows: so what changed has been heard everywhere.
    soon(lambda: expected(country, province="92") == 3 * 3)
    next_id = country.open_round(scope={"province": "92"})
    assert {one["organisation"]["full_name"] for one in obligations(country, next_id)} == {
        *("เทศบาลเมืองตรังใหม่", "องค์การบริหารส่วนตำบลตรังอื่น", "เทศบาลตำบลตรังสมมติ4")
    }
    assert figures(country, next_id, "type") == {
        "town": ("เทศบาลเมือง", 3, 0),
        "subdistrict": ("เทศบาลตำบล", 3, 0),
        "sao": ("อบต.", 3, 0),
    }

    assert obligations(country, round_id) == owed
    assert {by: figures(country, round_id, by) for by in before} == before
    assert before["type"] == {"subdistrict": ("เทศบาลตำบล", 3, 0), "sao": ("อบต.", 9, 1)}
    # What it owed is still its own: its slots stay usable, so that it can file.
    merged_away = officers["6920203-1"]
    owes = merged_away.obligation_of(round_id)
    assert merged_away.file(owes["id"]).status_code == 201
    soon(lambda: figures(country, round_id, "type")["sao"] == ("อบต.", 9, 2))


def obligations(country, round_id):
    items = country.operator.get("/v1/obligations", round=round_id, limit=200)["items"]
    return [{name: each[name] for name in each if name != "days_left"} for each in items]


def test_a_day_has_the_names_of_that_day(country, lao):
    its_id = lao(changes=True)[0].get("/v1/sessions/current")["organisation"]["id"]
    path = f"/v1/organisations/{its_id}"
    old = country.operator.get(path)["name"]
    assert changed(country, its_id, "rename", name="ชื่อใหม่ของวันนี้").status_code == 201

    now_, then = country.operator.get(path), country.operator.get(path, as_of=day(-1))
    found = country.operator.get("/v1/organisations", q=f"อบต.{old}", as_of=day(-1))

    assert (now_["name"], then["name"]) == ("ชื่อใหม่ของวันนี้", old)
    assert then["full_name"] == now_["history"][-1]["full_name"]
    assert [one["id"] for one in found["items"]] == [its_id]
    assert country.operator.get("/v1/organisations", q=old)["items"] == []
    told = country.operator.client.get(path, params={"as_of": day(1)})
    assert (told.status_code, told.json()["errors"][0]["pointer"]) == (422, "/as_of")


def test_a_change_is_previewed_scheduled_listed_and_taken_back(country, trang):
    lao = trang["5920204"]
    path = f"/v1/organisations/{lao}/changes"

    preview = changed(country, lao, "upgrade", day(1), type="town", preview=True)
    scheduled = changed(country, lao, "upgrade", day(1), type="town")
    listed = country.operator.get(path)["items"]
    cancelled = country.operator.client.delete(f"{path}/{scheduled.json()['id']}")

    assert (preview.status_code, scheduled.status_code, cancelled.status_code) == (200, 201, 204)
    told = preview.json()
    assert (told["before"]["code"], told["after"]["code"]) == ("5920204", "4920204")
    assert told["after"]["valid_from"] == day(1).isoformat()
    assert {one["becomes"] for one in told["slots"]} == {"moved"}
    assert {one["username"] for one in told["slots"]} == {f"5920204-{n}" for n in (1, 2, 3)}
    assert [one["state"] for one in listed if one["kind"] == "upgrade"] == ["scheduled"]
    again = country.operator.client.delete(f"{path}/{scheduled.json()['id']}")
    assert (again.status_code, again.json()["code"]) == (409, "organisation_change_settled")
    assert country.operator.get(f"/v1/organisations/{lao}")["code"] == "5920204"


def test_a_change_asked_for_again_with_its_key_is_the_same_change(country, trang):
    path = f"/v1/organisations/{trang['5920204']}/changes"
    wanted = {"kind": "rename", "name": "ตรังสมมติหนึ่งเดียว", "order_no": "1", "reason": "ทดสอบ"}
    wanted["effective_on"] = day(1).isoformat()

    def ask(**changes):
        key = {"Idempotency-Key": "one-change"}
        return country.operator.client.post(path, json=wanted | changes, headers=key)

    scheduled, again, other = ask(), ask(), ask(name="อีกชื่อ")

    assert (scheduled.status_code, again.status_code) == (201, 201)
    assert "Idempotency-Replayed" not in scheduled.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.content == scheduled.content
    assert again.headers["Location"] == scheduled.headers["Location"]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert country.operator.client.delete(scheduled.headers["Location"]).status_code == 204


def test_a_preview_of_a_merger_tells_until_when_the_slots_may_be_used(country, trang):
    into = {"successor_ids": [trang["6920202"]]}

    by_default = changed(country, trang["5920204"], "merge", day(1), **into, preview=True)
    given = changed(
        country,
        trang["5920204"],
        "merge",
        day(1),
        **into,
        slots_close_on=day(1).isoformat(),
        preview=True,
    )

    in_90_days = (day(1) + timedelta(days=90)).isoformat()
    assert by_default.json()["change"]["slots_close_on"] == in_90_days
    assert {(one["becomes"], one["closes_on"]) for one in by_default.json()["slots"]} == {
        ("closed", in_90_days)
    }
    assert {one["closes_on"] for one in given.json()["slots"]} == {day(1).isoformat()}


def test_the_code_owner_changes_organisations(country, trang):
    operator = country.operator
    agency = {"kind": "agency", "code": "owner", "name": "หน่วยงานเจ้าของรหัสสมมติ"}
    founded = operator.client.post("/v1/organisations", json=agency).json()
    slot = {"organisation_id": founded["id"], "role": "code_owner", "label": "คนแรก"}
    assert operator.client.post("/v1/slots", json=slot).status_code == 201
    scope = {"scope": {"organisation": founded["id"]}}
    issued = operator.job(operator.client.post("/v1/issuances", json=scope))
    (slip,) = operator.read_slips(issued["issuance_id"])
    owner = country._activate(slip)
    wanted = {"kind": "rename", "name": "ตรังใหม่", "order_no": "1", "reason": "ทดสอบ"}
    wanted["effective_on"] = day(1).isoformat()

    scheduled = owner.client.post(f"/v1/organisations/{trang['5920204']}/changes", json=wanted)

    assert scheduled.status_code == 201, scheduled.text
    assert scheduled.json()["requested_by"] == owner.username
    assert owner.client.delete(scheduled.headers["Location"]).status_code == 204


@pytest.mark.parametrize("code", ["1AB", "A1B", "-AB"])
def test_the_code_of_an_agency_begins_with_two_letters(country, code):
    wanted = {"kind": "agency", "code": code, "name": "หน่วยงานสมมติ"}

    told = country.operator.client.post("/v1/organisations", json=wanted)

    assert told.status_code == 422
    assert [fault["pointer"] for fault in told.json()["errors"]] == ["/code"]


def test_a_proposal_to_close_is_dismissed_with_a_reason_once(country, trang):
    operator = country.operator
    proposed = operator.get("/v1/organisations/proposals", limit=200)["items"]
    organisation_id = proposed[0]["organisation"]["id"]
    path = f"/v1/organisations/proposals/{organisation_id}/dismissals"

    refused = country.callers["p81"].client.post(path, json={"reason": "ยังอยู่"})
    told = operator.client.post(path, json={"reason": "ยังอยู่"})
    again = operator.client.post(path, json={"reason": "ยังอยู่"})

    assert proposed[0]["dismissal"] is None
    assert refused.status_code == 403
    assert told.status_code == 201, told.text
    assert (told.json()["dismissal"]["by"], told.json()["dismissal"]["reason"]) == (
        "operator",
        "ยังอยู่",
    )
    assert (again.status_code, again.json()["code"]) == (404, "closing_proposal_not_found")
    left = operator.get("/v1/organisations/proposals", limit=200)["items"]
    assert organisation_id not in {one["organisation"]["id"] for one in left}
    dismissed = operator.get("/v1/organisations/proposals", dismissed="true")["items"]
    assert told.json() in dismissed
    # Only of this one: odd requests have it refused of others.
    entries = operator.get("/v1/audit", act="dismiss_closing_proposal", limit=200)["items"]
    own = [one for one in entries if one["subject"] == f"organisation:{organisation_id}"]
    assert [one["outcome"] for one in own] == ["refused", "done", "refused"]


def test_only_the_operator_and_the_code_owner_change_organisations(country, trang):
    office = country.callers["p81"]
    own = office.get("/v1/organisations", type="pao")["items"][0]["id"]
    wanted = {"kind": "close", "effective_on": "2026-01-01", "order_no": "1", "reason": "x"}

    told = office.client.post(f"/v1/organisations/{own}/changes", json=wanted)

    assert (told.status_code, told.json()["code"]) == (403, "out_of_scope")
    assert office.get(f"/v1/organisations/{own}/changes")["items"] == []
    hidden = office.client.get(f"/v1/organisations/{trang['5920204']}/changes")
    assert hidden.status_code == 404


def test_an_import_shows_what_differs_and_proposes_to_close_what_vanished(country, trang):
    new = a_row(**TRANG, code="6920205", name="ตรังเพิ่ม")
    other = a_row(**TRANG, code="5920204", label="เทศบาลตำบล", name="ตรังสมมติสี่")

    compared = imported(country, new, other, dry_run=True)["comparison"]

    assert [row["code"] for row in compared["added"]["rows"]] == ["6920205"]
    (row,) = (r for r in compared["changed"]["rows"] if r["field"] == "name")
    assert (row["before"], row["after"], row["kind"]) == ("ตรังสมมติ4", "ตรังสมมติสี่", "rename")
    assert trang["6920202"] in {row["organisation_id"] for row in compared["gone"]["rows"]}
    proposed = country.operator.get("/v1/organisations/proposals", limit=200)["items"]
    assert date.fromisoformat(proposed[0]["since"][:10]) <= day(0)
    assert trang["6920202"] not in {one["organisation"]["id"] for one in proposed}


def test_bangkok_is_added_without_a_province_office(country):
    wanted = {"kind": "lao", "type": "special", "code": "3100101", "name": "กรุงเทพมหานคร"}

    added = country.operator.client.post("/v1/organisations", json=wanted)
    again = country.operator.client.post("/v1/organisations", json=wanted)

    assert added.status_code == 201, added.text
    bangkok = added.json()
    assert (bangkok["full_name"], bangkok["district"]) == ("กรุงเทพมหานคร", None)
    assert (again.status_code, again.json()["code"]) == (409, "organisation_code_taken")
    issued = country.operator.job(
        country.operator.client.post(
            "/v1/issuances", json={"scope": {"organisation": bangkok["id"]}}
        )
    )
    assert issued["by_tier"] == {"operator": 3, "province": 0, "district": 0}
    soon(lambda: expected(country, organisation=bangkok["id"]) == 3)
    round_id = country.open_round(scope={"organisation": bangkok["id"]})
    districts = country.operator.get("/v1/completeness", round=round_id, by="district")["items"]
    assert [(one["name"], one["expected"]) for one in districts] == [("ไม่สังกัดอำเภอ", 3)]
