"""The typesetter: the same facts make the same page, nobody waits for it but those who asked."""

from pathlib import Path

import eventlet
import pytest
from eventlet.patcher import original

from chassis.typesetter import MOST_OF_ONE_CALLER, MOST_WAITING, FontMissing, Typesetter, qr_svg
from contracts.errors import TooManyAtOnce, WorkLineFull
from services.accounts.settings import Settings
from tests.builders.waiting import HANG_SECONDS

TEMPLATE = """
#let facts = json(bytes(sys.inputs.told))
#set document(title: facts.title, date: none)
#set text(font: json(bytes(sys.inputs.fonts)), fallback: false)
#for _ in range(facts.pages) [
  #facts.title #image(bytes(facts.qr), format: "svg") #lorem(300)
  #pagebreak()
]
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "page.typ"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter(Settings.font_dir)


def facts(title: str = "ที่นี่", pages: int = 1) -> dict[str, object]:
    return {"title": title, "pages": pages, "qr": qr_svg("https://sucharit.example")}


def test_the_same_facts_are_set_to_the_same_bytes(typesetter: Typesetter, template: Path) -> None:
    first = typesetter.render(template, facts(), caller=None)

    assert first.startswith(b"%PDF-")
    assert typesetter.render(template, facts(), caller=None) == first
    assert typesetter.render(template, facts("ที่โน่น"), caller=None) != first


def test_nobody_waits_while_a_long_document_is_set(typesetter: Typesetter, template: Path) -> None:
    turns = []

    def tick() -> None:
        while True:
            eventlet.sleep(0.001)
            turns.append(1)

    ticking = eventlet.spawn(tick)
    eventlet.sleep(0)
    typesetter.render(template, lambda: facts(pages=80), caller=None)
    ticking.kill()

    assert len(turns) > 10


def test_one_beyond_the_queue_is_refused_at_once_and_the_queue_is_served(
    typesetter: Typesetter, template: Path
) -> None:
    may_go_on = original("threading").Event()  # of the machine, as the typesetter's thread is

    def held_up() -> dict[str, object]:
        may_go_on.wait(HANG_SECONDS)
        return facts()

    def ask(caller: str) -> object:
        return eventlet.spawn(typesetter.render, template, held_up, caller=caller)

    waiting = [ask(f"slot {n // MOST_OF_ONE_CALLER}") for n in range(MOST_WAITING)]
    eventlet.sleep(0)
    with pytest.raises(TooManyAtOnce):
        typesetter.render(template, facts(), caller="slot 0")
    waiting.append(ask("another"))
    eventlet.sleep(0)

    with pytest.raises(WorkLineFull):
        typesetter.render(template, facts(), caller="yet another")
    may_go_on.set()
    assert len({thread.wait() for thread in waiting}) == 1


def test_a_template_that_fails_leaves_its_place(typesetter: Typesetter, tmp_path: Path) -> None:
    broken = tmp_path / "broken.typ"
    broken.write_text("#panic()", encoding="utf-8")

    for _ in range(MOST_WAITING + 2):
        with pytest.raises(RuntimeError):
            typesetter.render(broken, {}, caller=None)


def test_without_its_font_no_process_starts(tmp_path: Path) -> None:
    with pytest.raises(FontMissing):
        Typesetter(tmp_path)
