"""Run the whole house on this machine: `python -m tools.stack up | down | status | logs`."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from chassis.settings import PATIENCE
from tools.broker_users import lay_down
from tools.database_users import make_users
from tools.keys import write_privately
from tools.programs import (
    EVERYTHING,
    HOST,
    INFRASTRUCTURE,
    MANAGEMENT,
    ROOT,
    SERVICES,
    Site,
)
from tools.readiness import NotReady, check

READY_SECONDS = 60.0 * PATIENCE
GONE_SECONDS = 90.0 * PATIENCE  # more than any program's stop_seconds, after which it is killed
LOOK_AGAIN_SECONDS = 0.1
LOOSER_HERE = (
    "second factor not demanded here (ACCOUNTS_SECOND_FACTOR_DEMANDED=0); "
    "deployed, operator and agencies must have one"
)
ALIVE = frozenset({"STARTING", "RUNNING", "BACKOFF", "STOPPING"})


class StackFailed(Exception):
    """The stack is not as asked; the message says what to look at."""


class Stack:
    """One private copy of everything, under one directory and one range of ports."""

    def __init__(
        self,
        state: Path,
        port: int,
        more_environment: Mapping[str, str] | None = None,
        data: Path | None = None,
    ) -> None:
        log_level = os.environ.get("SUCHARIT_LOG_LEVEL", "INFO")
        self.site = Site(state.absolute(), port, log_level, more_environment or {}, data)
        self.management_url = f"http://{HOST}:{port + MANAGEMENT}"
        self.url = f"http://{HOST}:{port}"

    @classmethod
    def from_environment(cls) -> Stack:
        """Return the stack that `make up` runs."""
        port = os.environ.get("SUCHARIT_PORT", "8000")
        if not port.isdecimal() or not 1024 <= int(port) <= 65000:
            raise StackFailed(f"SUCHARIT_PORT must be a port from 1024 to 65000, not {port!r}")
        return cls(ROOT / ".local", int(port))

    @property
    def amqp_uri(self) -> str:
        """The broker, for its administrator."""
        return self.site.amqp_uri

    def mongo_uri(self, database: str) -> str:
        """Return the address of one database, for the administrator."""
        return self.site.mongo_uri(database)

    def up(self, operator_password: str | None = None, only: Collection[str] = ()) -> None:
        """Bring everything up, deployed and ready; of the services `only` these, if any are named.

        Safe to repeat; restarts only what changed. Raises StackFailed with the end of the log of
        whatever did not come up.
        """
        with _reading_heads() as heads:
            self.up_infrastructure()
            told, _ = heads.communicate()
        if heads.returncode != 0:
            raise StackFailed("could not read the heads of the services; see above")
        lay_down(self.site, self.management_url, json.loads(told))
        self._deploy(operator_password)
        names = [service.name for service in SERVICES if not only or service.name in only]
        self.start(*names)
        self.wait_ready(*names)

    def up_infrastructure(self) -> None:
        """Bring broker and database up and ready, and whatever has changed down."""
        try:
            self.site.prepare()
        except ValueError as problem:
            raise StackFailed(str(problem)) from problem
        if self.is_running():
            self._replace_what_changed()
        else:
            self._refuse_taken_ports(EVERYTHING)
            self._start_supervisord()
        self.start("epmd")
        self.wait_ready("epmd")
        self.start("rabbitmq", "mongod")
        self.wait_ready("rabbitmq", "mongod")

    def down(self) -> None:
        """Stop every process of the stack, services first, and wait until the last is gone."""
        if not self.is_running():
            return
        supervisord = self._ask("getPID")
        self._ask("signalAllProcesses", "CONT")  # what is frozen cannot stop
        known = self._infos()
        for names in ([s.name for s in SERVICES], INFRASTRUCTURE):
            self.stop(*(name for name in names if name in known))
        self._ask("shutdown")
        self._wait(lambda: not Path(f"/proc/{supervisord}").exists(), "supervisord did not stop")

    def start(self, *programs: str) -> None:
        """Start what is not running. Raises StackFailed when another has taken a port."""
        infos = self._infos()
        idle = [name for name in programs if infos[name]["statename"] not in ALIVE]
        self._refuse_taken_ports(idle)
        for name in idle:
            self._ask("startProcess", name, False)

    def stop(self, *programs: str) -> None:
        """Stop gracefully, all at once, and return when the processes are gone."""
        infos = self._infos()
        for name in programs:
            if infos[name]["statename"] in ALIVE:
                self._ask("stopProcess", name, False)
        self._wait(
            lambda: not any(self._infos()[name]["statename"] in ALIVE for name in programs),
            f"{', '.join(programs)} did not stop",
        )

    def pid(self, program: str) -> int:
        """Return the pid of the process itself. Raises StackFailed when there is none."""
        pid: int = self._infos()[program]["pid"]
        if not pid:
            raise StackFailed(f"{program} is not running")
        return pid

    def kill(self, program: str, signal_number: int = signal.SIGKILL) -> None:
        """Send the process a signal; when this returns, SIGKILL has ended it and SIGSTOP has
        stopped every thread of it.
        """
        pid = self.pid(program)
        os.kill(pid, signal_number)
        if signal_number == signal.SIGKILL:
            self._wait(lambda: self._infos()[program]["pid"] != pid, f"{program} lives on")
        elif signal_number == signal.SIGSTOP:
            self._wait(lambda: _stands_still(pid), f"{program} goes on")

    def wait_ready(self, *programs: str, seconds: float = READY_SECONDS) -> None:
        """Return when each program serves; with no name, when all do.

        Raises StackFailed with the end of the log of the first that does not in time.
        """
        deadline = time.monotonic() + seconds
        for name in programs or EVERYTHING:
            while (complaint := self._complaint(name)) is not None:
                if time.monotonic() > deadline:
                    raise StackFailed(
                        f"{name} is not ready after {seconds:.0f} s: {complaint}\n"
                        f"The end of {self.site.log(name)}:\n{_tail(self.site.log(name))}"
                    )
                time.sleep(LOOK_AGAIN_SECONDS)

    def is_running(self) -> bool:
        """Whether this stack's supervisord answers."""
        try:
            self._ask("getState")
        except OSError:
            return False
        return True

    def status(self) -> Iterator[tuple[str, str]]:
        """Yield each program with what it does now."""
        infos = self._infos() if self.is_running() else {}
        for name in EVERYTHING:
            info = infos.get(name)
            if info is None or info["statename"] not in ALIVE:
                yield name, "stopped"
            else:
                complaint = self._complaint(name)
                yield name, f"pid {info['pid']}, {complaint or 'ready'}"

    def keep_operator_password(self, given: str | None) -> str:
        """Return what is given, else what was kept, else a new one, printed this once.

        It is kept beside the other keys of this machine, where `make run` finds it.
        """
        kept = self.site.keys / "operator-password"
        if not given and kept.exists():
            return kept.read_text()
        password = given or secrets.token_urlsafe(18)
        write_privately(kept, password.encode())
        if not given:
            print(f"The operator signs in as operator with {password} (kept in {kept})")
        return password

    def _start_supervisord(self) -> None:
        """Start with an environment of its own, so that nothing leaks into a process."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.site.state),
            "LANG": "C.UTF-8",
        }
        command = (
            sys.executable,
            "-m",
            "supervisor.supervisord",
            "-c",
            self.site.configuration,
        )
        subprocess.run(command, env=environment, cwd=ROOT, check=True, umask=0o077)
        self._wait(self.is_running, "supervisord did not start")

    def _refuse_taken_ports(self, programs: Collection[str]) -> None:
        for program in self.site.programs():
            if program.name in programs:
                _refuse_taken(program.name, program.ports)

    def _replace_what_changed(self) -> None:
        added, changed, removed = self._ask("reloadConfig")[0]
        self.stop(*changed, *removed)
        for name in (*changed, *removed):
            self._ask("removeProcessGroup", name)
        for name in (*changed, *added):
            self._ask("addProcessGroup", name)

    def _deploy(self, operator_password: str | None) -> None:
        """Make every service's user and indexes, then see that the operator can sign in."""
        make_users(self.site)
        keepers = [service for service in SERVICES if service.database]
        steps = [
            subprocess.Popen(
                (sys.executable, "-m", "chassis.migrate", service.package),
                env=os.environ | self.site.environment(service),
                cwd=ROOT,
            )
            for service in keepers
        ]
        failed = [s.name for s, step in zip(keepers, steps, strict=True) if step.wait() != 0]
        if failed:
            raise StackFailed(f"could not migrate {', '.join(failed)}; see above")
        environment = os.environ | self.site.environment(keepers[0])
        given = operator_password or os.environ.get("SUCHARIT_OPERATOR_PASSWORD")
        environment["SUCHARIT_OPERATOR_PASSWORD"] = self.keep_operator_password(given)
        operator = (sys.executable, "-m", "services.accounts.operator")
        if subprocess.run(operator, env=environment, cwd=ROOT, check=False).returncode != 0:
            raise StackFailed("could not set the operator's password; see above")

    def _complaint(self, program: str) -> str | None:
        """Return why the program cannot serve now, or None when it can."""
        try:
            check(self.site, program)
        except NotReady as complaint:
            return str(complaint)
        return None

    def _infos(self) -> dict[str, dict[str, Any]]:
        return {info["name"]: info for info in self._ask("getAllProcessInfo")}

    def _ask(self, method: str, *arguments: object) -> Any:
        """Call supervisord. Raises OSError when it is not there."""
        transport = SupervisorTransport(None, None, f"unix://{self.site.socket}")
        with ServerProxy(f"http://{HOST}", transport=transport) as server:
            return getattr(server.supervisor, method)(*arguments)

    def _wait(self, is_so: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + GONE_SECONDS
        while not is_so():
            if time.monotonic() > deadline:
                raise StackFailed(f"{otherwise}; see {self.site.log('supervisord')}")
            time.sleep(LOOK_AGAIN_SECONDS)


def _stands_still(pid: int) -> bool:
    """Whether every thread of the process is stopped."""
    told = [stat.read_text() for stat in Path(f"/proc/{pid}/task").glob("*/stat")]
    return all(one.rpartition(")")[2].split()[0] == "T" for one in told)


@contextmanager
def _reading_heads() -> Iterator[subprocess.Popen[bytes]]:
    """Begin to read who may do what on the broker: it takes seconds, while the broker starts."""
    command = (sys.executable, "-m", "tools.broker_users")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as heads:
        try:
            yield heads
        except BaseException:
            heads.kill()  # nobody reads what it would tell
            raise


def _refuse_taken(program: str, ports: tuple[int, ...]) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as problem:
                raise StackFailed(
                    f"port {port}, wanted for {program}, is in use by another program; "
                    "stop that one or choose another SUCHARIT_PORT"
                ) from problem


def _tail(log: Path, lines: int = 20) -> str:
    if not log.exists():
        return "(it was never started)"
    with log.open(errors="replace") as file:
        return "".join(deque(file, maxlen=lines))


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m tools.stack", description=__doc__)
    parser.add_argument("deed", choices=["up", "down", "status", "logs"])
    parser.add_argument("program", nargs="*", help="logs: of these only")
    asked = parser.parse_args()
    try:
        _do(asked.deed, Stack.from_environment(), asked.program)
    except StackFailed as failure:
        sys.exit(f"stack: {failure}")


def _do(deed: str, stack: Stack, programs: list[str]) -> None:
    started = time.monotonic()
    if deed == "up":
        stack.up()
        seconds = time.monotonic() - started
        print(f"Sucharit answers at {stack.url} (up in {seconds:.0f} s)\n{LOOSER_HERE}")
    elif deed == "down":
        stack.down()
    elif deed == "status":
        for name, state in stack.status():
            print(f"{name:12} {state}")
    else:
        logs = [stack.site.log(name) for name in programs or EVERYTHING]
        os.execvp("tail", ["tail", "-n", "20", "-F", *map(str, logs)])  # noqa: S606 (takes over)


if __name__ == "__main__":
    main()
