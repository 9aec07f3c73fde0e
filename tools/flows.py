"""Draws docs/flows.md from the heads of the services: `python -m tools.flows [--check]`."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chassis.intake import DurableAsk, takes
from chassis.launch import service_class
from chassis.listener import listens, overhears
from chassis.outbox import Announces
from chassis.rpc import Client
from collecting.rounds.trial_logs import TrialLogs
from contracts.catalogue import events
from contracts.events import Event
from tools.programs import ROOT, SERVICES

PAGE = ROOT / "docs" / "flows.md"


@dataclass(frozen=True, slots=True)
class Head:
    """What one service declares about itself; methods are told by name, one for each event."""

    name: str
    announces: tuple[type[Event], ...]
    hears: dict[type[Event], str]
    overhears: dict[type[Event], str]
    asks: dict[str, float]
    hands_in: frozenset[str]
    takes: dict[str, str]
    keeps_trial_logs: bool


def heads() -> list[Head]:
    """Return the head of every service and of the gateway, in the order in which they start."""
    return [read_head(service_class(service.package)) for service in SERVICES]


def read_head(service: type[Any]) -> Head:
    """Read the declarations of a service's class."""
    parts = [part for _, part in inspect.getmembers(service)]
    return Head(
        name=service.name,
        announces=tuple(e for part in parts if isinstance(part, Announces) for e in part.events),
        hears={each.event: name for name, each in entrypoints(service, listens)},
        overhears={each.event: name for name, each in entrypoints(service, overhears)},
        asks={p.client.service: p.seconds for p in parts if isinstance(p, Client)},
        hands_in=frozenset(part.queue for part in parts if isinstance(part, DurableAsk)),
        takes={name: each.queue for name, each in entrypoints(service, takes)},
        keeps_trial_logs=any(isinstance(part, TrialLogs) for part in parts),
    )


def entrypoints(service: type[Any], *decorators: Any) -> Iterator[tuple[str, Any]]:
    """Yield method name and entrypoint of whatever is decorated so; with none named, of all."""
    kinds = {decorator.__self__ for decorator in decorators}
    for name, method in inspect.getmembers(service, inspect.isfunction):
        for entrypoint in getattr(method, "nameko_entrypoints", ()):
            if not kinds or type(entrypoint) in kinds:
                yield name, entrypoint


def page(drawn: list[Head]) -> str:
    """Return the whole page."""
    return "\n".join(
        [
            "# How messages flow",
            "",
            "Drawn by `make flows` from the heads of the service classes; not to be edited.",
            "Every live event also goes to the stream `sucharit.log`, every event of a trial round",
            "to `sucharit.log.trial.<round>`.",
            "",
            "```mermaid",
            "flowchart LR",
            *_arrows(drawn),
            "```",
            "",
            *_events(drawn),
            "",
            *_questions(drawn),
            "",
            *_intakes(drawn),
            "",
        ]
    )


def _arrows(drawn: list[Head]) -> Iterator[str]:
    for head in drawn:
        for asked in sorted(head.asks):
            yield f"    {head.name} -. asks .-> {asked}"
        for queue in sorted(head.hands_in):
            yield f"    {head.name} == hands in ==> {_node(queue)}[/{queue}/]"
        for method, queue in head.takes.items():
            yield f"    {_node(queue)}[/{queue}/] == {method} ==> {head.name}"
        for event in head.announces:
            label = f"{event.name}.v{event.version}"
            yield f"    {head.name} --> {_node(event.key())}([{label}])"
        for event, method in (head.hears | head.overhears).items():
            yield f"    {_node(event.key())} -- {method} --> {head.name}"


def _node(name: str) -> str:
    return name.replace(".", "_")


def _events(drawn: list[Head]) -> Iterator[str]:
    yield "| event | what it says | published by | heard by |"
    yield "|---|---|---|---|"
    for event in events():
        publishers = [head.name for head in drawn if event in head.announces]
        listeners = [
            *(f"{head.name}: `{head.hears[event]}`" for head in drawn if event in head.hears),
            *(
                f"{head.name}: `{head.overhears[event]}` ¹"
                for head in drawn
                if event in head.overhears
            ),
        ]
        says = " ".join((event.__doc__ or "").partition("\n\n")[0].split())
        yield _row(f"`{event.key()}`", says, ", ".join(publishers), "<br>".join(listeners))
    yield ""
    yield "¹ overheard live by every process, for its cache; nothing waits while it is away."


def _questions(drawn: list[Head]) -> Iterator[str]:
    yield "| who asks | whom | waits at most |"
    yield "|---|---|---|"
    for head in drawn:
        for asked, seconds in sorted(head.asks.items()):
            yield _row(head.name, asked, f"{seconds:g} s")


def _intakes(drawn: list[Head]) -> Iterator[str]:
    yield "| intake queue | filled by | taken by |"
    yield "|---|---|---|"
    takers = {queue: f"{head.name}: `{m}`" for head in drawn for m, queue in head.takes.items()}
    fillers = {queue: head.name for head in drawn for queue in head.hands_in}
    for queue in sorted(takers.keys() | fillers.keys()):
        yield _row(f"`{queue}`", fillers.get(queue, ""), takers.get(queue, ""))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell or "—" for cell in cells) + " |"


def main() -> None:
    """Write the page, or with --check only say whether it is current."""
    parser = argparse.ArgumentParser(prog="python -m tools.flows", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when outdated")
    wanted = page(heads())
    if not parser.parse_args().check:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(wanted, "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != wanted:
        sys.exit("docs/flows.md is not current: run `make flows`")


if __name__ == "__main__":
    main()
