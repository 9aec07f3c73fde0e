"""The source tree as data, for rules about it."""

import ast
import importlib
import re
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


def private_names(library: str) -> set[str]:
    """Every word of an installed library that begins with one underscore."""
    home = Path(importlib.import_module(library).__file__).parent
    texts = (path.read_text("utf-8") for path in home.rglob("*.py"))
    return {word for text in texts for word in re.findall(r"\b_[a-z]\w*", text)}


def foreign_private_attributes(path: Path) -> Iterator[str]:
    """Every `_attribute` that a file touches, but those of `self` and `cls` and those of its own
    classes' instances: functions it defines.
    """
    tree = ast.parse(path.read_text("utf-8"))
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and re.match("_[a-z]", node.attr)
            and ast.unparse(node.value) not in ("self", "cls", "super()")
            and node.attr not in own
        ):
            yield node.attr
