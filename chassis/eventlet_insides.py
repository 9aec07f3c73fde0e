"""What eventlet keeps to itself and we use: no other module touches a private part of it.

`tests/unit/chassis/test_insides.py` fails when another version of it has changed them.
"""

from __future__ import annotations

import logging

import prometheus_client
from eventlet import patcher, tpool

SystemLock = patcher.original("threading").RLock
"""Guards what green threads share with threads of the system's own: a green lock that is let go in
another thread wakes nobody, so whoever waits for it waits for ever.
"""


def share_metrics() -> None:
    """Let metrics be written beside the loop while they are counted: for what is made from now on,
    so before any is made.
    """
    for module in (prometheus_client.metrics, prometheus_client.values):
        module.Lock = SystemLock  # type: ignore[attr-defined]  # it has imported it
    prometheus_client.REGISTRY._lock = SystemLock()


def share_logging(handler: logging.Handler) -> None:
    """Let work beside the loop write the standard library's log."""
    logging._lock = SystemLock()  # type: ignore[attr-defined]  # it is there
    handler.lock = SystemLock()


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
