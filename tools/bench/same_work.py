"""What each foreign contender does with a filing by the very code of ours: judge, hash, sign.

So what differs between the contenders is how a filing travels and what is promised, not this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from bson import ObjectId

from collecting.sealing.receipts import Signer, content_sha256, receipt_number
from contracts.forms import Form

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SameWork:
    """The form that judges and the key that signs, read once a process."""

    form: Form
    signer: Signer

    @classmethod
    def read(cls, form: str, signing_key: str) -> SameWork:
        """Read the form's definition (JSON) and the private key (PEM) from these files."""
        definition = orjson.loads(Path(form).read_bytes())
        return cls(Form(definition), Signer.from_file(Path(signing_key)))

    def objections(self, body: Mapping[str, Any]) -> list[str]:
        """Return the codes of whatever refuses the filing, as the gateway finds them."""
        found = self.form.objections(body["answers"], notes=body["notes"])
        return [objection.code for objection in found]

    def document(self, obligation_id: str, body: Mapping[str, Any], accepted_at: str) -> Facts:
        """Return the filing to store under `filing_id`, its signed receipt inside."""
        filing_id = str(ObjectId())  # dearer ones ask the kernel for randomness
        round_id, code, group = obligation_id.rsplit("-", 2)
        content = content_sha256(body["answers"])
        receipt = self.signer.seal(
            {
                "number": receipt_number(filing_id),
                "filing_id": filing_id,
                "obligation_id": obligation_id,
                "organisation_code": code,
                "code_group": group,
                "round_id": round_id,
                "revision": 1,
                "accepted_at": accepted_at,
                "on_time": True,
                "content_sha256": content,
            }
        )
        return {
            "filing_id": filing_id,
            "obligation_id": obligation_id,
            "round_id": round_id,
            "kind": body["kind"],
            "form_version": body["form_version"],
            "answers": body["answers"],
            "notes": body["notes"],
            "accepted_at": accepted_at,
            "content_sha256": content,
            "receipt": receipt,
        }


def answer_of(document: Mapping[str, Any]) -> Facts:
    """Return what a filer is answered, with a filing as large as that of ours."""
    told = ("filing_id", "obligation_id", "round_id", "kind", "form_version", "accepted_at")
    return {"filing": {name: document[name] for name in told}, "receipt": document["receipt"]}
