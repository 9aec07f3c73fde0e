"""How a service meets the outside: bus, outbox, RPC, database, HTTP, metrics. No business word."""
