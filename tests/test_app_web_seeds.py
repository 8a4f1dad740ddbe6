"""The page in a real browser over the real desk: the seeds, answered with quotes, read in place, and added to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import LAUNCH_OPTIONS, find_browser
from playwright.sync_api import Page, expect, sync_playwright
from served_page import served_page

from app import Desk, seeds
from app.config import load_settings

pytestmark = pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting'")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page") / "library"


@pytest.fixture
def page(library: Path, cache_dir: Path) -> Iterator[Page]:
    settings = load_settings(library=library, cache_dir=cache_dir, writer="quotes")

    def opened() -> Desk:
        desk = Desk.open(library=library, settings=settings, writer=False)
        desk.add(seeds.folder())
        return desk

    path = find_browser()
    assert path is not None
    with served_page(opened) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(LAUNCH_OPTIONS))
        page = browser.new_page()
        page.set_default_timeout(30_000)
        page.goto(served.url)
        yield page
        browser.close()


def ask(page: Page, question: str) -> None:
    box = page.get_by_label("Question")
    box.fill(question)
    box.press("Enter")
    expect(page.locator("#current .question")).to_have_text(question)
    expect(page.locator("#current .turn:is(.answered, .abstained, .failed)")).to_be_visible(timeout=30_000)


def test_a_question_about_the_seeds_is_answered_and_every_citation_opens_at_its_quote(page: Page) -> None:
    ask(page, "What stake will Renault hold in Nissan after the deal?")
    expect(page.locator("#current .answered .words")).to_contain_text("15%")
    quotes = page.locator("#current .cited .quote").all_text_contents()
    chips = page.locator("#current .chip")
    assert chips.count() >= 1
    for number in range(chips.count()):
        marker = int(chips.nth(number).inner_text())
        chips.nth(number).click()
        expect(page.locator("#reader #cited")).to_have_text(quotes[marker - 1])
        expect(page.locator("#reader #cited")).to_be_in_viewport()
        assert page.locator("#reader #cited").text_content() == quotes[marker - 1]


def test_a_question_the_articles_do_not_answer_is_not_answered(page: Page) -> None:
    ask(page, "What is the capital of Peru?")
    expect(page.locator("#current .abstained .abstention")).to_be_visible()
    assert page.locator("#current .near li").count() >= 1


def test_a_dropped_article_is_answered_from(page: Page, tmp_path: Path) -> None:
    article = tmp_path / "harbour.txt"
    article.write_text(
        "The harbour of Vestmere was closed on Tuesday\n\n"
        "The port authority of Vestmere closed the harbour after the lighthouse keeper Ingrid Solveig reported ice. "
        "The harbour will reopen in April, the authority said.\n"
    )
    page.get_by_role("tab", name="Library").click()
    expect(page.locator("#list tbody tr")).to_have_count(2)
    page.locator("#files input[type=file]").set_input_files(article)
    expect(page.locator("#added .added")).to_contain_text("1 added")
    expect(page.locator("#list tbody tr")).to_have_count(3)
    page.get_by_role("tab", name="Ask").click()
    ask(page, "Who reported ice in the harbour of Vestmere?")
    expect(page.locator("#current .answered .words")).to_contain_text("Ingrid Solveig")
    page.locator("#current .chip").first.click()
    expect(page.locator("#reader #cited")).to_contain_text("Ingrid Solveig")


def test_a_private_address_is_refused_from_the_page(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.get_by_label("Web address").fill(page.url)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#added .failed")).to_contain_text("127.0.0.1")
    expect(page.locator("#list tbody tr")).to_have_count(3)
