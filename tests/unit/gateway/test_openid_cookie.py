"""The state of a sign-in is found in the Cookie header as the browser sent it, or not at all."""

import pytest

from gateway.openid import COOKIE, state_in

STATE = "aB3-_" * 8


@pytest.mark.parametrize(
    "header",
    [
        f"{COOKIE}={STATE}",
        f"other=1; {COOKIE}={STATE}",
        f"{COOKIE}={STATE}; other=1",
        f"a=b;{COOKIE}={STATE};c=d",
        f"other=1,{COOKIE}={STATE}",  # of two header fields
        f"other=1,  {COOKIE}={STATE}, another=2",
        f"; ;{COOKIE}={STATE} ; ",
        f'quoted="a b"; {COOKIE}={STATE}',
        f"no value; {COOKIE}={STATE}",
        f"=no name; {COOKIE}={STATE}",
        f"ชื่อ=ค่า; {COOKIE}={STATE}",
        f"x{COOKIE}=another; {COOKIE}={STATE}",
        f"{COOKIE}x=another; {COOKIE}={STATE}",
        f"{COOKIE}=; {COOKIE}={STATE}",
        f"other={COOKIE}; {COOKIE}={STATE}",
        f"{COOKIE}={STATE}; {COOKIE}=planted-later",
    ],
)
def test_the_state_is_found_among_whatever_else_there_is(header):
    assert state_in(header) == STATE


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        ";",
        COOKIE,
        f"{COOKIE}=",
        f"x{COOKIE}={STATE}",
        f"x {COOKIE}={STATE}",
        f"other={COOKIE}={STATE}",
        f"{COOKIE.upper()}={STATE}",
        f"{COOKIE} ={STATE}",
        f"{COOKIE}= {STATE}",
        f'{COOKIE}="{STATE}"',
        f"{COOKIE}={STATE}=",
        f"{COOKIE}={STATE}%20",
        f"{COOKIE}={STATE}ก",
        f"{COOKIE}={STATE}\n",
        f"{COOKIE}={'x' * 129}",
        f"other=1 {COOKIE}={STATE}",
        '\\"' * 4000 + f"{COOKIE}={STATE}",
    ],
)
def test_what_is_not_it_is_not_taken_for_it(header):
    assert state_in(header) is None
