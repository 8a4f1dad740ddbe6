"""How the page keeps pace: what it loads, what moves while an answer grows, what a large library costs it.

Bounds of size and number, and no bounds of time: those depend on the machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from playwright.sync_api import Browser, Route, expect
from scripted_desk import ScriptedDesk
from served_page import Served, Visit, served_page, visited

from app import Desk
from app.config import load_settings
from app.evaluation.benchmark.generated import made_articles
from app.web import listing

OWN_BYTES = 1_500_000
UNSEEN_SHIFT = 0.05
"""Layout shift (the part of the window that moves times how far it moves, as browsers report it) while one answer
grows; up to 0.1 is good (web.dev/cls). A sentence that pushes the evidence below it down is 0.01 of it on a phone."""
SHIFTS = """() => {
  window.shifts = [];
  const seen = (list) => list.getEntries().filter((one) => !one.hadRecentInput).forEach((one) => window.shifts.push(
    { value: one.value, of: one.sources.map((source) => source.node && (source.node.id || source.node.className)) }));
  new PerformanceObserver(seen).observe({ type: "layout-shift", buffered: false });
}"""
OWN = """() => performance.getEntriesByType("resource").map((one) => [new URL(one.name).pathname, one.decodedBodySize])
  .filter(([path]) => path.startsWith("/onrecord/"))"""


@pytest.fixture(scope="module")
def desk() -> ScriptedDesk:
    return ScriptedDesk(pause_seconds=0.8)  # what moves within half a second of a key is put down to the key


def test_our_own_files_are_small_and_each_is_loaded_once(visit: Visit) -> None:
    own: list[tuple[str, int]] = visit.page.evaluate(OWN)
    names = [name for name, _ in own]
    assert {"/onrecord/page.css", "/onrecord/page.js"} <= set(names)
    assert len(names) == len(set(names))
    assert 0 < sum(size for _, size in own) < OWN_BYTES


def test_the_page_is_painted_before_anything_of_it_is_asked_for(browser: Browser, served: Served) -> None:
    """What is seen first waits for no answer of the library."""
    context = browser.new_context()
    page = context.new_page()
    held: list[Route] = []
    page.route("**/queue/join*", lambda route: held.append(route))
    page.goto(served.url)
    expect(page.get_by_label("Question")).to_be_visible()
    expect(page.get_by_text("Ask your articles")).to_be_visible()
    assert page.evaluate("performance.getEntriesByName('first-contentful-paint').length") == 1
    assert page.locator("#examples button:visible").count() == 0
    for one in held:
        one.continue_()
    page.unroute("**/queue/join*")
    expect(page.locator("#examples button").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_jumps_while_an_answer_grows(browser: Browser, served: Served, width: int) -> None:
    with visited(browser, served.url, width=width) as visit:
        visit.opened()
        visit.answered("What is the capital of Peru?")
        visit.page.evaluate(SHIFTS)
        visit.answered("What stake will Renault hold?")
        visit.page.wait_for_timeout(500)
        shifts = visit.page.evaluate("window.shifts")
        assert sum(one["value"] for one in shifts) < UNSEEN_SHIFT, shifts
        expect(visit.page.locator("#current .question")).to_be_in_viewport()


@contextmanager
def statements(desk: Desk) -> Iterator[list[str]]:
    """The SQL statements about articles that a desk's library runs meanwhile: the list of conversations has its own."""
    ran: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "articles" in statement:
            ran.append(statement)

    engine = desk._parts.library.engine
    sqlalchemy.event.listen(engine, "before_cursor_execute", note)
    try:
        yield ran
    finally:
        sqlalchemy.event.remove(engine, "before_cursor_execute", note)


def library(folder: Path, cache_dir: Path, n_articles: int) -> Desk:
    desk = Desk.open(settings=load_settings(library=folder, cache_dir=cache_dir, writer="quotes"), writer=False)
    desk._add([replace(one, text=one.text.partition(".")[0]) for one in made_articles(n_articles)], None, None)
    return desk


def used(browser: Browser, desk: Desk) -> tuple[list[str], int, int]:
    """What it takes to open the list and to sort it: its SQL statements, its rows, its elements."""
    with served_page(lambda: desk) as served, visited(browser, served.url) as visit:
        page = visit.page
        visit.answered("What became of the harbour?")  # so that the page has come to rest
        with statements(desk) as ran:
            page.get_by_role("tab", name="Library").click()
            expect(page.locator("#list tbody tr").first).to_be_visible()
            page.get_by_role("button", name="Title", exact=True).click()
            expect(page.get_by_role("columnheader", name="Title")).to_have_attribute("aria-sort", "ascending")
        rows = page.locator("#list tbody tr").count()
        return ran, rows, int(page.evaluate("document.querySelectorAll('#list *').length"))


def test_a_larger_library_takes_no_more_queries_and_draws_no_more_rows(
    browser: Browser, tmp_path: Path, cache_dir: Path, embedding_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ROWS_SHOWN", 10)  # of 12 and 48 articles as of 120 and 480
    small, large = (used(browser, library(tmp_path / str(n), cache_dir, n)) for n in (12, 48))
    assert (small[1], large[1]) == (10, 10)
    assert large[0] == small[0] != []
    assert large[2] == small[2]
