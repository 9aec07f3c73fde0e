"""Streams files through: never whole in memory, and only so many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

import eventlet
import structlog
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from contracts.errors import TooManyAtOnce
from gateway.faults import FaultyInput, child_of, fault
from gateway.problems import RETRY_AFTER_SECONDS, EdgeProblem

CHUNK_BYTES = 256 << 10
FILE_LIMIT_BYTES = 20 << 20
MOST_FORM_PARTS = 20
TEXT_BYTES = 512 << 10  # of a form's text parts, and of the heads of its parts

log = structlog.get_logger(__name__)


class FilePlaces:
    """So many files may be on disk, or on their way out, at once; a quarter of one caller's."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.per_caller = max(1, most // 4)
        self._held_by: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many are taken now."""
        return self._held_by.total()

    def take(self, caller: str) -> None:
        """Take a place. Raises EdgeProblem `overloaded`, TooManyAtOnce."""
        if self.taken >= self._most:
            raise EdgeProblem("overloaded")
        if self._held_by[caller] >= self.per_caller:
            raise TooManyAtOnce(places=self.per_caller, retry_after_seconds=RETRY_AFTER_SECONDS)
        self._held_by[caller] += 1

    def give_back(self, caller: str) -> None:
        """Let somebody else have the place."""
        self._held_by[caller] -= 1
        if not self._held_by[caller]:
            del self._held_by[caller]


class Spool(SpooledTemporaryFile[bytes]):
    """One file being received: in memory up to CHUNK_BYTES, beyond that on disk, nameless there."""

    def __init__(self, places: FilePlaces, caller: str) -> None:
        super().__init__(max_size=CHUNK_BYTES)
        self._places = places
        self._caller = caller
        self._is_on_disk = False
        self.size = 0

    def write(self, piece: Any) -> int:
        """Add a piece. Raises EdgeProblem `body_too_large`, `overloaded`; TooManyAtOnce."""
        self.size += len(piece)
        if self.size > FILE_LIMIT_BYTES:
            raise EdgeProblem("body_too_large", {"limit_bytes": FILE_LIMIT_BYTES})
        try:
            written = super().write(piece)
        except OSError as full:
            log.exception("file_not_spooled")
            raise EdgeProblem("overloaded") from full
        eventlet.sleep(0)  # a client that sends fast must not starve the others
        return written

    def rollover(self) -> None:
        """Move to disk, if there is a place."""
        if not self._is_on_disk:
            self._places.take(self._caller)
            self._is_on_disk = True
            super().rollover()

    def close(self) -> None:
        """Leave nothing behind."""
        super().close()
        if self._is_on_disk:
            self._is_on_disk = False
            self._places.give_back(self._caller)

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart body; its name and type are what the client says."""

    filename: str
    content_type: str
    size: int
    spool: IO[bytes]

    @property
    def data(self) -> bytes:
        """The whole of it, for what is known to be small."""
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes]:
        """Yield it in chunks of CHUNK_BYTES, the last one shorter."""
        self.spool.seek(0)
        return iter(lambda: self.spool.read(CHUNK_BYTES), b"")


def read_form(
    content_type: str, pieces: Iterator[bytes], spool: Callable[[], Spool]
) -> tuple[Mapping[str, str], Mapping[str, Upload]]:
    """Read a multipart body as it comes. Raises EdgeProblem `malformed_form`, FaultyInput for a
    part given more than once, and as `Spool`.
    """
    kind, options = parse_options_header(content_type)
    parser = FormDataParser(
        stream_factory=lambda **_: spool(),  # type: ignore[arg-type]  # it is written to only
        max_form_memory_size=TEXT_BYTES,
        max_form_parts=MOST_FORM_PARTS,
        silent=False,
    )
    try:
        _, texts, files = parser.parse(_Pieces(pieces), kind, None, options)  # type: ignore[arg-type]  # it is read only
        _require_readable([*texts, *files], [one.filename for one in files.values()], texts)
    except (ValueError, RequestEntityTooLarge) as problem:
        raise EdgeProblem("malformed_form") from problem
    given = Counter(name for part in (texts, files) for name, _ in part.items(multi=True))
    if repeated := [name for name, times in given.items() if times > 1]:
        raise FaultyInput([fault(child_of("", name), "Given more than once.") for name in repeated])
    uploads = {
        name: Upload(
            file.filename or "",
            file.mimetype,
            cast(Spool, file.stream).size,
            cast(Spool, file.stream),
        )
        for name, file in files.items()
    }
    return texts.to_dict(), uploads


def _require_readable(
    names: list[str | None], filenames: list[str | None], texts: Mapping[str, str]
) -> None:
    """Refuse parts without a name, and half a surrogate pair anywhere. Raises ValueError."""
    if None in names:
        raise ValueError("a part has no name")
    for text in (*names, *filenames, *texts.values()):
        (text or "").encode()


class _Pieces:
    """What a form parser reads from: a read gives the next piece, whatever size was asked for."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _size: int) -> bytes:
        return next(self._pieces, b"")


class Outgoing:
    """A body on its way out, a piece at a time; holds a place until it is closed."""

    def __init__(self, pieces: Iterable[bytes], places: FilePlaces, caller: str) -> None:
        places.take(caller)
        self._pieces = pieces
        self._places = places
        self._caller = caller

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces. When one cannot be had the client sees the answer break off."""
        try:
            yield from self._pieces
        except (Exception, eventlet.Timeout):
            log.exception("answer_broke_off")
            raise

    def close(self) -> None:
        """Give the place back; the server calls this once, however the answer ended."""
        self._places.give_back(self._caller)
