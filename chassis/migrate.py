"""Makes a database ready for a release: `python -m chassis.migrate <package>`."""

from __future__ import annotations

import importlib
import sys

from chassis.mongo import build_indexes, connect


def main(package: str) -> None:
    """Build the indexes that `<package>.documents.DOCUMENTS` declares; safe to repeat."""
    documents = importlib.import_module(f"{package}.documents")
    settings = importlib.import_module(f"{package}.settings").Settings.read()
    (alias,) = {document._meta["db_alias"] for document in documents.DOCUMENTS}
    connect(settings.mongo_uri, alias)
    build_indexes(documents.DOCUMENTS)


if __name__ == "__main__":
    main(sys.argv[1])
