"""Changes the key receipts are signed with: `python -m tools.rotate_key [KEY_FILE OLD_KEYS]`.

The public half of the key so far goes into the folder OLD_KEYS, a new private key into KEY_FILE,
and the private half so far is gone. What it signed stays valid. Without arguments it does so for
the stack of this checkout and restarts reports; otherwise restart every process of reports then.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from collecting.sealing.receipts import Signer
from tools.keys import OLD_SIGNING_KEYS, SIGNING_KEY, signing_key, write_privately
from tools.stack import Stack


def rotate(key_file: Path, old_keys: Path) -> str:
    """Put a new key in the place of the present one and return its name (kid).

    Whatever moment it is cut off at, no public half is lost.
    """
    present = Signer.from_file(key_file)
    reader = key_file.stat().st_uid
    old_keys.mkdir(parents=True, exist_ok=True)
    os.chown(old_keys, reader, -1)
    write_privately(old_keys / f"{present.kid}.pem", present.public_pem(), reader)
    write_privately(key_file, signing_key())
    return Signer.from_file(key_file).kid


def main() -> None:
    """Rotate the key of this checkout's stack, or that of the files given."""
    parser = argparse.ArgumentParser(prog="python -m tools.rotate_key", description=__doc__)
    parser.add_argument("files", type=Path, nargs="*", metavar="KEY_FILE OLD_KEYS")
    files = parser.parse_args().files
    if files:
        if len(files) != 2:
            parser.error("give both KEY_FILE and OLD_KEYS, or neither")
        print(f"signs from now on: {rotate(*files)}. Restart every process of reports.")
        return
    stack = Stack.from_environment()
    keys = stack.site.keys
    print(f"signs from now on: {rotate(keys / SIGNING_KEY, keys / OLD_SIGNING_KEYS)}")
    if stack.is_running():
        stack.stop("reports")
        stack.start("reports")
        stack.wait_ready("reports")
        print("reports was restarted and is ready")


if __name__ == "__main__":
    main()
