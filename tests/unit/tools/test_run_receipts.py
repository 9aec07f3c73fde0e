import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collecting.sealing.receipts import Signer, content_sha256
from tools.journey.receipts import Checker, NotGenuine, forge

ANSWERS = {"headcount": 12, "score": 98.5, "head_name": "SYNTHETIC"}


@pytest.fixture(scope="module")
def signer():
    return Signer(Ed25519PrivateKey.generate())


@pytest.fixture(scope="module")
def receipt(signer):
    return signer.seal(
        {
            "number": "0000-0000-0000",
            "filing_id": "f",
            "obligation_id": "ethics-2568-1-o-1",
            "organisation_code": "6810409",
            "code_group": "local_officials",
            "round_id": "ethics-2568-1",
            "revision": 1,
            "accepted_at": "2026-01-31T23:59:59.000+07:00",
            "on_time": True,
            "content_sha256": content_sha256(ANSWERS),
        }
    )


@pytest.fixture(scope="module")
def checker(signer):
    return Checker({"keys": [signer.jwk]})


def test_a_genuine_receipt_passes_with_the_published_key_alone(checker, receipt):
    checker.check(receipt, ANSWERS)


def test_a_receipt_is_not_for_other_answers(checker, receipt):
    with pytest.raises(NotGenuine, match="other answers"):
        checker.check(receipt, {**ANSWERS, "headcount": 13})


def test_a_changed_time_is_found_beside_the_signature_and_inside_it(checker, receipt):
    beside, inside = forge(receipt)

    with pytest.raises(NotGenuine, match="something else than was signed"):
        checker.check(beside, ANSWERS)
    with pytest.raises(NotGenuine, match="wrong signature"):
        checker.check(inside, ANSWERS)


def test_a_receipt_signed_with_a_key_that_is_not_published_fails(receipt):
    stranger = Signer(Ed25519PrivateKey.generate())

    with pytest.raises(NotGenuine, match="unknown key"):
        Checker({"keys": [stranger.jwk]}).check(receipt, ANSWERS)
