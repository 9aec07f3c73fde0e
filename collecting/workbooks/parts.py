"""The parts of a workbook somebody sent, as they are wanted and no other: never more of them in
memory than a piece, never a tree, and every element counted as it begins.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import ZipFile

from collecting.files.unpack import BROKEN_ZIP, Budget, BudgetSpent, Share, open_zip, pieces_of

WORKBOOK_BYTES = 1 << 20
UNPACKED_BYTES = 16 << 20
MOST_ELEMENTS = 100_000

Attributes = Mapping[str, str]
Begun = Callable[[str, Attributes], None]
Ended = Callable[[str, str], None]


class Unusable(Exception):
    """A file that is not read at all; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Parts:
    """An Office file opened. Names of elements and attributes are told without their namespaces,
    so that the strict spelling of Open XML is read like the usual one. Raises Unusable.
    """

    def __init__(self, data: bytes, budget: Budget) -> None:
        if len(data) > WORKBOOK_BYTES:
            raise Unusable("workbook_too_large")
        self._budget = budget
        self._share = Share(budget, unpacked=UNPACKED_BYTES, elements=MOST_ELEMENTS)
        try:
            self._zip: ZipFile = open_zip(BytesIO(data))
        except BROKEN_ZIP as problem:
            raise Unusable("not_a_workbook") from problem
        self._names = set(self._zip.namelist())

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str, begun: Begun, ended: Ended = lambda _name, _text: None) -> None:
        """Tell of each element of a part when it begins and when it ends, then with its own text.

        Raises Unusable, also for a part with a document type, whose entities unfold.
        """
        if name not in self._names:
            raise Unusable("not_a_workbook")
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        texts: list[list[str]] = [[]]
        elements = 0

        def begin(full_name: str, attributes: dict[str, str]) -> None:
            nonlocal elements
            elements += 1
            texts.append([])
            begun(_local(full_name), {_local(key): value for key, value in attributes.items()})

        def end(full_name: str) -> None:
            ended(_local(full_name), "".join(texts.pop()))

        parser.StartElementHandler = begin
        parser.EndElementHandler = end
        parser.CharacterDataHandler = lambda text: texts[-1].append(text)
        parser.StartDoctypeDeclHandler = _refuse
        try:
            for piece in pieces_of(self._zip, self._zip.getinfo(name), self._share):
                parser.Parse(piece, False)
                elements, counted = 0, elements
                self._share.spend(elements=counted)
            parser.Parse(b"", True)
            self._share.spend(elements=elements)
        except BudgetSpent as spent:
            code = "budget_spent" if self._budget.is_spent else "workbook_too_large"
            raise Unusable(code) from spent
        except (*BROKEN_ZIP, ExpatError) as problem:
            raise Unusable("not_a_workbook") from problem

    def relations(self, of: str) -> dict[str, tuple[str, str]]:
        """Return what a part refers to, by id: what it is, and the name of that part."""
        folder, name = posixpath.split(of)
        found: dict[str, tuple[str, str]] = {}

        def begun(tag: str, given: Attributes) -> None:
            if tag == "Relationship" and {"Id", "Type", "Target"} <= given.keys():
                target = posixpath.normpath(posixpath.join("/", folder, given["Target"]))
                found[given["Id"]] = given["Type"].rpartition("/")[2], target.lstrip("/")

        self.read(posixpath.join(folder, "_rels", f"{name}.rels"), begun)
        return found


@lru_cache(maxsize=512)
def _local(full_name: str) -> str:
    return full_name.rpartition(" ")[2]


def _refuse(*_declared: Any) -> None:
    raise Unusable("not_a_workbook")
