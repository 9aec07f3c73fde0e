"""What a fault run saw is written down, for people."""

import json

import pytest


@pytest.fixture
def write_down(stack, request):
    """Append the figures of a run to `faults.jsonl` beside the stack's logs."""

    def write(**figures):
        line = json.dumps({"run": request.node.name, **figures})
        with (stack.site.state / "log" / "faults.jsonl").open("a") as file:
            file.write(line + "\n")

    return write
