"""One caller of the HTTP API: a connection that is kept, a token, patience where it is safe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import uuid4

import httpx

ANSWER_SECONDS = 30.0
JOB_SECONDS = 600.0  # a country ten times as large takes that long
BUSY_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.1
PAGE = 200
CALLERS = 16

Facts = dict[str, Any]
Show = Callable[[int, int], None]
Item = TypeVar("Item")
Result = TypeVar("Result")


class JourneyFailed(Exception):
    """Something is not as it must be; the message says what, for the person at the terminal."""


class Refused(JourneyFailed):
    """The API refused; `status` and `code` tell which refusal it is."""

    def __init__(self, answer: httpx.Response) -> None:
        request = answer.request
        is_problem = answer.headers.get("Content-Type", "").startswith("application/problem+json")
        problem = answer.json() if is_problem else {}
        self.status = answer.status_code
        self.code: str = problem.get("code", "")
        title = problem.get("title", answer.reason_phrase)
        lines = [
            f"{request.method} {request.url.path} answers {self.status} {title}: "
            f"{problem.get('detail', answer.text[:200])} ({self.code or 'no code'})"
        ]
        lines += [
            f"  {fault['pointer'] or '/'}: {fault['message']} ({fault['code']})"
            for fault in problem.get("errors", ())[:5]
        ]
        super().__init__("\n".join(lines))


class Api:
    """A caller; those made by `signed_in` share its connections, and threads may too."""

    def __init__(self, http: httpx.Client, token: str | None = None) -> None:
        self._http = http
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    @classmethod
    def at(cls, url: str) -> Api:
        """Return a caller that is not signed in."""
        limits = httpx.Limits(max_connections=CALLERS, max_keepalive_connections=CALLERS)
        http = httpx.Client(
            base_url=url,
            timeout=ANSWER_SECONDS,
            limits=limits,
            headers={"Accept-Language": "en", "Accept": "application/json"},
            trust_env=False,  # a proxy has no business between this and its own machine
        )
        return cls(http)

    def signed_in(
        self, username: str, password: str, *, takeover: bool = True
    ) -> tuple[Api, Facts]:
        """Sign in, with `takeover` ending any sign-in of the slot elsewhere; return the caller and
        the session.
        """
        body = {"username": username, "password": password, "takeover": takeover}
        session = self.post("/v1/sessions", json=body).json()
        return Api(self._http, session["token"]), session

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON found at the path."""
        # Empty parameters would take away those that the path already has.
        return self.ask("GET", path, params=query or None).json()

    def post(self, path: str, **content: Any) -> httpx.Response:
        """Create something, or ask for work to be done."""
        return self.ask("POST", path, **content)

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **content: Any
    ) -> httpx.Response:
        """Return the answer to one request. Raises Refused.

        What is told to come again later does, where a repeat is safe.
        """
        headers = {**self._headers, **(headers or {})}
        may_repeat = method == "GET" or "Idempotency-Key" in headers
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            answer = self._http.request(method, path, headers=headers, **content)
            if answer.is_success:
                return answer
            is_busy = answer.status_code in (429, 503)
            if not (is_busy and may_repeat and time.monotonic() < deadline):
                raise Refused(answer)
            time.sleep(float(answer.headers.get("Retry-After", "1")))

    def each(self, path: str, **query: Any) -> Iterator[Facts]:
        """Yield every item of a list, page by page."""
        cursor: Facts = {}
        while True:
            page = self.get(path, limit=PAGE, **query, **cursor)
            yield from page["items"]
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}

    def job(self, answer: httpx.Response, show: Show) -> Facts:
        """Wait for the job that an answer points to and return its result."""
        where = answer.headers["Location"]

        def ended() -> Facts | None:
            job = self.get(where)
            show(job["done"], job["total"])
            return job if job["state"] in ("done", "failed") else None

        job = wait_for(ended, JOB_SECONDS, f"the job {where} has not ended")
        if job["state"] == "failed":
            told = "; ".join(f"{error['message']} ({error['code']})" for error in job["errors"])
            raise JourneyFailed(f"the job {job['kind']} failed: {told}")
        return job["result"]


def wait_for(look: Callable[[], Any], seconds: float, otherwise: str) -> Any:
    """Look until there is something, and return it. Raises JourneyFailed after so long."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise JourneyFailed(f"{otherwise} after {seconds:.0f} s")
        time.sleep(LOOK_AGAIN_SECONDS)
    return found


def in_parallel(work: Callable[[Item], Result], items: Sequence[Item], show: Show) -> list[Result]:
    """Return what the work makes of each item, in order, from as many threads as connections."""
    results: list[Result] = []
    with ThreadPoolExecutor(CALLERS) as threads:
        for result in threads.map(work, items):
            results.append(result)
            show(len(results), len(items))
    return results


def fresh_key() -> dict[str, str]:
    """Return the header with an Idempotency-Key nobody has used."""
    return {"Idempotency-Key": uuid4().hex}
