"""How much one server process takes from its clients, and for how long."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WebLimits:
    """The defaults are those of the gateway."""

    max_connections: int = 1024
    connections_per_address: int = 512
    """Of them, for one peer that is no trusted proxy, so that it can never hold all."""
    max_in_flight: int = 256
    backlog: int = 1024
    request_line_bytes: int = 8 << 10
    path_bytes: int = 1 << 10
    """Of the request line, what stands before a query."""
    head_bytes: int = 32 << 10
    head_fields: int = 100
    head_seconds: float = 10.0
    """For a request line and its headers, together."""
    full_head_seconds: float = 3.0
    """The same once three quarters of the connections are taken."""
    idle_seconds: float = 30.0
    """Between two requests of one connection."""
    write_seconds: float = 10.0
    """Without the client taking any of the answer."""
    answer_seconds: float = 300.0
    """For the client to take the whole of an answer."""
    linger_seconds: float = 1.0
    """After a refusal, for the client to stop sending and read the answer."""
    linger_bytes: int = 4 << 20
    shed_body_bytes: int = 256 << 10
    """Of a request that is turned away, so that its connection can be kept."""
    retry_after_seconds: int = 5
