"""What the pages point to is there, and the two commands of README exist."""

import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from chassis.settings import ProcessSettings
from gateway.settings import Settings as GatewaySettings
from tests.architecture.source import ROOMS, SERVICE_NAMES, files, name_of
from tools.programs import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *files("docs", "collecting", "services", suffix=".md")]
LINK = re.compile(r"\]\(([^)#:]+)\)")
FILE = re.compile(rf"`((?:{'|'.join((*ROOMS, 'docs'))})/[\w./-]*)`")


def missing(page: Path, base: Path, pattern: re.Pattern[str]) -> list[str]:
    return [each for each in pattern.findall(page.read_text("utf-8")) if not (base / each).exists()]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_named_files_exist(page):
    assert not missing(page, page.parent, LINK)
    assert not missing(page, ROOT, FILE)


def test_every_command_that_is_named_can_be_made():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    said = "\n".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)\b", said, re.M))

    assert {"run", "test"} <= named <= targets


def test_every_setting_is_in_the_table_of_readme():
    table = (ROOT / "README.md").read_text("utf-8")
    kinds = [ProcessSettings, GatewaySettings]
    kinds += [import_module(f"services.{name}.settings").Settings for name in SERVICE_NAMES]
    variables = [kind.prefix + field.name.upper() for kind in kinds for field in fields(kind)]

    assert not [variable for variable in variables if variable not in table]
