"""Scanners: the built-in one, and ClamAV's protocol against a server that speaks it."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import eventlet
import pytest

from chassis.settings import SettingsIncomplete
from collecting.files.scan import EICAR, ClamavScanner, EicarScanner, NoScanner, scanner_of
from contracts.collecting.evidence import MalwareFound, ScannerUnavailable
from tests.builders.files import PDF, docx, pdf_of
from tests.builders.waiting import HANG_SECONDS

Clamd = Callable[..., "FakeClamd"]


class FakeClamd:
    """Speaks INSTREAM on a unix socket: knows EICAR, takes up to a limit, may fall silent."""

    def __init__(self, path: Path, *, limit: int = 25 << 20, silent: bool = False) -> None:
        self.received: list[bytes] = []
        self._limit, self._silent = limit, silent
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._serving = eventlet.spawn(self._serve)

    def stop(self) -> None:
        self._serving.kill()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            client, _ = self._listener.accept()
            with client, client.makefile("rb") as reader:
                self._answer(client, reader)

    def _answer(self, client, reader) -> None:
        command = reader.read(10)
        assert command == b"zINSTREAM\0", command
        content = b""
        while size := struct.unpack("!L", reader.read(4))[0]:
            content += reader.read(size)
            if len(content) > self._limit:
                client.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.received.append(content)
        if self._silent:
            eventlet.sleep(5)
        found = b"Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else b"OK"
        for part in (b"stream: ", found, b"\0"):
            client.sendall(part)


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[Clamd]:
    """Runs a server at `path_of(clamd)`."""
    running: list[FakeClamd] = []

    def start(**options) -> FakeClamd:
        running.append(FakeClamd(tmp_path / "clamd.socket", **options))
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.fixture
def scanner(tmp_path: Path) -> ClamavScanner:
    return ClamavScanner(str(tmp_path / "clamd.socket"), seconds=HANG_SECONDS)


def test_clamav_gets_the_whole_file_and_its_ok_lets_it_pass(clamd, scanner):
    server, content = clamd(), pdf_of(600_001)

    scanner.scan(content)

    assert server.received == [content]


def test_what_clamav_finds_is_refused_by_its_name(clamd, scanner):
    clamd()

    with pytest.raises(MalwareFound) as refused:
        scanner.scan(PDF + EICAR)

    assert refused.value.details["signature"] == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize("options", [{"limit": 1000}, {"silent": True}, None])
def test_a_clamav_that_errs_or_is_silent_or_gone_lets_nothing_pass(clamd, tmp_path, options):
    if options is not None:
        clamd(**options)

    with pytest.raises(ScannerUnavailable):
        ClamavScanner(str(tmp_path / "clamd.socket"), seconds=0.5).scan(pdf_of(300_000))


@pytest.mark.parametrize(
    "content",
    [
        EICAR,
        PDF + EICAR + PDF,
        docx(("word/embeddings/x.bin", b"." * 100_000 + EICAR)),
        docx(("word/embeddings/x.bin", b"." * (65536 - 30) + EICAR)),
    ],
    ids=["alone", "within", "packed", "across two pieces"],
)
def test_the_test_file_is_found_wherever_it_lies(content):
    with pytest.raises(MalwareFound):
        EicarScanner().scan(content)


@pytest.mark.parametrize("content", [PDF, docx(("word/media/x", bytes(300_000)))])
def test_other_files_pass_the_built_in_scanner(content):
    EicarScanner().scan(content)


def test_the_setting_names_the_scanner():
    assert scanner_of("none").state == "unscanned"
    assert isinstance(scanner_of("none"), NoScanner)
    assert isinstance(scanner_of("eicar"), EicarScanner)
    assert isinstance(scanner_of("clamav:///run/clamav/clamd.ctl"), ClamavScanner)


@pytest.mark.parametrize("setting", ["", "clam", "clamav://host/path", "clamav:relative", "EICAR"])
def test_a_setting_nobody_knows_stops_the_start(setting):
    with pytest.raises(SettingsIncomplete, match="REPORTS_SCANNER"):
        scanner_of(setting)
