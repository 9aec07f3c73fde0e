"""The OpenAPI description of the running stack, fuzzed: no server error, no undocumented status."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.odd_requests import NOT_FUZZED
from tests.length import examples

pytestmark = pytest.mark.needs("reports", "aggregation")

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,unsupported_method,ignored_auth"
)
# Bounds are covered once: they are the same whoever asks.
PHASES = {"operator": "coverage,fuzzing", "officer": "fuzzing", "nobody": "fuzzing"}
# Who asks; signing in and out is left to the public run, or the first call would end the session.
CALLERS = ("operator", "officer", "nobody")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("who", CALLERS)
def test_fuzzing_finds_no_server_error_and_no_undocumented_status(
    country, lao, stack, tmp_path, who
):
    callers = {"operator": lambda: country.operator, "officer": lambda: lao(changes=True)[2]}
    caller = callers[who]() if who in callers else None
    authorization = [f"Authorization: {caller.client.headers['Authorization']}"] if caller else []

    told = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("run", f"{stack.url}/openapi.json"),
            *(part for header in authorization for part in ("--header", header)),
            *("--checks", CHECKS, "--phases", PHASES[who]),
            *("--max-examples", str(examples(15))),
            *(part for path in NOT_FUZZED[who] for part in ("--exclude-path", path)),
            *("--generation-deterministic", "--no-color", "--suppress-health-check", "all"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stdout[-6000:]
