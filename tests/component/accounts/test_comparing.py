"""What a registry has otherwise is shown row by row; what it lacks is proposed, never removed."""

from typing import Any

import pytest

from chassis.clock import now
from contracts.accounts.changes import ClosingProposalNotFound
from services.accounts.organisations import schedule as changing
from services.accounts.organisations.rules.organisation import OrganisationKind
from services.accounts.slots.rules.slot import Tier
from services.accounts.stores import AccountsStore
from tests.builders.registry_csv import KHLONG_THOM, a_row, file_of
from tests.component.accounts.krabi import KRABI, PAO, PHELA, TOWN, import_file, trail
from tests.component.accounts.test_changing import TODAY, schedule

WITHOUT_PHELA = file_of(PAO, TOWN, KHLONG_THOM)


def proposed(store: AccountsStore) -> list[str]:
    proposals, following = store.changes.list_proposals(dismissed=False, limit=50, cursor=None)
    assert following is None
    return [each.organisation.facts.code for each in proposals]


def test_an_upgrade_in_the_file_is_one_lao_changed_and_not_one_gone_and_one_added(
    store: AccountsStore, database: Any
) -> None:
    import_file(store, database)
    upgraded = a_row(code="5810409", label="เทศบาลตำบล", moo="9")

    shown = import_file(store, database, file_of(PAO, TOWN, KHLONG_THOM, upgraded), dry_run=True)[
        "comparison"
    ]

    assert (shown["added"]["count"], shown["changed"]["count"], shown["gone"]["count"]) == (0, 1, 0)
    rows = {row["field"]: (row["before"], row["after"]) for row in shown["changed"]["rows"]}
    assert rows["type"] == ("sao", "subdistrict")
    assert rows["code"] == ("6810409", "5810409")
    assert rows["moo"] == ("3", "9")
    assert {row["kind"] for row in shown["changed"]["rows"]} == {"upgrade"}


def test_what_an_import_changed_is_in_the_history_of_changes(
    store: AccountsStore, database: Any
) -> None:
    import_file(store, database)
    import_file(store, database, file_of(PAO, TOWN, KHLONG_THOM, a_row(name="เพหลาใหม่")))

    phela = store.organisations.find_by_code(OrganisationKind.LAO, "6810409")
    assert phela is not None
    (change,) = store.changes.get(phela.id).changes
    assert (change.kind, change.state, change.requested_by) == ("rename", "applied", "registry")
    assert change.differences[0].after == "เพหลาใหม่"


def test_what_vanished_is_proposed_until_it_is_found_again_or_closed(
    store: AccountsStore, database: Any
) -> None:
    import_file(store, database)

    import_file(store, database, WITHOUT_PHELA, dry_run=True)
    assert proposed(store) == []
    import_file(store, database, WITHOUT_PHELA)
    assert proposed(store) == ["6810409"]
    import_file(store, database, KRABI)
    assert proposed(store) == []
    import_file(store, database, WITHOUT_PHELA)
    phela = store.organisations.find_by_code(OrganisationKind.LAO, "6810409")
    assert phela is not None
    schedule(store, phela.id, "close", TODAY)
    changing.apply_due_of(store, trail(store), phela.id, at=now())
    assert proposed(store) == []


def test_a_dismissed_proposal_comes_back_only_when_the_row_appears_and_vanishes_again(
    store: AccountsStore, database: Any
) -> None:
    import_file(store, database)
    import_file(store, database, WITHOUT_PHELA)
    phela = store.organisations.find_by_code(OrganisationKind.LAO, "6810409")
    assert phela is not None

    told = store.changes.dismiss_proposal(phela.id, by="operator", reason="ยังอยู่", at=now())
    import_file(store, database, WITHOUT_PHELA)

    assert proposed(store) == []
    (kept,), _ = store.changes.list_proposals(dismissed=True, limit=9, cursor=None)
    assert kept.dismissal == told.dismissal
    assert (kept.dismissal or {})["reason"] == "ยังอยู่"
    with pytest.raises(ClosingProposalNotFound):
        store.changes.dismiss_proposal(phela.id, by="operator", reason="อีกครั้ง", at=now())
    import_file(store, database, KRABI)
    import_file(store, database, WITHOUT_PHELA)
    assert proposed(store) == ["6810409"]
    record = database.organisations.find_one({"_id": phela.id})
    assert [each["reason"] for each in record["dismissals"]] == ["ยังอยู่"]


def test_a_closed_lao_that_a_file_still_has_is_told_and_left_closed(
    store: AccountsStore, database: Any
) -> None:
    import_file(store, database)
    phela = store.organisations.find_by_code(OrganisationKind.LAO, "6810409")
    assert phela is not None
    schedule(store, phela.id, "close", TODAY)
    changing.apply_due_of(store, trail(store), phela.id, at=now())

    shown = import_file(store, database, file_of(PAO, TOWN, KHLONG_THOM, PHELA))["comparison"]

    assert [row["code"] for row in shown["closed"]["rows"]] == ["6810409"]
    assert store.organisations.get(phela.id).closed_on == TODAY
    assert proposed(store) == []


@pytest.mark.parametrize(
    ("label", "code", "name", "office"),
    [
        ("อบจ.", "2200101", "ชลบุรี", Tier.PROVINCE),
        ("เทศบาลนคร", "3200402", "แหลมฉบัง", Tier.PROVINCE),
        ("ท้องถิ่นรูปแบบพิเศษ", "3200408", "เมืองพัทยา", Tier.PROVINCE),
        ("เทศบาลเมือง", "4200403", "หนองปรือ", Tier.PROVINCE),
        ("เทศบาลตำบล", "5200404", "บางละมุง", Tier.DISTRICT),
        ("อบต.", "6200405", "เขาไม้แก้ว", Tier.DISTRICT),
    ],
)
def test_each_type_is_reached_by_the_office_that_writes_to_it_in_the_field(
    store: AccountsStore, database: Any, label: str, code: str, name: str, office: Tier
) -> None:
    row = a_row(province="ชลบุรี", district="บางละมุง", code=code, label=label, name=name)
    others = a_row(province="ชลบุรี", district="บางละมุง", code="6200499", name="อื่น")
    import_file(store, database, file_of(row, others, others.replace("6200499", "6200498")))

    lao = store.organisations.find_by_code(OrganisationKind.LAO, code)

    assert lao is not None
    assert {kept.slot.handed_out_by for kept in store.slots.list_of(lao.id)} == {office}
