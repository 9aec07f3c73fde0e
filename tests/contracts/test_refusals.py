"""Every refusal can be told, to machines and to people, in Thai and in English."""

import re
from string import Formatter

import pytest

from contracts.catalogue import refusals
from contracts.errors import Kind
from gateway.problems import EDGE, OF_KIND

REFUSALS = pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: refusal.code)
SHARED = {"bus", "input", "access", "jobs", "work"}
# Whatever collects refuses by the names that were given while only reports did.
OWNER = {"collecting": "reports"}


def named_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_no_code_is_used_twice():
    codes = [refusal.code for refusal in refusals()]

    assert sorted(set(codes)) == codes


def test_over_http_too_no_code_is_used_twice():
    """There a code goes without the word before its dot, and beside the gateway's own."""
    codes = [refusal.code.partition(".")[2] for refusal in refusals()]

    assert len({*codes, *EDGE}) == len(codes) + len(EDGE)


@REFUSALS
def test_a_code_begins_with_whoever_refuses(refusal):
    package = refusal.__module__.split(".")
    owners = SHARED if package == ["contracts", "errors"] else {OWNER.get(package[1], package[1])}
    owner, _, name = refusal.code.partition(".")

    assert owner in owners
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)


@REFUSALS
def test_a_refusal_has_a_kind_and_says_in_its_docstring_what_is_the_case(refusal):
    assert refusal.kind in Kind
    assert "__doc__" in vars(refusal)
    assert refusal.__doc__


@REFUSALS
def test_a_refusal_is_told_in_thai_and_in_english(refusal):
    facts = named_in(refusal.message) | named_in(refusal.message_th)
    told = refusal({name: f"<{name}>" for name in facts})

    for sentence, template in ((str(told), refusal.message), (told.in_thai(), refusal.message_th)):
        assert sentence
        assert all(f"<{name}>" in sentence for name in named_in(template))
    assert not re.search("[ก-๙]", refusal.message)
    assert re.search("[ก-๙]", refusal.message_th) or refusal.message_th == "{reason}"


@REFUSALS
def test_both_languages_name_the_same_facts(refusal):
    thai = {name.removesuffix("_th") for name in named_in(refusal.message_th)}

    assert thai == named_in(refusal.message)


@REFUSALS
def test_a_refusal_survives_the_wire(refusal):
    """Nameko rebuilds an error from its args, which it has turned into text."""
    told = refusal(since=2568, reason="ทดสอบ")

    again = refusal(*told.args)

    assert again.details == told.details


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_an_http_status(kind):
    assert 400 <= OF_KIND[kind].status < 600
