"""One more process of a service beside the stack's own, on ports of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.builders.country import eventually
from tools.programs import HOST, ROOT, SERVICES
from tools.stack import Stack

START_SECONDS = 30.0
STOP_SECONDS = 30.0


@contextmanager
def one_more(
    stack: Stack, name: str, *, ops: int, environment: dict[str, str] | None = None
) -> Iterator[str]:
    """Run it until the block ends; yield the address of its ops port, where it is ready."""
    (service,) = (service for service in SERVICES if service.name == name)
    ops_port = stack.site.port + ops
    variables = {
        **os.environ,
        **stack.site.environment(service),
        "SUCHARIT_OPS_PORT": str(ops_port),
        **(environment or {}),
    }
    command = (sys.executable, "-m", "chassis.launch", service.package)
    with stack.site.log(f"{name}-more").open("ab") as log:
        process = subprocess.Popen(command, env=variables, cwd=ROOT, stderr=log)
    try:
        url = f"http://{HOST}:{ops_port}"
        eventually(lambda: _is_ready(url), START_SECONDS)
        yield url
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
