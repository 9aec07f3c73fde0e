"""The private parts of py-amqp and eventlet that we use do what we use them for."""

import importlib
import logging
import socket
from types import SimpleNamespace

import amqp
import eventlet
import pytest
from amqp import spec
from amqp.transport import TCPTransport
from eventlet import tpool
from eventlet.patcher import original
from eventlet.semaphore import Semaphore
from prometheus_client import REGISTRY, CollectorRegistry, Gauge
from prometheus_client.metrics import MetricWrapperBase

from chassis.amqp_insides import Gathered, hear, read_ahead
from chassis.eventlet_insides import add_threads, share_logging
from tests.builders.waiting import HANG_SECONDS
from tools.programs import SERVICES

HEARTBEAT = bytes([8, 0, 0, 0, 0, 0, 0, 0xCE])  # a whole frame


@pytest.fixture
def transport():
    """A transport of py-amqp on one end of a pair of sockets; the other end is its `peer`."""
    ours, peer = socket.socketpair()
    with ours, peer:
        found = TCPTransport("localhost")
        found.sock = ours
        found._setup_transport()
        peer.setblocking(False)
        yield SimpleNamespace(amqp=found, ours=ours, peer=peer)


def test_whatever_has_come_is_taken_from_the_kernel_with_the_first_frame(transport):
    read_ahead(transport.amqp)
    transport.peer.sendall(HEARTBEAT * 3)

    frames = [transport.amqp.read_frame()]
    transport.ours.setblocking(False)
    with pytest.raises(BlockingIOError):
        transport.ours.recv(1)

    assert [*frames, *(transport.amqp.read_frame() for _ in range(2))] == [(8, 0, b"")] * 3


def test_what_is_written_leaves_when_it_is_flushed_in_one_piece(transport):
    gathered = Gathered(SimpleNamespace(transport=transport.amqp))
    for _ in range(3):
        transport.amqp.write(HEARTBEAT)
    with pytest.raises(BlockingIOError):
        transport.peer.recv(1)

    gathered.flush()

    assert transport.peer.recv(100) == HEARTBEAT * 3


def test_an_answer_is_heard_though_nobody_waits_for_it():
    heard = []
    channel = amqp.Channel(amqp.Connection(), 1)
    hear(channel, spec.Basic.QosOk, lambda: heard.append("taken"))

    channel.dispatch_method(spec.Basic.QosOk, b"", None)

    assert heard == ["taken"]


def test_threads_that_are_added_work_beside_those_there_are():
    add_threads(1)
    add_threads(2)
    everybody = original("threading").Barrier(len(tpool._threads))
    waiting = [eventlet.spawn(tpool.execute, everybody.wait, 60) for _ in range(everybody.parties)]

    assert everybody.parties >= 3
    assert sorted(each.wait() for each in waiting) == [*range(everybody.parties)]


def test_who_waits_for_what_a_thread_holds_goes_on():
    gauge = Gauge("held", "By a thread.", ["by"], registry=CollectorRegistry())
    threading, sleep = original("threading"), original("time").sleep
    held = threading.Event()

    def hold():
        with gauge._lock:
            held.set()
            sleep(0.05)  # whoever waits for it has to be waiting when it is let go

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    with eventlet.Timeout(HANG_SECONDS):
        gauge.labels("a thread").set(1)
    thread.join()


def test_no_metric_has_a_lock_of_green_threads():
    for service in SERVICES:
        importlib.import_module(f"{service.package}.service")
    locks = [REGISTRY._lock]
    for metric in REGISTRY._collector_to_names:
        if isinstance(metric, MetricWrapperBase):
            parts = getattr(metric, "_metrics", {})  # one for each value of its labels
            locks += [each._lock for each in (metric, *parts.values()) if hasattr(each, "_lock")]

    assert len(locks) > 20
    assert not [lock for lock in locks if isinstance(lock, Semaphore)]


def test_no_lock_of_the_log_is_one_of_green_threads():
    handler = logging.StreamHandler()
    before = logging._lock
    try:
        share_logging(handler)
        assert type(handler.lock) is type(logging._lock) is type(original("threading").RLock())
    finally:
        logging._lock = before
