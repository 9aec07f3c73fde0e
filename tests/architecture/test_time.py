"""No test fails because its machine is slow: none holds a measured time against a figure."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import files, last_word, name_of, own_names, tree
from tests.builders.waiting import HANG_SECONDS

CLOCKS = {
    *("clock_gettime", "monotonic", "perf_counter", "process_time", "thread_time", "time"),
    *("clock_gettime_ns", "monotonic_ns", "perf_counter_ns", "process_time_ns", "time_ns"),
}
KEEPS_TIME = {
    *("abs", "approx", "float", "int", "list", "max", "mean", "median", "min", "round", "set"),
    *("sorted", "sum", "timedelta", "zip"),
}
GATHERS = {"append", "add", "extend"}
ORDERS = ast.Lt | ast.LtE | ast.Gt | ast.GtE
EXCEPTIONS = {
    "tests/faults/test_alarms.py": {
        "max(seconds) < load.longest_seconds()": "that grows with what it takes without a fault",
    },
    "tests/flows/test_odd_requests.py": {
        "seconds <= SLOW_SECONDS": "slow is only what also takes many times a small question",
    },
}
"""By file, the comparisons that stay, and why no slow machine makes them fail."""
FILES = files("tests")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Measured:
    """What in a module comes of a clock: attributes and functions, and in each function names."""

    def __init__(self, module: ast.Module) -> None:
        self._own = own_names(module)
        self._shared: set[str] = set()
        """Attributes and functions."""
        functions = [node for node in module.body if isinstance(node, FUNCTIONS)]
        for one in module.body:
            if isinstance(one, ast.ClassDef):
                functions += [node for node in one.body if isinstance(node, FUNCTIONS)]
        rest = [node for node in module.body if not isinstance(node, (*FUNCTIONS, ast.ClassDef))]
        self._scopes = [*([function] for function in functions), rest]
        self._local: list[set[str]] = [set() for _ in self._scopes]
        self._names: set[str] = set()
        known = -1
        while known != (known := self._count()):  # one thing comes of another
            for node in self._nodes():
                self._learn(node)

    def _count(self) -> int:
        return len(self._shared) + sum(map(len, self._local))

    def _nodes(self) -> Iterator[ast.AST]:
        for scope, names in zip(self._scopes, self._local, strict=True):
            self._names = names
            for top in scope:
                yield from ast.walk(top)

    def _learn(self, node: ast.AST) -> None:
        if isinstance(node, FUNCTIONS):
            if any(self.holds(value) for value in _returned(node)):
                self._shared.add(node.name)
            return
        value, targets = _assigned(node)
        if value is not None and self.holds(value):
            for target in targets:
                self._note(target)

    def _note(self, target: ast.expr) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Attribute):
                self._shared.add(node.attr)
            elif isinstance(node, ast.Name) and node is not _base(target):
                self._names.add(node.id)

    def holds(self, value: ast.AST) -> bool:
        """Whether a value is a measured time; what part one is of another is none."""
        match value:
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self.holds(left) != self.holds(right)
            case ast.Call(func=called, args=args):
                word = last_word(called, self._own)
                if word in CLOCKS or word in self._shared:
                    return True
                return word in KEEPS_TIME and any(self.holds(one) for one in args)
            case ast.Name(id=name):
                return name in self._names
            case ast.Attribute(attr=name):
                return name in self._shared
            case ast.ListComp(elt=inner) | ast.GeneratorExp(elt=inner) | ast.Subscript(value=inner):
                return self.holds(inner)
            case (
                ast.BinOp() | ast.UnaryOp() | ast.Tuple() | ast.List() | ast.IfExp() | ast.Starred()
            ):
                return any(self.holds(one) for one in ast.iter_child_nodes(value))
        return False

    def held_against_a_figure(self) -> Iterator[str]:
        """Every comparison of a measured time with what is none and does not detect a hang."""
        lasting: set[ast.AST] = set()  # how long something is done is no promise
        for node in self._nodes():
            if isinstance(node, ast.While):
                lasting |= set(ast.walk(node.test))
            elif isinstance(node, ast.Compare) and node not in lasting and _orders(node):
                sides = [node.left, *node.comparators]
                others = [side for side in sides if not self.holds(side)]
                if len(others) < len(sides) and not all(map(_detects_a_hang, others)):
                    yield ast.unparse(node)


def _orders(node: ast.Compare) -> bool:
    return any(isinstance(one, ORDERS) for one in node.ops) or "approx(" in ast.unparse(node)


def _detects_a_hang(bound: ast.expr) -> bool:
    return "HANG_SECONDS" in ast.unparse(bound)


def _base(target: ast.expr) -> ast.expr | None:
    """What an attribute is of, which is not assigned to itself."""
    return target.value if isinstance(target, ast.Attribute) else None


def _assigned(node: ast.AST) -> tuple[ast.expr | None, list[ast.expr]]:
    """What a node lets a name, an attribute or a list stand for from then on, and which."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return value, targets
        case ast.AnnAssign(target=target, value=value) | ast.AugAssign(target=target, value=value):
            return value, [target]
        case ast.NamedExpr(target=target, value=value):
            return value, [target]
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            return value, [target]
        case ast.Call(func=ast.Attribute(value=target, attr=deed), args=[value]) if deed in GATHERS:
            return value, [target]
    return None, []


def _returned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            yield node.value


def short_waits(module: ast.Module) -> Iterator[str]:
    """Every bound of a wait that is written as a figure, unless nothing is raised at its end."""
    own = own_names(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            bounds = [one.value for one in node.keywords if one.arg == "timeout"]
            if last_word(node.func, own) == "Timeout" and len(node.args) == 1:
                bounds += node.args
            if any(isinstance(bound, ast.Constant) and bound.value for bound in bounds):
                yield ast.unparse(node)


def test_no_measured_time_is_held_against_a_figure():
    found = {name_of(path): set(Measured(tree(path)).held_against_a_figure()) for path in FILES}

    assert {name: held for name, held in found.items() if held} == {
        name: set(reasons) for name, reasons in EXCEPTIONS.items()
    }


def test_a_wait_is_bounded_only_against_a_hang():
    found = {name_of(path): list(short_waits(tree(path))) for path in FILES}

    assert not {name: waits for name, waits in found.items() if waits}


def test_a_hang_is_told_from_a_slow_machine():
    assert HANG_SECONDS >= 60


@pytest.mark.parametrize(
    "source",
    [
        "import time as t\nbegan = t.monotonic()\nassert t.monotonic() - began < 0.2",
        "from time import perf_counter as pc\nbegan = pc()\ntook = pc() - began\nassert 1 > took",
        "def took():\n    return monotonic() - began\nassert took() == approx(0.25, abs=0.1)",
        "waits = []\nwaits.append(time.time() - began)\nassert max(waits) < LONGEST_SECONDS",
        "one.seconds = monotonic() - began\ntook = max(x.seconds for x in of)\nassert took < 2",
        "took = [monotonic() - began for _ in '123']\nif sorted(took)[1] > LIMIT:\n    raise Slow",
    ],
)
def test_no_other_name_hides_a_measured_time(source):
    assert list(Measured(ast.parse(source)).held_against_a_figure())


@pytest.mark.parametrize(
    "source",
    [
        "began = monotonic()\nassert work() == 3\nprint(monotonic() - began)",
        "assert seconds_of(many) < 5 * seconds_of(one)\ndef seconds_of(x): return monotonic() - x",
        "one, other = monotonic() - a, monotonic() - b\nassert 0.2 < one / other < 5",
        "until = monotonic() + 3\nwhile monotonic() < until:\n    work()",
        "assert monotonic() - began < HANG_SECONDS",
    ],
)
def test_what_a_slow_machine_does_not_change_may_be_compared(source):
    assert not list(Measured(ast.parse(source)).held_against_a_figure())
