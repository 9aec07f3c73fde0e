"""A list is gone through page by page; a page names a next one only when there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collecting.extensions.questions import ExtensionQuestions
from collecting.receipts.close_day import close_days
from collecting.receipts.questions import ReceiptQuestions
from collecting.running.questions import RoundQuestions
from collecting.sealing.keys import Keyring
from collecting.sealing.receipts import Signer
from contracts.fields import BANGKOK_OFFSET
from contracts.principal import Principal, Role
from tests.builders.recording import record
from tests.component.collecting.test_extensions import extend
from tests.unit.collecting.duties import a_round, an_attempt, owing

BY = Principal("s", "operator", Role.OPERATOR, "country", "").to_wire()
NOON = datetime(2026, 12, 20, 12, tzinfo=BANGKOK_OFFSET)
DAY = timedelta(days=1)
Asked = Callable[[int, str | None], dict[str, Any]]


def extensions(store: Any) -> Asked:
    owing(store)
    extend(store, key="job-1")
    extend(store, key="job-2")
    asked = ExtensionQuestions()
    asked.store = store
    return lambda limit, cursor: asked.list_extensions(BY, a_round().id, limit, cursor)


def rounds(store: Any) -> Asked:
    for no in (1, 2):
        store.rounds.add(a_round(id=f"licences-2569-{no}", no=no))
    asked = RoundQuestions()
    asked.store = store
    return lambda limit, cursor: asked.list_rounds(BY, limit, cursor)


def rolls(store: Any) -> Asked:
    for days, owed in enumerate(owing(store, 2)):
        record(store.ledger, [an_attempt(owed)], at=NOON + days * DAY)
    signer = Keyring(Signer(Ed25519PrivateKey.generate()), [], store.signing_keys, lambda: NOON)
    close_days(store, signer, at=NOON + 2 * DAY)
    asked = ReceiptQuestions()
    asked.store = store
    return lambda limit, cursor: asked.list_receipt_rolls(None, limit, cursor)


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1, 1]), (2, [2]), (3, [2])])
@pytest.mark.parametrize("of", [extensions, rounds, rolls])
def test_each_is_listed_once_and_the_last_page_names_no_other(store, of, limit, sizes):
    ask = of(store)

    def pages() -> Iterator[list[dict[str, Any]]]:
        cursor: str | None = None
        while True:
            page = ask(limit, cursor)
            yield page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    found = list(pages())

    assert [len(page) for page in found] == sizes
    listed = [str(item) for page in found for item in page]
    assert len(set(listed)) == 2
