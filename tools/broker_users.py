"""Who may do what in RabbitMQ: `python -m tools.broker_users` tells it, from the services' heads.

A service's user owns what bears its name and reads, of what all share, what its head says it hears,
takes and is asked. It writes to its own ways out only; where they lead is laid down here. So none
can speak as another, nor read what is meant for another: decision 0023.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any
from urllib.parse import quote

import httpx

from tools.keys import BROKER
from tools.programs import SERVICES, Site

VHOST = "/"
NOTHING = "^$"
Definitions = dict[str, list[dict[str, Any]]]


def definitions() -> Definitions:
    """Return exchanges, log, bindings and rights of a broker for the services as they are."""
    from chassis import topology
    from tools.flows import heads

    drawn = heads()
    users = [head.name for head in drawn]
    ways = {
        topology.way_out(head.name, exchange): leads
        for head in drawn
        for exchange, leads in {
            topology.EVENTS_EXCHANGE: [
                *([f"{head.name}.#"] if head.announces else []),
                *(topology.probe_key(event.key()) for event in _heard(head)),
            ],
            topology.ANSWERS_EXCHANGE: [
                *(f"{asked}.*" for asked in sorted(head.asks)),
                # To its own probes, and to whoever asks.
                *([topology.replies_of(head.name, "*")] if _heard(head) else []),
                *(topology.replies_of(one.name, "*") for one in drawn if head.name in one.asks),
                *(
                    topology.replies_of(one.name, "*")
                    for one in drawn
                    if one.hands_in & takes(head)
                ),
            ],
            topology.INTAKES_EXCHANGE: sorted(head.hands_in),
        }.items()
    }
    return {
        "exchanges": [_exchange(name) for name in (*topology.SHARED_EXCHANGES, *ways)],
        "queues": [
            {
                "name": topology.LOG_STREAM,
                "vhost": VHOST,
                "durable": True,
                "auto_delete": False,
                "arguments": topology.stream_arguments(topology.LOG_MAX_BYTES),
            }
        ],
        "bindings": [
            _binding(topology.EVENTS_EXCHANGE, "queue", topology.LOG_STREAM, topology.LIVE_EVENTS),
            *(
                _binding(way, "exchange", topology.shared_exchange(way), key)
                for way, keys in ways.items()
                for key in dict.fromkeys(keys)
            ),
        ],
        "permissions": [{"user": head.name, "vhost": VHOST, **_rights(head)} for head in drawn],
        "topic_permissions": [
            {
                "user": head.name,
                "vhost": VHOST,
                "exchange": exchange,
                "write": NOTHING,
                "read": pattern,
            }
            for head in drawn
            for exchange, pattern in _readable(head).items()
        ],
        "users": [{"name": name, "tags": ""} for name in users],
    }


def takes(head: Any) -> frozenset[str]:
    """Return the intakes a service takes from."""
    return frozenset(head.takes.values())


def _heard(head: Any) -> list[Any]:
    return [*head.hears, *head.overhears]


def _rights(head: Any) -> dict[str, str]:
    from chassis import topology

    own = [rf"rpc-{head.name}", rf"{head.name}\..+"]
    if head.keeps_trial_logs:
        own.append(re.escape(topology.trial_log("")) + ".+")
    shared = [re.escape(exchange) for exchange in topology.SHARED_EXCHANGES]
    # What went by while a listener's queue was gone is looked for in the log.
    logs = [re.escape(topology.LOG_STREAM) + r"(\.trial\..+)?"] if head.hears else []
    return {
        "configure": _any_of(own),
        "write": _any_of(own),
        "read": _any_of([*own, *shared, *logs]),
    }


def _readable(head: Any) -> dict[str, str]:
    """Return by which keys a service may bind to each exchange that all share."""
    from chassis import topology

    heard = [re.escape(event.key()) + r"(\.#)?" for event in _heard(head)]
    if head.keeps_trial_logs:
        heard.append(re.escape(topology.trial_events("")) + r"[^.*#]+")
    return {
        topology.EVENTS_EXCHANGE: _any_of(heard),
        topology.ANSWERS_EXCHANGE: _any_of(
            [rf"{head.name}\.\*", topology.replies_of(head.name, "[0-9a-f]+")]
        ),
        topology.INTAKES_EXCHANGE: _any_of([re.escape(queue) for queue in takes(head)]),
    }


def _any_of(patterns: list[str]) -> str:
    return f"^({'|'.join(dict.fromkeys(patterns))})$" if patterns else NOTHING


def _exchange(name: str) -> dict[str, Any]:
    kind = {"type": "topic", "durable": True, "auto_delete": False, "internal": False}
    return {"name": name, "vhost": VHOST, "arguments": {}, **kind}


def _binding(source: str, kind: str, destination: str, key: str) -> dict[str, Any]:
    return {
        "source": source,
        "vhost": VHOST,
        "destination": destination,
        "destination_type": kind,
        "routing_key": key,
        "arguments": {},
    }


def lay_down(site: Site, url: str, wanted: Definitions) -> None:
    """Make the broker so, at `url`: also take away what the heads say no more."""
    for user in wanted["users"]:
        user["password"] = site.password(BROKER, user["name"])
    with httpx.Client(base_url=url, auth=site.broker_login, trust_env=False, timeout=60) as broker:
        broker.post("/api/definitions", json=wanted).raise_for_status()
        ways = {exchange["name"] for exchange in wanted["exchanges"]}
        leads = {_told(binding) for binding in wanted["bindings"]}
        for found in _get(broker, f"/api/bindings/{quote(VHOST, safe='')}"):
            is_lead = found["source"] in ways and found["destination_type"] == "exchange"
            if is_lead and _told(found) not in leads:
                _unbind(broker, found)
        services = {service.name for service in SERVICES} | {site.broker_login[0]}
        for user in _get(broker, "/api/users"):
            if user["name"] not in services:
                broker.delete(f"/api/users/{quote(user['name'], safe='')}").raise_for_status()


def _told(binding: dict[str, Any]) -> tuple[str, str, str]:
    return binding["source"], binding["destination"], binding["routing_key"]


def _get(broker: httpx.Client, path: str) -> list[dict[str, Any]]:
    answer = broker.get(path)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


def _unbind(broker: httpx.Client, binding: dict[str, Any]) -> None:
    names = (VHOST, "e", binding["source"], "e", binding["destination"], binding["properties_key"])
    path = "/".join(quote(name, safe="") for name in names)
    broker.delete(f"/api/bindings/{path}").raise_for_status()


if __name__ == "__main__":
    json.dump(definitions(), sys.stdout)
