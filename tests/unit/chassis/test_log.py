"""A process tells what it did in JSON lines, each with the correlation id of its cause."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

from tools.programs import ROOT

BEGINNING = """
import logging
import eventlet
import structlog
from chassis.log import configure, correlation_id
configure("mill", "INFO")
"""


def lines(script, exit_code=0):
    """What a process that runs the script tells: logging belongs to a whole process."""
    told = subprocess.run(
        (sys.executable, "-W", "ignore", "-c", BEGINNING + textwrap.dedent(script)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == exit_code, told.stderr
    assert told.stdout == ""
    return [json.loads(line) for line in told.stderr.splitlines()]


def test_a_line_says_which_service_did_what_and_how_grave_it_is():
    (line,) = lines('structlog.get_logger("a.b").info("ground", grain="ข้าว", sacks=3)')

    assert line["service"] == "mill"
    assert (line["event"], line["grain"], line["sacks"]) == ("ground", "ข้าว", 3)
    assert (line["level"], line["logger"]) == ("info", "a.b")
    assert line["timestamp"].endswith("Z")
    assert "correlation_id" not in line


def test_the_standard_library_speaks_the_same_way():
    (line,) = lines('logging.getLogger("kombu").warning("lost %s", "it", extra={"queue": "q"})')

    assert (line["event"], line["level"], line["service"]) == ("lost it", "warning", "mill")
    assert line["queue"] == "q"


def test_what_happens_in_a_green_thread_carries_that_threads_correlation_id():
    said = lines(
        """
        def work(cause):
            correlation_id.set(cause)
            eventlet.sleep(0)
            structlog.get_logger().info("worked", cause=cause)
            logging.getLogger("nameko").info("worked", extra={"cause": cause})

        for thread in [eventlet.spawn(work, cause) for cause in "abc"]:
            thread.wait()
        structlog.get_logger().info("over", cause=None)
        """
    )

    assert [line.get("correlation_id") for line in said] == [line["cause"] for line in said]
    assert sorted(str(line["cause"]) for line in said) == ["None", *"aabbcc"]


def test_an_exception_is_told_within_the_one_line():
    (line,) = lines(
        """
        try:
            raise ArithmeticError("unlucky")
        except ArithmeticError:
            structlog.get_logger().exception("failed")
        """
    )

    assert line["event"] == "failed"
    assert "ArithmeticError: unlucky" in line["exception"]


def test_what_is_below_the_level_is_not_told():
    assert not lines(
        """
        structlog.get_logger().debug("detail")
        logging.getLogger("pymongo").debug("detail")
        """
    )


def test_lines_that_nobody_reads_are_bounded():
    """A second of a busy process is written before its thread has had a turn."""
    told = lines(
        """
        import os
        from chassis import log
        log.MOST_LINES, log.FLUSH_SECONDS = 10, 3600
        for number in range(25):
            structlog.get_logger().info("ground", number=number)
        os.write(2, b'{"number": "written so far"}\\n')
        """
    )

    assert [line["number"] for line in told][20] == "written so far"
    assert len(told) == 26


def test_a_warning_is_written_at_once_with_what_came_before_it_though_the_process_is_killed():
    told = lines(
        """
        import os
        log = structlog.get_logger()
        log.info("first")
        log.warning("second")
        os.kill(os.getpid(), 9)
        """,
        exit_code=-9,
    )

    assert [line["event"] for line in told] == ["first", "second"]
