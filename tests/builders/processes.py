"""One more process of a service beside the stack's own, on ports of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.builders.waiting import HANG_SECONDS, soon
from tools.programs import HOST, ROOT, SERVICES
from tools.stack import Stack


class Beside:
    """A process of a service that the test itself starts, kills and starts again."""

    def __init__(
        self, stack: Stack, name: str, *, ops: int, environment: Mapping[str, str] | None = None
    ) -> None:
        (service,) = (service for service in SERVICES if service.name == name)
        self.ops_url = f"http://{HOST}:{stack.site.port + ops}"
        self._environment = {
            **os.environ,
            **stack.site.environment(service),
            "SUCHARIT_OPS_PORT": str(stack.site.port + ops),
            **(environment or {}),
        }
        self._command = (sys.executable, "-m", "chassis.launch", service.package)
        self._log = stack.site.log(f"{name}-more")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The pid of the process, which must have been started."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it; it is ready when this returns."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, cwd=ROOT, stderr=log
            )
        soon(lambda: _is_ready(self.ops_url))

    def kill(self) -> None:
        """Kill it; it is gone when this returns."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Let it finish what it has in hand and end."""
        self._end(signal.SIGTERM)

    def _end(self, signal_number: int) -> None:
        if self._process is not None:
            self._process.send_signal(signal_number)
            try:
                self._process.wait(HANG_SECONDS)
            except subprocess.TimeoutExpired:  # it hangs, and must not outlive the test
                self._process.kill()
                self._process.wait()
                raise


class Gateway(Beside):
    """A gateway with an address of its own: what is told there is told by nobody else."""

    def __init__(
        self,
        stack: Stack,
        *,
        port: int,
        ops: int,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        own = {"GATEWAY_PORT": str(stack.site.port + port)}
        super().__init__(stack, "gateway", ops=ops, environment={**(environment or {}), **own})
        self.url = f"http://{HOST}:{stack.site.port + port}"


@contextmanager
def running(process: Beside) -> Iterator[None]:
    """Inside, the process runs and is ready."""
    try:
        process.start()
        yield
    finally:
        process.stop()


@contextmanager
def one_more(
    stack: Stack, name: str, *, ops: int, environment: dict[str, str] | None = None
) -> Iterator[str]:
    """Run it until the block ends; yield the address of its ops port, where it is ready."""
    process = Beside(stack, name, ops=ops, environment=environment)
    with running(process):
        yield process.ops_url


def resident_mib(pid: int) -> float:
    """Return how much memory the process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / (1 << 20)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
