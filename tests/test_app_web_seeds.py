"""The page in a real browser over the real desk: the seeds, answered with quotes, read in place, and added to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from served_page import Served, served_page, visited

from app import Desk, seeds
from app.config import load_settings


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> Iterator[Served]:
    library = tmp_path_factory.mktemp("page") / "library"
    settings = load_settings(library=library, cache_dir=cache_dir, writer="quotes")

    def opened() -> Desk:
        desk = Desk.open(library=library, settings=settings, writer=False)
        desk.add(seeds.folder())
        return desk

    with served_page(opened) as one:
        yield one


@pytest.fixture
def page(served: Served, browser: Browser) -> Iterator[Page]:
    with visited(browser, served.url) as visit:
        yield visit.page


def ask(page: Page, question: str) -> None:
    box = page.get_by_label("Question")
    box.fill(question)
    box.press("Enter")
    expect(page.locator("#current .question")).to_have_text(question)
    expect(page.locator("#current .turn:is(.answered, .abstained, .failed)")).to_be_visible()


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


HARBOUR = (
    "The harbour of Vestmere was closed on Tuesday\n\n"
    "The port authority of Vestmere closed the harbour after the lighthouse keeper Ingrid Solveig reported ice. "
    "The harbour will reopen in April, the authority said.\n"
)
KEEPER = "Who reported ice in the harbour of Vestmere?"


def drop(page: Page, article: Path, told: str) -> None:
    page.get_by_role("tab", name="Library").click()
    expect(page.locator("#list tbody tr").first).to_be_visible()
    page.locator("#files input[type=file]").set_input_files(article)
    expect(page.locator("#added .added")).to_contain_text(told)
    page.get_by_role("tab", name="Ask").click()


def test_a_dropped_article_is_answered_from_and_its_correction_is_told(
    page: Page, served: Served, browser: Browser, tmp_path: Path
) -> None:
    article = tmp_path / "harbour.txt"
    article.write_text(HARBOUR)
    drop(page, article, "1 added")
    ask(page, KEEPER)
    expect(page.locator("#current .answered .words")).to_contain_text("Ingrid Solveig")
    before = page.locator("#current .words").inner_text()
    address = page.get_by_role("link", name="Permanent link").get_attribute("href")

    article.write_text(HARBOUR.replace("Ingrid Solveig", "Astrid Lund"))
    drop(page, article, "1 updated")
    expect(page.locator("#current .changed")).to_contain_text("no longer stand in it: read version 2")
    assert page.locator("#current .words").inner_text() == before
    page.locator("#current .words .chip").first.click()
    expect(page.locator("#reader #cited")).to_contain_text("Ingrid Solveig")
    page.locator("#current .changed a").first.click()
    expect(page.locator("#reader .text")).to_contain_text("Astrid Lund")
    ask(page, KEEPER)
    expect(page.locator("#current .words")).to_contain_text("Astrid Lund")

    with visited(browser, f"{served.url}/{address}") as other:
        assert other.page.locator(".words").inner_text() == before
        expect(other.page.locator(".changed")).to_be_visible()
        other.page.locator(".words .chip").first.click()
        expect(other.page.locator("#reader #cited")).to_contain_text("Ingrid Solveig")


def test_a_removed_article_is_not_answered_from_until_it_is_put_back(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="Remove The harbour of Vestmere").click()
    expect(page.locator("#list tbody tr")).to_have_count(2)
    page.get_by_role("tab", name="Ask").click()
    ask(page, KEEPER)
    expect(page.locator("#current .turn")).not_to_contain_text("Astrid Lund")
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#list tbody tr")).to_have_count(3)
    page.get_by_role("tab", name="Ask").click()
    ask(page, KEEPER)
    expect(page.locator("#current .words")).to_contain_text("Astrid Lund")


def test_a_private_address_is_refused_from_the_page(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    page.get_by_label("Web address").fill(page.url)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#added .failed")).to_contain_text("127.0.0.1")
    expect(page.locator("#list tbody tr")).to_have_count(3)
