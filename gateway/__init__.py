"""The HTTP edge: routes, the rules every request is held to, and how refusals are told."""
