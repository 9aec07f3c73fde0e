"""The comparison: the contenders do the same work, and what is measured is summed up rightly."""

import os
import re
import subprocess
import sys
from datetime import date
from xml.etree import ElementTree

import orjson
import pytest

from collecting.sealing.receipts import content_sha256, fields_of
from contracts.reference.years import Year, YearBasis
from services.reports.forms import get_form
from tools.bench.figures import figures_of, lines, rate_range, ratios, summary
from tools.bench.meter import Meter
from tools.bench.picture import picture
from tools.bench.same_work import SameWork, answer_of
from tools.journey.answers import invent
from tools.journey.rounds import FORM
from tools.keys import signing_key
from tools.peak.load import Outcome

FIELDS = fields_of("code_group")

DUTY = "ethics-2569-1-trial12ab-06810102-council"


def a_run(rate, latencies=(0.1, 0.2), cpu=0.4):
    answered = [(1.0, latency, 201) for latency in latencies]
    return figures_of(Outcome(answered, seconds=len(latencies) / rate), {"mongod": cpu})


def told(ours, ordinary, plain):
    runs = {"ours": [a_run(ours)], "ordinary nameko": [a_run(ordinary)]}
    runs["plain insert"] = [a_run(plain)]
    floors = {"pipelined <confirms>": [30_000.0]}
    rates = {name: [run["per_second"] for run in each] for name, each in runs.items()}
    return {
        "filings": 5_000,
        "clients": 128,
        "contenders": {name: summary(each) for name, each in runs.items()},
        "floors": {name: rate_range(each) for name, each in floors.items()},
        "ratios": ratios({**rates, **floors}),
    }


@pytest.fixture
def work(tmp_path):
    form = get_form(FORM["id"], FORM["version"], Year(2569, YearBasis.CALENDAR))
    (tmp_path / "form.json").write_bytes(orjson.dumps(form.definition))
    (tmp_path / "key.pem").write_bytes(signing_key())
    return SameWork.read(str(tmp_path / "form.json"), str(tmp_path / "key.pem"))


@pytest.fixture
def body(work):
    answers = invent(work.form.definition, DUTY, on=date(2026, 2, 1), everything=True)
    notes = {warning.check: "ok" for warning in work.form.warnings(answers)}
    return {"kind": "original", "form_version": 2, "answers": answers, "notes": notes}


def test_a_foreign_contender_answers_with_a_receipt_of_every_field_that_can_be_checked(work, body):
    document = work.document(DUTY, body, "2026-02-01T09:00:00.000+07:00")

    answer = answer_of(document)
    receipt = dict(answer["receipt"])
    assert work.signer.read(receipt.pop("jws")) == receipt
    assert set(receipt) == set(FIELDS)
    assert receipt["content_sha256"] == content_sha256(body["answers"])
    assert document["answers"] == body["answers"]
    assert answer["filing"]["filing_id"] == receipt["filing_id"]


def test_a_foreign_contender_refuses_what_ours_refuses(work, body):
    name = next(iter(body["answers"]))

    assert work.objections(body) == []
    assert work.objections({**body, "answers": {**body["answers"], "nonsense": 1}}) == ["unknown"]
    del body["answers"][name]
    assert "required" in work.objections(body)


def test_a_program_is_charged_for_the_processes_below_it():
    burn = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}

    meter = Meter({"program": os.getpid()})
    with subprocess.Popen([sys.executable, "-c", burn], **pipes) as child:
        child.stdout.readline()
        used = meter.seconds()
        child.communicate(b"\n")

    assert used["program"] >= used["crowd"] + 0.25


def test_only_what_was_answered_201_is_a_rate():
    answered = [(0.5, 0.01, 201), (1.0, 0.02, 201), (2.0, 0.5, 422)]

    run = figures_of(Outcome(answered, seconds=2.0), {"gateway": 0.003})

    assert (run["filings"], run["filed"], run["per_second"]) == (3, 2, 1.0)
    assert run["final"] == {"201": 2, "422": 1}
    assert run["cpu_ms_per_filing"] == {"gateway": 1.0}


def test_repetitions_are_summed_up_by_their_middle():
    runs = [a_run(800, cpu=0.2), a_run(600, cpu=0.6), a_run(900, cpu=0.4)]

    middle = summary(runs)

    assert middle["per_second"] == {"min": 600.0, "median": 800.0, "max": 900.0}
    assert middle["cpu_ms_per_filing"] == {"mongod": 200.0}


def test_a_ratio_is_of_medians_and_knows_its_aim():
    rates = {
        "ours": [900.0, 600.0, 1_200.0],
        "ordinary nameko": [300.0, 300.0, 300.0],
        "plain insert": [1_000.0, 1_200.0, 1_100.0],
        "floor": [9_000.0, 0.0, 9_000.0],
    }

    ordinary, plain, floor = ratios(rates)

    assert (ordinary["ratio"], ordinary["least"], ordinary["most"]) == (3.0, 2.0, 4.0)
    assert (ordinary["aim"], ordinary["is_met"]) == (3.0, True)
    assert (plain["ratio"], plain["aim"], plain["is_met"]) == (0.818, 0.9, False)
    assert (floor["ratio"], floor["least"], floor["is_met"]) == (0.1, 0.0, None)


def test_the_table_says_which_aims_are_met():
    table = "\n".join(lines(told(900, 300, 1_200)))

    assert re.search(r"ours / ordinary nameko +3\.00 +3\.00 to 3\.00 +≥ 3  met$", table, re.M)
    assert re.search(r"ours / plain insert +0\.75 .* ≥ 0\.9  NOT MET$", table, re.M)
    assert re.search(r"ours / pipelined <confirms> +0\.03 ", table)


def test_the_picture_has_a_bar_for_each_rate_and_a_line_for_each_ratio():
    drawn = ElementTree.fromstring(picture(told(900, 300, 1_000)))  # noqa: S314

    texts = [element.text for element in drawn.iter() if element.tag.endswith("}text")]
    bars = [element for element in drawn.iter() if element.get("fill", "").startswith("#")]
    assert len(bars) == 4
    assert {"pipelined <confirms>", "30,000", "900"} < set(texts)
    assert texts[-3:-1] == [
        "ours / ordinary nameko = 3.00 (aim ≥ 3: met)",
        "ours / plain insert = 0.90 (aim ≥ 0.9: met)",
    ]
