"""A small country on the running stack: one province whose officers are all signed in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import httpx

from tests.builders.answers import some_answers
from tests.builders.registry_csv import a_row, file_of
from tests.builders.waiting import HANG_SECONDS, soon

PROVINCE = "81"
DISTRICTS = {"8104": "คลองท่อม", "8105": "อ่าวลึก"}
LAOS_IN_DISTRICT = 10
PASSWORD = "a long test passphrase"
HOLDER = {"name": "ทดลอง สมมติ", "position": "นิติกร"}
_round_numbers = count(1)


def registry() -> bytes:
    """One อบต. after another in two districts of Krabi, and the อบจ., all with invented names."""
    rows = [
        a_row(district=name, code=f"6{code}{number:02d}", name=f"สมมติ{code[-1]}{number}")
        for code, name in DISTRICTS.items()
        for number in range(1, LAOS_IN_DISTRICT + 1)
    ]
    pao = a_row(district="คลองท่อม", code="2810411", label="อบจ.", name="กระบี่สมมติ")
    return file_of(*rows, pao)


class Caller:
    """Somebody at the HTTP API; `client` is a keep-alive httpx client."""

    def __init__(self, url: str, username: str = "", password: str = PASSWORD) -> None:
        self.client = httpx.Client(base_url=url, timeout=HANG_SECONDS, trust_env=False)
        self.client.headers["Accept-Language"] = "en"
        self.client.headers["Accept"] = "application/json"
        self.username = username
        self._password = password

    def sign_in(self) -> Caller:
        """Sign in, and come back when told that it cannot be now, as on a busy machine."""
        asked = {"username": self.username, "password": self._password, "takeover": True}

        def tried() -> httpx.Response | None:
            told = self.client.post("/v1/sessions", json=asked)
            return None if told.status_code == 503 else told

        told = soon(tried)
        assert told.status_code == 201, told.text
        self.client.headers["Authorization"] = f"Bearer {told.json()['token']}"
        return self

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        told = self.client.get(path, params=query)
        assert told.status_code == 200, told.text
        return told.json()

    def read_slips(self, issuance_id: str, **changes: Any) -> list[dict[str, Any]]:
        """Return the slips of an issuance that the caller's office hands out."""
        told = self.try_slips(issuance_id, **changes)
        assert told.status_code == 200, told.text
        return told.json()["items"]

    def try_slips(
        self, issuance_id: str, *, key: str | None = None, **changes: Any
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key or uuid4().hex, **changes.pop("headers", {})}
        path = f"/v1/issuances/{issuance_id}/slip-readings"
        return self.client.post(path, json=changes, headers=headers)

    def job(self, told: httpx.Response) -> dict[str, Any]:
        """Wait for the job that was started, and return its result."""
        assert told.status_code == 202, told.text
        return soon(lambda: self._finished(told.headers["Location"]))

    def _finished(self, path: str) -> dict[str, Any] | None:
        job = self.get(path)
        assert job["state"] != "failed", job
        return job["result"]

    def obligation_of(self, round_id: str) -> dict[str, Any]:
        (obligation,) = self.get("/v1/obligations", round=round_id)["items"]
        return obligation

    def file(self, obligation_id: str, key: str | None = None, **changes: Any) -> httpx.Response:
        submission = {"kind": "original", "form_version": 1, "answers": some_answers()}
        return self.client.post(
            f"/v1/obligations/{obligation_id}/filings",
            json=submission | changes,
            headers={"Idempotency-Key": key or uuid4().hex},
        )


Lao = tuple[Caller, Caller, Caller]
"""The officers of one, by code group."""


class Country:
    """The operator, the offices and every LAO officer, signed in."""

    def __init__(self, url: str, operator_password: str) -> None:
        self.url = url
        self.unchanged = {code: list(range(1, LAOS_IN_DISTRICT + 1)) for code in DISTRICTS}
        """By district the numbers of those LAOs whose name and holders no test has changed."""
        self.operator = Caller(url, "operator", operator_password).sign_in()
        upload = {"file": ("registry.csv", registry(), "text/csv")}
        self.operator.job(self.operator.client.post("/v1/organisations/imports", files=upload))
        issued = self.operator.job(
            self.operator.client.post(
                "/v1/issuances", json={"scope": {"province": PROVINCE}, "reissue": True}
            )
        )
        self._issuance = issued["issuance_id"]
        self.callers: dict[str, Caller] = {}
        self.activation_codes: list[str] = []
        for username in ("operator", f"p{PROVINCE}", *(f"d{code}" for code in DISTRICTS)):
            self._hand_out(self.callers.get(username, self.operator))

    def _hand_out(self, office: Caller) -> None:
        """Have everybody whose slip the office reads activate and sign in."""
        slips = office.read_slips(self._issuance)
        self.activation_codes += [slip["activation_code"] for slip in slips]
        with ThreadPoolExecutor(8) as several:
            for caller in several.map(self._activate, slips):
                self.callers[caller.username] = caller

    def _activate(self, slip: dict[str, Any]) -> Caller:
        caller = Caller(self.url, slip["username"])
        told = caller.client.post(
            "/v1/activations",
            json={
                "username": slip["username"],
                "activation_code": slip["activation_code"],
                "password": PASSWORD,
                "holder": HOLDER,
            },
        )
        assert told.status_code == 201, told.text
        return caller.sign_in()

    def lao(self, district: str, number: int) -> Lao:
        """Return the officers of an LAO, as they are now."""
        first, second, third = (self.callers[f"6{district}{number:02d}-{g}"] for g in (1, 2, 3))
        return first, second, third

    @property
    def officers(self) -> list[Caller]:
        """Every LAO officer."""
        return [caller for name, caller in self.callers.items() if name[0].isdigit()]

    def agency(self, code: str, name: str, *, role: str) -> Caller:
        """Found an agency and return its one officer, signed in."""
        founded = self.operator.client.post(
            "/v1/organisations", json={"kind": "agency", "code": code, "name": name}
        )
        assert founded.status_code == 201, founded.text
        slot = {"organisation_id": founded.json()["id"], "role": role, "label": "ผู้จัดทำรายงาน"}
        assert self.operator.client.post("/v1/slots", json=slot).status_code == 201
        scope = {"scope": {"organisation": founded.json()["id"]}}
        issued = self.operator.job(self.operator.client.post("/v1/issuances", json=scope))
        (slip,) = self.operator.read_slips(issued["issuance_id"])
        return self._activate(slip)

    def open_round(self, *, mode: str = "live", **changes: Any) -> str:
        """Draft a round as `draft_round` does, open it and return its id.

        The trials that earlier tests have left of its form and year are purged first.
        """
        round_id = self.draft_round(mode=mode, **changes)
        path = f"/v1/rounds/{round_id}/open"
        told = self.operator.client.post(path)
        if told.status_code == 409:
            for trial_id in told.json()["trial_round_ids"].split(", "):
                self.operator.job(self.operator.client.post(f"/v1/rounds/{trial_id}/purge"))
            told = self.operator.client.post(path)
        self.operator.job(told)
        return round_id

    def draft_round(self, *, mode: str = "live", **changes: Any) -> str:
        """Draft a round for the province and return its id; due tomorrow unless said otherwise."""
        now = datetime.now(UTC)
        proposal = {
            "kind": "ethics",
            "fiscal_year_be": 2569,
            "no": next(_round_numbers),
            "form": {"id": "ethics", "version": 1},
            "mode": mode,
            "opens_at": (now - timedelta(days=2)).isoformat(),
            "lao_due_at": (now + timedelta(days=1)).isoformat(),
            "closes_at": (now + timedelta(days=2)).isoformat(),
            "scope": {"province": PROVINCE},
        }
        told = self.operator.client.post("/v1/rounds", json=proposal | changes)
        assert told.status_code == 201, told.text
        path = f"/v1/rounds/{told.json()['id']}"
        expected = 3 * (len(DISTRICTS) * LAOS_IN_DISTRICT + 1)
        if "scope" not in changes:
            soon(lambda: self.operator.get(path)["expected_obligations"] == expected)
        return str(told.json()["id"])

    def figures(self, round_id: str) -> dict[str, Any]:
        """Return the national figures of a round."""
        return self.operator.get("/v1/completeness", round=round_id, by="country")["total"]
