"""The source tree as data, for rules about it."""

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from chassis.launch import service_class
from tools.programs import ROOT, SERVICES

ROOMS = (
    "contracts",
    "chassis",
    "edge",
    "clients",
    "collecting",
    "services",
    "gateway",
    "tools",
    "tests",
)
SERVICE_NAMES = [service.name for service in SERVICES if service.package.startswith("services.")]
CLASSES = [service_class(service.package) for service in SERVICES]


def files(*rooms: str, suffix: str = ".py") -> list[Path]:
    """Every file of the rooms with that suffix, none of them made by a machine."""
    found = [path for room in rooms for path in sorted((ROOT / room).rglob(f"*{suffix}"))]
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def own_names(of: ast.Module) -> dict[str, str]:
    """What imports are called in a module that gives them a name of its own, by that name."""
    imports = [node for node in ast.walk(of) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {one.asname: one.name for node in imports for one in node.names if one.asname}


def last_word(called: ast.expr, own: dict[str, str]) -> str:
    """The last word of a dotted name, as it is where it comes from."""
    word = ast.unparse(called).rpartition(".")[2]
    return own.get(word, word)


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a file by the last word of what is called, whatever it was imported as."""
    own = own_names(tree(path))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield last_word(node.func, own), node


def identifiers(of: ast.Module) -> set[str]:
    """Every name in a module: what it imports, defines, uses and takes; no text, no comment."""
    fields = ("id", "attr", "name", "arg", "asname")
    found = {getattr(node, field, None) for node in ast.walk(of) for field in fields}
    return {name for name in found if isinstance(name, str)}


def texts(of: ast.Module) -> set[str]:
    """Every text in a module, such as one by which an attribute is looked up; no docstring."""
    prose = {node.value for node in ast.walk(of) if isinstance(node, ast.Expr)}
    found = (node for node in ast.walk(of) if isinstance(node, ast.Constant) and node not in prose)
    return {node.value for node in found if isinstance(node.value, str)}


def private_names(library: str) -> set[str]:
    """Every word of an installed library that begins with one underscore."""
    home = Path(importlib.import_module(library).__file__).parent
    texts = (path.read_text("utf-8") for path in home.rglob("*.py"))
    return {word for text in texts for word in re.findall(r"\b_[a-z]\w*", text)}


def foreign_private_attributes(path: Path) -> Iterator[str]:
    """Every `_attribute` that a file touches, but those of `self` and `cls` and those of its own
    classes' instances: functions it defines.
    """
    own = {node.name for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Attribute)
            and re.match("_[a-z]", node.attr)
            and ast.unparse(node.value) not in ("self", "cls", "super()")
            and node.attr not in own
        ):
            yield node.attr
