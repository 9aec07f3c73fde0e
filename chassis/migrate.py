"""Makes a database ready for a release: `python -m chassis.migrate <package>`."""

from __future__ import annotations

import importlib
import sys

from chassis.mongo import connect, prepare


def main(package: str) -> None:
    """Build the indexes that `<package>.documents.DOCUMENTS` declares, and set what may be stored.

    Safe to repeat, and over data that stands.
    """
    documents = importlib.import_module(f"{package}.documents")
    settings = importlib.import_module(f"{package}.settings").Settings.read()
    (alias,) = {document._meta["db_alias"] for document in documents.DOCUMENTS}
    connect(settings.mongo_uri, alias)
    prepare(documents.DOCUMENTS)


if __name__ == "__main__":
    main(sys.argv[1])
