"""The source tree as data, for rules about it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from chassis.launch import service_class
from tools.programs import ROOT, SERVICES

ROOMS = ("contracts", "chassis", "edge", "clients", "services", "gateway", "tools", "tests")
SERVICE_NAMES = [service.name for service in SERVICES if service.package.startswith("services.")]
CLASSES = [service_class(service.package) for service in SERVICES]


def files(*rooms: str, suffix: str = ".py") -> list[Path]:
    """Every file of the rooms with that suffix, none of them made by a machine."""
    found = [path for room in rooms for path in sorted((ROOT / room).rglob(f"*{suffix}"))]
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a file by the last word of what is called."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2], node
