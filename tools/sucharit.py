"""Commands for whoever holds a paper of ours: `./sucharit receipt verify FILE`. No network.

FILE is a receipt as the API gives it, the answer to a filing, or the text of the QR code (or the
JWS alone). Exit 0: ours and unchanged; 1: not ours, or changed; 2: it cannot be told.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rfc8785

from services.reports.domain.rolls import STATEMENT_FIELDS, Place, leaf_of, root_from
from services.reports.receipts import FIELDS, PublicKey, content_sha256, kid_of, sha256_hex

KEYS = "jwks.json"
NOT_OURS, UNUSABLE = 1, 2
_JWS = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
Facts = dict[str, Any]


class Refused(Exception):
    """Not ours, or changed; or, with UNUSABLE, it cannot be told. Said in both languages."""

    def __init__(self, thai: str, english: str, code: int = NOT_OURS) -> None:
        super().__init__(english)
        self.thai = thai
        self.english = english
        self.code = code


class Keys:
    """The public keys of a JWK set."""

    def __init__(self, jwks: Facts) -> None:
        try:
            keys = [PublicKey.from_jwk(jwk) for jwk in jwks["keys"]]
        except (KeyError, TypeError, AttributeError, ValueError) as problem:
            raise _unusable("กุญแจสาธารณะ", "the set of public keys", problem) from problem
        self._keys = {key.kid: key for key in keys}

    def read(self, jws: str, thai: str, english: str) -> Facts:
        """Return what was signed. Raises Refused."""
        key = self._keys.get(kid_of(jws) or "")
        if key is None:
            raise Refused(
                f"{thai}ไม่ได้ลงลายมือชื่อด้วยกุญแจในชุดที่ให้มา",
                f"The {english} is not signed with a key of the given set.",
            )
        facts = key.read(jws)
        if facts is None:
            raise Refused(
                f"ลายมือชื่อของ{thai}ไม่ตรง: ช่อง jws ถูกแก้ไข",
                f"The signature of the {english} does not fit: the field jws was changed.",
            )
        return facts


def verify(
    receipt: Facts, keys: Keys, content: Facts | None, proof: Facts | None, roll: Facts | None
) -> Facts:
    """Return what was signed, when everything given fits it. Raises Refused."""
    signed = keys.read(receipt["jws"], "ใบรับ", "receipt")
    if signed.keys() != set(FIELDS):
        raise Refused("เอกสารนี้ลงลายมือชื่อแล้วแต่ไม่ใช่ใบรับ", "This is signed, but it is no receipt.")
    if receipt.keys() != {"jws"}:
        _require_same(receipt, signed, "ใบรับ", "receipt")
    if content is not None:
        answers = content.get("answers", content)
        if not isinstance(answers, dict):
            raise _unusable("เนื้อหารายงาน", "the content", "answers")
        if content_sha256(answers) != signed["content_sha256"]:
            raise Refused(
                "เนื้อหารายงานไม่ตรงกับใบรับ: content_sha256",
                "The content is not what the receipt is for: content_sha256 differs.",
            )
    if proof is not None:
        _require_in_roll(receipt["jws"], signed, proof, roll, keys)
    return signed


def _require_in_roll(jws: str, signed: Facts, proof: Facts, roll: Facts | None, keys: Keys) -> None:
    _require_same(
        {name: proof.get(name) for name in ("filing_id", "number")},
        {name: signed[name] for name in ("filing_id", "number")},
        "หลักฐาน",
        "proof",
    )
    try:
        path = tuple(bytes.fromhex(node) for node in proof["path"])
        root = root_from(leaf_of(jws), Place(int(proof["index"]), int(proof["count"]), path))
    except (KeyError, TypeError, ValueError) as problem:
        raise _unusable("หลักฐาน", "the proof", problem) from problem
    if root is None or root.hex() != proof.get("root"):
        raise Refused(
            "หลักฐานไม่นำจากใบรับไปถึง root: path, index, count หรือ root ถูกแก้ไข",
            "The proof does not lead from the receipt to its root: "
            "path, index, count or root was changed.",
        )
    if roll is not None:
        _require_roll(roll, proof, keys)


def _require_roll(roll: Facts, proof: Facts, keys: Keys) -> None:
    if not isinstance(roll.get("jws"), str):
        raise _unusable("บัญชีใบรับ", "the roll", "jws")
    statement = keys.read(roll["jws"], "บัญชีใบรับ", "roll")
    if statement.keys() != set(STATEMENT_FIELDS):
        raise Refused("เอกสารนี้ไม่ใช่บัญชีใบรับ", "This is signed, but it is no roll.")
    sha256 = sha256_hex(rfc8785.dumps(statement))
    _require_same(roll, {**statement, "sha256": sha256}, "บัญชีใบรับ", "roll")
    shared = ("day", "round_id", "count", "root")
    _require_same(
        {name: proof.get(name) for name in shared},
        {name: statement[name] for name in shared},
        "หลักฐาน",
        "proof",
    )


def _require_same(
    shown: Mapping[str, Any], signed: Mapping[str, Any], thai: str, english: str
) -> None:
    """Refuse what shows anything else than was signed; `jws` itself is not compared."""
    names = sorted((shown.keys() | signed.keys()) - {"jws"})
    wrong = [
        name
        for name in names
        if name not in shown
        or name not in signed
        or rfc8785.dumps(shown[name]) != rfc8785.dumps(signed[name])
    ]
    if wrong:
        told = ", ".join(f"{name} ({_said(shown, name)} ≠ {_said(signed, name)})" for name in wrong)
        raise Refused(f"{thai}ถูกแก้ไข: {told}", f"The {english} was changed: {told}")


def _said(facts: Mapping[str, Any], name: str) -> str:
    return json.dumps(facts[name], ensure_ascii=False) if name in facts else "-"


# -- reading ------------------------------------------------------------------------------------


def read_receipt(path: Path) -> Facts:
    """Return a receipt with at least its `jws`. Raises Refused."""
    text = _read_text(path).strip()
    if not text.startswith("{"):
        jws = text.rpartition("#")[2]
        if not _JWS.fullmatch(jws):
            raise _unusable(str(path), str(path), "no receipt")
        return {"jws": jws}
    receipt = _read_object(path)
    receipt = receipt.get("receipt", receipt)
    if not isinstance(receipt, dict) or not isinstance(receipt.get("jws"), str):
        raise _unusable(str(path), str(path), "jws")
    return receipt


def _read_object(path: Path) -> Facts:
    try:
        facts = json.loads(_read_text(path), object_pairs_hook=_without_repeats)
    except ValueError as problem:
        raise _unusable(str(path), str(path), problem) from problem
    if not isinstance(facts, dict):
        raise _unusable(str(path), str(path), "not a JSON object")
    return facts


def _without_repeats(pairs: list[tuple[str, Any]]) -> Facts:
    facts = dict(pairs)
    if len(facts) != len(pairs):
        raise ValueError("a name stands twice")
    return facts


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as problem:
        raise _unusable(str(path), str(path), problem) from problem


def _unusable(thai: str, english: str, problem: object) -> Refused:
    return Refused(f"ใช้ {thai} ไม่ได้: {problem}", f"Cannot use {english}: {problem}", UNUSABLE)


def _run(options: argparse.Namespace) -> None:
    receipt = read_receipt(options.file)
    keys = Keys(_read_object(options.keys or options.file.with_name(KEYS)))
    content, proof, roll = (
        path and _read_object(path) for path in (options.content, options.proof, options.roll)
    )
    try:
        signed = verify(receipt, keys, content, proof, roll)
    except rfc8785.CanonicalizationError as problem:
        raise _unusable(str(options.file), str(options.file), problem) from problem
    print(f"ใบรับ {signed['number']} เป็นของจริงและไม่ถูกแก้ไข")
    print(f"The receipt {signed['number']} is genuine and unchanged.")
    for name in FIELDS:
        print(f"  {name}: {_said(signed, name)}")
    if proof is not None and roll is None:
        print(f"เทียบ root นี้กับบัญชีใบรับที่ประกาศของวันที่ {proof.get('day')}: {proof['root']}")
        print(f"Compare this root with the published roll of {proof.get('day')}: {proof['root']}")


def main() -> None:
    """Do what is asked on the command line."""
    parser = argparse.ArgumentParser(prog="sucharit", description=__doc__)
    parts = parser.add_subparsers(required=True)
    acts = parts.add_parser("receipt", help="about receipts").add_subparsers(required=True)
    act = acts.add_parser("verify", help="is it ours and unchanged?", description=__doc__)
    act.add_argument("file", type=Path, metavar="FILE")
    act.add_argument("--keys", type=Path, help=f"the JWK set; otherwise {KEYS} beside FILE")
    act.add_argument("--content", type=Path, help="the report, or its answers, as JSON")
    act.add_argument("--proof", type=Path, help="where it stands in the roll of its day")
    act.add_argument("--roll", type=Path, help="that roll; needs --proof")
    options = parser.parse_args()
    if options.roll and not options.proof:
        parser.error("--roll needs --proof")
    try:
        _run(options)
    except Refused as refused:
        print(refused.thai, refused.english, sep="\n", file=sys.stderr)
        sys.exit(refused.code)


if __name__ == "__main__":
    main()
