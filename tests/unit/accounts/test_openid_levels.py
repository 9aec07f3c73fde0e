"""How sure a provider is of who somebody is, and the settings about it."""

import pytest

from chassis.questions import ORDINARY
from chassis.settings import SettingsIncomplete
from contracts.accounts.openid import OpenIdLevelTooLow
from services.accounts.service import AccountsService
from services.accounts.settings import Settings
from services.accounts.sign_in.questions.sessions import SESSION_LOOKUPS
from services.accounts.sign_in.rules.openid import LEAST_LEVEL, PROVIDER_SECONDS, Level, read_claims

WHO = {"pid": "1100000000008", "name": "ผู้ทดสอบ"}


@pytest.mark.parametrize(
    ("told", "level"),
    [
        ({"ial": "2.3"}, "2.3"),
        ({"ial": 2.3}, "2.3"),
        ({"ial": "IAL2.3"}, "2.3"),
        ({"ial": "IAL 3"}, "3"),
        ({"ial": 3}, "3"),
        ({"acr": "urn:example:ial:2.3"}, "2.3"),
        ({"acr": "ial2.3"}, "2.3"),
        ({"ial": "", "acr": "https://id.example/IAL/3"}, "3"),
    ],
    ids=str,
)
def test_a_level_is_read_as_it_is_told(told: dict[str, object], level: str) -> None:
    assert read_claims(WHO | told, least=LEAST_LEVEL).level == level


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"ial": None},
        {"ial": True},
        {"ial": "1.1"},
        {"ial": "2.2"},
        {"ial": "2"},
        {"ial": "4"},
        {"ial": "12.3"},
        {"ial": "2.3 or so"},
        {"ial": ["2.3"]},
        {"ial": "2.2", "acr": "ial2.3"},
        {"acr": "aal2.3"},
        {"acr": "aial2.3"},
        {"acr": "2.3"},
    ],
    ids=str,
)
def test_a_level_below_the_least_or_none_is_refused(told: dict[str, object]) -> None:
    with pytest.raises(OpenIdLevelTooLow):
        read_claims(WHO | told, least=LEAST_LEVEL)


def test_a_name_is_kept_as_it_can_be_shown() -> None:
    told = WHO | {"name": "ผู้ทดสอบ\ud800\x00 ไทยดี\n", "ial": "3"}

    assert read_claims(told, least=LEAST_LEVEL).name == "ผู้ทดสอบ ไทยดี"


def test_levels_are_in_order() -> None:
    told = ["1.1", "1.2", "1.3", "2", "2.1", "2.2", "2.3", "3"]
    levels = [Level(each) for each in told]

    assert sorted(levels) == levels


KEPT = {
    "ACCOUNTS_MONGO_URI": "",
    "ACCOUNTS_PORTAL_URL": "",
    "ACCOUNTS_CODE_KEY_FILE": "",
    "ACCOUNTS_SIGN_IN_KEY_FILE": "",
}


def test_the_settings_have_a_level_and_a_time_below_that_of_who_asks() -> None:
    settings = Settings.read(KEPT)
    assert (settings.openid_least_level, settings.openid_seconds) == (LEAST_LEVEL, PROVIDER_SECONDS)
    for name, wrong in (
        ("LEAST_LEVEL", "high"),
        ("LEAST_LEVEL", ""),
        ("SECONDS", "5"),
        ("SECONDS", "0"),
        ("SECONDS", "nan"),
        ("SECONDS", "soon"),
    ):
        with pytest.raises(SettingsIncomplete, match=f"ACCOUNTS_OPENID_{name}"):
            Settings.read({**KEPT, f"ACCOUNTS_OPENID_{name}": wrong})


def test_who_waits_for_the_provider_takes_nobody_elses_place() -> None:
    lanes = {
        method: next(iter(getattr(AccountsService, method).nameko_entrypoints)).lane
        for method in ("begin_openid_sign_in", "begin_openid_link", "finish_openid")
    }

    assert len(set(lanes.values())) == 1
    assert not {ORDINARY, SESSION_LOOKUPS} & set(lanes.values())
