"""Finds the route of a request: a table of whole paths, then the shapes of the resource named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from gateway.http import PATH_VALUE, Route
from gateway.problems import EdgeProblem


class Router:
    """Finds the route of a request; GET routes that change nothing answer HEAD too."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._plain: dict[str, dict[str, Route]] = {}
        self._shaped: dict[tuple[int, str], list[tuple[list[Any], dict[str, Route]]]] = {}
        by_path: dict[str, dict[str, Route]] = {}
        for one in routes:
            methods = by_path.setdefault(one.path, {})
            if one.method in methods:
                raise ValueError(f"{one.method} {one.path} is routed twice")
            methods[one.method] = one
            if one.method == "GET" and not one.changes:
                methods["HEAD"] = one
        for path, methods in by_path.items():
            if "{" not in path:
                self._plain[path] = methods
                continue
            parts = path.split("/")
            shape = [_segment(part, methods) for part in parts]
            if "{" in _bucket(parts)[1]:
                raise ValueError(f"{path} begins with no resource's name")
            self._shaped.setdefault(_bucket(parts), []).append((shape, methods))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Return the route and what stands for the names in its path.

        Raises EdgeProblem `route_not_found` or `method_not_allowed` (with Allow).
        """
        methods = self._plain.get(path)
        values: dict[str, str] = {}
        if methods is None:
            methods, values = self._find_shaped(path)
        found = methods.get(method)
        if found is None:
            allowed = ", ".join(sorted(methods))
            raise EdgeProblem("method_not_allowed", {"allowed": allowed}, {"Allow": allowed})
        return found, values

    def _find_shaped(self, path: str) -> tuple[dict[str, Route], dict[str, str]]:
        parts = path.split("/")
        if "%" in path:
            parts = [unquote(part) for part in parts]
        for shape, methods in self._shaped.get(_bucket(parts), ()):
            values = {}
            for part, wanted in zip(parts, shape, strict=True):
                if wanted.__class__ is str:
                    if part != wanted:
                        break
                elif wanted[1].fullmatch(part):
                    values[wanted[0]] = part
                else:
                    break
            else:
                return methods, values
        raise EdgeProblem("route_not_found")


def _bucket(parts: Sequence[str]) -> tuple[int, str]:
    """Return under what a path is looked for: how many parts it has, and its resource's name, as
    in `/v1/{name}/…` or `/{name}/…`, which is the same for all it stands for.
    """
    return len(parts), parts[2 if len(parts) > 3 else 1]


def _segment(part: str, methods: Mapping[str, Route]) -> str | tuple[str, re.Pattern[str]]:
    if not part.startswith("{"):
        return part
    name = part[1:-1]
    patterns = {one.patterns.get(name, PATH_VALUE) for one in methods.values()}
    if len(patterns) > 1:
        raise ValueError(f"{{{name}}} has two patterns on one path")
    return name, re.compile(patterns.pop())
