"""Rolls and proofs as the API shows them."""

from __future__ import annotations

from typing import Any, cast

from collecting.receipts.rules import STATEMENT_FIELDS, InclusionProof
from contracts.collecting.receipts import RollFacts, RollProofFacts

Facts = dict[str, Any]


def roll_to_wire(document: Facts) -> RollFacts:
    """Return a roll as the API shows it: what is signed, its hash and the signature."""
    facts = {name: document[name] for name in (*STATEMENT_FIELDS, "sha256", "jws")}
    return cast(RollFacts, facts)  # the fields of the statement, as it was signed


def proof_to_wire(filing: Facts, roll: Facts, place: InclusionProof) -> RollProofFacts:
    """Return the proof that a filing's receipt stands in a roll, as the API shows it."""
    return {
        "filing_id": filing["_id"],
        "number": filing["receipt"]["number"],
        "day": roll["day"],
        "round_id": roll["round_id"],
        "index": place.index,
        "count": place.count,
        "path": [node.hex() for node in place.path],
        "root": roll["root"],
    }
