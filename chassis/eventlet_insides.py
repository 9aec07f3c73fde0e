"""What eventlet keeps to itself and we use: no other module touches a private part of it.

`tests/unit/chassis/test_insides.py` fails when another version of it has changed them.
"""

from __future__ import annotations

from eventlet import patcher, tpool


def add_threads(count: int) -> None:
    """Let eventlet's pool have a thread for each place of each line: then none waits for another
    line's work, though all hand their work over in the same way.
    """
    if not tpool._setup_already:
        tpool.set_num_threads(count)
        tpool.setup()
        return
    for _ in range(count):
        thread = patcher.original("threading").Thread(target=tpool.tworker, daemon=True)
        thread.start()
        tpool._threads.append(thread)
