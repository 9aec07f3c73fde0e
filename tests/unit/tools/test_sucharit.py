"""`./sucharit receipt verify`, as a process that knows nothing but the files it is given."""

from __future__ import annotations

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collecting.filings.rules.decide import decide
from collecting.filings.shapes import receipt_facts
from collecting.receipts.close_day import sha256_of
from collecting.receipts.rules import Sheaves, leaf_of, place_of, statement_of
from collecting.sealing.receipts import Signer, fields_of
from tests.builders.answers import some_answers
from tests.builders.duties import EARLY
from tests.unit.reports.duties import a_round, an_attempt, an_obligation
from tools.programs import ROOT
from tools.sucharit import main

FIELDS = fields_of("code_group")

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
STRANGER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
FACTS = receipt_facts(
    decide(an_attempt(an_obligation(), filing_id="f1"), a_round(), an_obligation())
)
RECEIPT = SIGNER.seal(FACTS)
OTHER = {"revision": 2, "on_time": False}


def a_proof() -> tuple[dict[str, Any], dict[str, Any]]:
    """The place of the receipt in a roll with ninety others, and that roll."""
    leaf = leaf_of(RECEIPT["jws"])
    nodes = sorted([leaf, *(leaf_of(f"receipt {number}") for number in range(90))])
    sheaves = Sheaves(nodes)
    statement = statement_of(EARLY.date(), None, sheaves, None, closed_at="2026-12-02")
    place = place_of(leaf, nodes, 0, sheaves.roots, len(nodes))
    proof = {
        **{name: FACTS[name] for name in ("filing_id", "number")},
        **{name: statement[name] for name in ("day", "round_id", "count", "root")},
        "index": place.index,
        "path": [node.hex() for node in place.path],
    }
    roll = {**statement, "sha256": sha256_of(statement), "jws": SIGNER.sign(statement)}
    return proof, roll


@pytest.fixture
def given(tmp_path: Path):
    """Writes a receipt and what else is given, the keys beside it; returns the arguments."""
    (tmp_path / "jwks.json").write_text(json.dumps({"keys": [SIGNER.jwk]}))

    def write(receipt: Any, **more: Any) -> list[str]:
        told = receipt if isinstance(receipt, str) else json.dumps(receipt, ensure_ascii=False)
        (tmp_path / "receipt.json").write_text(told, encoding="utf-8")
        arguments = ["receipt", "verify", "receipt.json"]
        for name, value in more.items():
            (tmp_path / name).write_text(json.dumps(value), encoding="utf-8")
            arguments += [f"--{name}", name]
        return arguments

    return write


@pytest.fixture
def as_process(given, tmp_path: Path):
    """Runs the command as anybody would; returns exit code and words."""

    def run(receipt: Any) -> tuple[int, str]:
        done = subprocess.run(
            (ROOT / "sucharit", *given(receipt)),
            cwd=tmp_path,
            env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.fixture
def verify(given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """Does the same within this process; returns exit code and words."""
    monkeypatch.chdir(tmp_path)

    def run(receipt: Any, **more: Any) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["sucharit", *given(receipt, **more)])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        told = capsys.readouterr()
        return code, told.out + told.err

    return run


@pytest.mark.parametrize(
    "told",
    [
        RECEIPT,
        {"filing": {"id": "f1"}, "receipt": RECEIPT},
        RECEIPT["jws"],
        f"https://sucharit.example/verify#{RECEIPT['jws']}\n",
        "\n".join((RECEIPT["jws"][:40], f" {RECEIPT['jws'][40:]}\u200b")),
        RECEIPT | {"jws": RECEIPT["jws"] + "\r\n"},
    ],
    ids=["receipt", "answer", "jws", "text of the QR code", "jws in two lines", "line end within"],
)
def test_a_genuine_receipt_passes_however_it_is_given(as_process, told):
    code, words = as_process(told)

    assert code == 0
    assert "เป็นของจริงและไม่ถูกแก้ไข" in words
    assert f"The receipt {FACTS['number']} is genuine and unchanged." in words


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_that_was_altered_is_named_in_both_languages(as_process, field):
    code, words = as_process(RECEIPT | {field: OTHER.get(field, "อื่น")})

    thai, english = words.splitlines()
    assert code == 1
    assert thai.startswith(f"ใบรับถูกแก้ไข: {field} (")
    assert english.startswith(f"The receipt was changed: {field} (")


def test_a_field_left_out_or_put_in_is_named(verify):
    without = {name: value for name, value in RECEIPT.items() if name != "on_time"}

    code, words = verify(without | {"paid": True})

    assert code == 1
    assert "on_time (- ≠ true), paid (true ≠ -)" in words


def test_true_is_not_one(verify):
    assert verify(RECEIPT | {"on_time": 1})[0] == 1


@pytest.mark.parametrize("part", [0, 1, 2], ids=["header", "payload", "signature"])
def test_an_altered_signature_is_refused(verify, part):
    parts = RECEIPT["jws"].split(".")
    parts[part] = parts[part][:10] + ("A" if parts[part][10] != "A" else "B") + parts[part][11:]

    assert verify(RECEIPT | {"jws": ".".join(parts)})[0] == 1


def test_what_a_stranger_signed_or_what_is_no_receipt_is_refused(verify):
    assert verify(STRANGER.seal(FACTS))[0] == 1
    assert verify(SIGNER.sign({"number": "x"}))[0] == 1


def test_the_content_is_compared(verify):
    filing = {"id": "f1", "answers": some_answers()}

    assert verify(RECEIPT, content=some_answers())[0] == 0
    assert verify(RECEIPT, content=filing)[0] == 0
    code, words = verify(RECEIPT, content=some_answers(score=1))
    assert (code, "content_sha256" in words) == (1, True)


def test_the_place_in_the_roll_is_checked(verify):
    proof, roll = a_proof()

    assert verify(RECEIPT, proof=proof, roll=roll)[0] == 0
    code, words = verify(RECEIPT, proof=proof)
    assert (code, f"Compare this root with the published roll of {proof['day']}" in words) == (
        0,
        True,
    )


@pytest.mark.parametrize("field", ["filing_id", "number", "index", "count", "path", "root", "day"])
def test_an_altered_proof_is_refused(verify, field):
    proof, roll = a_proof()
    altered = {
        "path": proof["path"][::-1],
        "index": proof["index"] ^ 1,
        "count": proof["count"] * 2,
        "root": "ab" * 32,
    }

    code, words = verify(
        RECEIPT, proof=proof | {field: altered.get(field, "2026-12-31")}, roll=roll
    )

    assert code == 1
    assert field in words


@pytest.mark.parametrize("field", ["day", "count", "root", "previous_sha256", "sha256"])
def test_an_altered_roll_is_refused(verify, field):
    proof, roll = a_proof()

    code, words = verify(RECEIPT, proof=proof, roll=roll | {field: "ab" * 32})

    assert code == 1
    assert field in words


@pytest.mark.parametrize(
    "told",
    ["", "{", "[]", '{"number": "x"}', '{"jws": "a", "jws": "b"}', '{"jws": 1}', '{"jws": "a.b"}'],
)
def test_what_cannot_be_read_is_told_apart_from_what_is_forged(verify, told):
    code, words = verify(told)

    assert code == 2
    assert "Cannot use receipt.json" in words


def test_without_keys_nothing_can_be_told(verify):
    assert verify(RECEIPT, keys={"no": "keys"})[0] == 2
    assert verify(RECEIPT, content=[1])[0] == 2
    assert verify(RECEIPT, content={"answers": 1})[0] == 2
    assert verify(RECEIPT, proof={"number": FACTS["number"], "filing_id": "f1"})[0] == 2


@pytest.fixture
def site():
    """A web site on this machine that has what is put into `pages`; its address, and the pages."""
    pages: dict[str, tuple[int, bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = pages.get(self.path, (404, b""))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}", pages
        server.shutdown()
        serving.join()


OUR_KEYS = json.dumps({"keys": [SIGNER.jwk]}).encode()
WHERE = "/.well-known/jwks.json"


def test_without_keys_it_says_where_they_are(given, tmp_path, monkeypatch, capsys):
    arguments = given(RECEIPT)
    (tmp_path / "jwks.json").unlink()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["sucharit", *arguments])

    with pytest.raises(SystemExit) as ended:
        main()

    words = capsys.readouterr().err
    assert ended.value.code == 2
    assert words.count(WHERE) == 4
    assert "--keys" in words


@pytest.mark.parametrize("path", ["", "/", WHERE])
def test_the_keys_are_fetched_when_told_where_and_nothing_of_them_is_kept(
    given, site, tmp_path, monkeypatch, capsys, path
):
    address, pages = site
    pages[WHERE] = (200, OUR_KEYS)
    arguments = given(RECEIPT)
    (tmp_path / "jwks.json").unlink()
    before = set(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["sucharit", *arguments, "--keys", address + path])

    main()

    assert "is genuine and unchanged" in capsys.readouterr().out
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "answer",
    [
        (404, b""),
        (302, OUR_KEYS),
        (200, b"<html>"),
        (200, b"\xff"),
        (200, b" " * (1 << 20) + b"{}"),
    ],
    ids=["not there", "elsewhere", "no JSON", "no text", "too large"],
)
def test_what_cannot_be_used_as_keys_is_no_forgery(
    given, site, tmp_path, monkeypatch, capsys, answer
):
    address, pages = site
    pages[WHERE], pages["/elsewhere"] = answer, (200, OUR_KEYS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["sucharit", *given(RECEIPT), "--keys", address])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert f"Cannot use {address}" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["http://sucharit.example", "ftp://127.0.0.1/x", "file:///etc"])
def test_keys_come_only_over_https(given, tmp_path, monkeypatch, capsys, address):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["sucharit", *given(RECEIPT), "--keys", address])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert f"Cannot use {address}: https" in capsys.readouterr().err
