"""A receipt can be read over the phone, and checked by anyone with a library of their own."""

from __future__ import annotations

import hashlib
import json
import warnings
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import OKPKey

from collecting.filings.rules.decide import decide
from collecting.filings.shapes import receipt_facts
from collecting.sealing import receipts
from collecting.sealing.receipts import (
    Signer,
    canonical,
    check_character,
    content_sha256,
    fields_of,
    jws_in,
    receipt_number,
)
from tests.builders.licences.answers import some_answers
from tests.unit.collecting.duties import a_round, an_attempt, an_obligation

FIELDS = fields_of("licence")

ALPHABET = receipts._ALPHABET
SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
FACTS = receipt_facts(
    decide(an_attempt(an_obligation(), filing_id="f1"), a_round(), an_obligation())
)
JWS = SIGNER.sign(FACTS)

numbers = st.text(ALPHABET, min_size=11, max_size=11)


def pem_of(key: object) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def unpadded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


# -- canonical JSON -------------------------------------------------------------------------


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53) + 1, 2**53 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.decimals(0, 100, places=2).map(float)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_canonical_json_is_that_of_rfc_8785_whoever_writes_it(value):
    assert canonical({"answers": value}) == rfc8785.dumps({"answers": value})


@pytest.mark.parametrize("number", [2**53, -(2**53)])
def test_a_number_that_no_double_holds_has_no_canonical_json(number):
    with pytest.raises(rfc8785.IntegerDomainError):
        canonical({"issued": number})


@pytest.mark.parametrize("number", [1e-5, 1.1e-5, 2e-7, 1e15, 1e15 - 0.5, 1e21, 2**53 - 1])
def test_where_numbers_begin_to_be_written_otherwise_they_are_written_as_rfc_8785_has_them(number):
    assert canonical({"n": number}) == rfc8785.dumps({"n": number})
    assert canonical({"n": -number}) == rfc8785.dumps({"n": -number})


# -- the number -----------------------------------------------------------------------------


def is_right(number: str) -> bool:
    text = number.replace("-", "")
    return check_character(text[:-1]) == text[-1]


def test_a_number_follows_from_the_filing_and_shows_three_groups_of_four():
    number = receipt_number("f1")

    assert number == receipt_number("f1") != receipt_number("f2")
    assert [len(group) for group in number.split("-")] == [4, 4, 4]
    assert set(number) <= {*ALPHABET, "-"}
    assert is_right(number)


def test_no_two_of_many_filings_have_the_same_number():
    assert len({receipt_number(f"f{n}") for n in range(50_000)}) == 50_000


def test_the_check_catches_every_wrong_character():
    text = receipt_number("f1").replace("-", "")

    for at, right in enumerate(text):
        for wrong in ALPHABET.replace(right, ""):
            assert not is_right(text[:at] + wrong + text[at + 1 :])


@given(numbers)
def test_the_check_catches_every_swap_of_two_characters(text):
    text += check_character(text)

    for i in range(len(text)):
        for j in range(i):
            if text[i] != text[j]:
                swapped = list(text)
                swapped[i], swapped[j] = text[j], text[i]
                assert not is_right("".join(swapped))


# -- the signature --------------------------------------------------------------------------


def test_a_library_of_somebody_else_verifies_it_with_the_published_key():
    key = OKPKey.import_key(SIGNER.jwk)

    with warnings.catch_warnings():
        # RFC 9864 asks new protocols to say Ed25519; EdDSA is what verifiers in use understand.
        warnings.simplefilter("ignore", SecurityWarning)
        verified = jws.deserialize_compact(JWS, key, algorithms=["EdDSA"])

    assert json.loads(verified.payload) == FACTS
    assert verified.headers() == {"alg": "EdDSA", "kid": SIGNER.kid}


def test_a_receipt_of_2569_is_made_again_to_the_letter():
    made = SIGNER.sign({"number": "K7QM-2F9D-XW4T", "on_time": True, "revision": 1, "ก": "ข"})

    assert made == (
        "eyJhbGciOiJFZERTQSIsImtpZCI6IjFJRzJ0TUg3SjJ3Ykpabk9mOExKelFpdEtmN0xNdm9BRWxzdURNVk01NFkifQ."
        "eyJudW1iZXIiOiJLN1FNLTJGOUQtWFc0VCIsIm9uX3RpbWUiOnRydWUsInJldmlzaW9uIjoxLCLguIEiOiLguIIifQ."
        "llsnv7AOQvpLiMIowzSIr-wknHZOai5QcOhWLbxgrIk3nnSCz3J1GK5H_4fuc5IVwdn5L6PcUk3mC7w_YyQ7BA"
    )


def test_the_key_is_named_by_its_thumbprint_and_only_its_public_half_is_told():
    public = {name: SIGNER.jwk[name] for name in ("crv", "kty", "x")}
    digest = hashlib.sha256(rfc8785.dumps(public)).digest()

    assert SIGNER.kid == urlsafe_b64encode(digest).rstrip(b"=").decode()  # RFC 7638
    assert SIGNER.jwk.keys() == {"kty", "crv", "x", "kid", "alg", "use"}


def test_a_receipt_says_what_was_promised_and_reads_back():
    sealed = SIGNER.seal(FACTS)

    assert sealed == FACTS | {"jws": JWS}
    assert tuple(FACTS) == FIELDS
    assert SIGNER.read(JWS) == FACTS


@pytest.mark.parametrize("field", FIELDS)
def test_a_changed_field_breaks_the_signature(field):
    header, _, signature = JWS.split(".")
    changed = json.dumps(FACTS | {field: "other"}, separators=(",", ":"), sort_keys=True)
    payload = urlsafe_b64encode(changed.encode()).rstrip(b"=").decode()

    assert SIGNER.read(f"{header}.{payload}.{signature}") is None


def test_any_changed_byte_breaks_it():
    parts = [unpadded(part) for part in JWS.split(".")]

    for which, octets in enumerate(parts):
        for at in range(len(octets)):
            tampered = bytes([*octets[:at], octets[at] ^ 1, *octets[at + 1 :]])
            told = [*parts[:which], tampered, *parts[which + 1 :]]
            text = ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in told)
            assert SIGNER.read(text) is None


def test_the_same_signature_spelled_otherwise_is_refused():
    signed, _, signature = JWS.rpartition(".")
    last = chr(ord(signature[-1]) + 1)

    for other in (signature + ".", signature + "=", "!" + signature, signature[:-1] + last):
        assert SIGNER.read(f"{signed}.{other}") is None


def test_a_missing_or_added_part_is_refused():
    header, payload, signature = JWS.split(".")

    for text in (
        f"{header}.{payload}",
        f"{header}.{payload}.",
        f".{payload}.{signature}",
        f"{header}..{signature}",
        f"{payload}.{signature}",
    ):
        assert SIGNER.read(text) is None


@given(st.text())
def test_whatever_is_sent_is_refused_and_never_fails(text):
    header = JWS.partition(".")[0]

    assert SIGNER.read(text) is None
    assert SIGNER.read(f"{header}.{text}") is None
    assert SIGNER.read(f"{JWS.rpartition('.')[0]}.{text}") is None


def test_another_key_signs_nothing_that_this_one_reads():
    other = Signer(Ed25519PrivateKey.generate())
    header = JWS.partition(".")[0]

    assert SIGNER.read(other.sign(FACTS)) is None
    assert SIGNER.read(f"{header}.{other.sign(FACTS).partition('.')[2]}") is None


def test_what_is_signed_but_no_object_is_no_receipt():
    signed = f"{JWS.partition('.')[0]}.{urlsafe_b64encode(b'[]').rstrip(b'=').decode()}"
    signature = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).sign(signed.encode())

    assert SIGNER.read(f"{signed}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}") is None


def test_the_key_is_read_from_its_file_and_another_kind_is_refused(tmp_path):
    right, wrong = tmp_path / "right.pem", tmp_path / "wrong.pem"
    right.write_bytes(pem_of(Ed25519PrivateKey.from_private_bytes(bytes(range(32)))))
    wrong.write_bytes(pem_of(generate_private_key(SECP256R1())))

    assert Signer.from_file(right).sign(FACTS) == JWS
    with pytest.raises(ValueError, match="not an Ed25519"):
        Signer.from_file(wrong)


# -- the content ----------------------------------------------------------------------------


@given(st.permutations(list(some_answers())))
def test_the_same_answers_in_any_order_have_the_same_hash(names):
    answers = some_answers()
    reordered = {name: answers[name] for name in names}
    reordered["assistants"] = [dict(reversed(item.items())) for item in answers["assistants"]]

    assert content_sha256(reordered) == content_sha256(answers)


def test_the_hash_is_that_of_the_canonical_json():
    canonical = '{"a":"ก","b":[1,1.5,true,null]}'

    hashed = content_sha256({"b": [1.0, 1.5, True, None], "a": "ก"})

    assert hashed == hashlib.sha256(canonical.encode()).hexdigest()


def test_other_answers_have_another_hash():
    assert content_sha256(some_answers(score=1)) != content_sha256(some_answers(score=2))


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(JWS)), st.sampled_from("\n\r\t \u00a0\u2028\u200b\ufeff\u00ad")
        )
    )
)
def test_however_copying_has_broken_it_up_it_is_the_same_signature(breaks):
    broken = JWS
    for place, character in breaks:
        broken = broken[:place] + character + broken[place:]

    assert jws_in(broken) == JWS
    assert jws_in(f"https://portal.example/verify#{broken}") == JWS


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "K7QM-2F9D-XW4T",
        JWS.rpartition(".")[0],
        JWS + ".x",
        JWS + "=",
        "..",
        "ก.ข.ค",
        "a.b.\u0e01",
    ],
)
def test_what_is_no_signature_is_told_from_a_wrong_one(text):
    assert jws_in(text) is None
