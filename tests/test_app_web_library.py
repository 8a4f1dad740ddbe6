"""The library on the page: ten thousand articles sorted and paged, and what was corrected in one."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from scripted_desk import ScriptedDesk, version
from served_page import Served, visited

from app.entries import ArticlePage

ARTICLES = 10_000
BEGIN = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class SlowlyListed(ScriptedDesk):
    """While it is closed, the gate holds back every list but those that are searched."""

    gate: threading.Event = field(default_factory=threading.Event)

    def article_page(self, words: str = "", **options: Any) -> ArticlePage:
        page = super().article_page(words, **options)
        assert words or self.gate.wait(60)
        return page


@pytest.fixture(scope="module")
def desk() -> SlowlyListed:
    held = {
        f"a{n}": version(
            "word " * (1 + n % 700), article_id=f"a{n}", title=f"Story {n:05}", published_at=BEGIN + timedelta(days=n)
        )
        for n in range(ARTICLES)
    }
    first = replace(held["a0"], text="Nissan holds 43% of it.\nThe rest stays.")
    held["a0"] = replace(first, number=2, text="Nissan holds 15% of it.\nThe rest stays.")
    return SlowlyListed(held=held, corrected={"a0": [first]})


@pytest.fixture(autouse=True)
def opened_gate(desk: SlowlyListed) -> None:
    desk.gate.set()


def test_ten_thousand_articles_are_sorted_and_paged(browser: Browser, served: Served) -> None:
    with visited(browser, served.url) as visit:
        page, rows = visit.page, visit.page.locator("#list tbody tr")
        visit.opened()
        page.get_by_role("tab", name="Library").click()
        expect(rows).to_have_count(100)
        expect(page.locator("#list [role=status]")).to_have_text("10,000 articles")
        expect(rows.first).to_contain_text("Story 09999")
        page.get_by_role("button", name="Title", exact=True).click()
        expect(rows.first).to_contain_text("Story 00000")
        expect(page.get_by_role("columnheader", name="Title")).to_have_attribute("aria-sort", "ascending")
        page.get_by_role("button", name="Next →").first.click()
        expect(rows.first).to_contain_text("Story 00100")
        expect(page.locator("#list .pager span").first).to_have_text("101–200")
        page.get_by_role("button", name="Words", exact=True).click()
        expect(rows.first.locator(".number")).to_have_text("700")
        page.get_by_role("button", name="Next →").first.click()
        expect(page.locator("#list .pager span").first).to_have_text("101–200")
        page.get_by_label("Search the library").fill("00000")
        expect(rows).to_have_count(1)
        expect(page.locator("#list [role=status]")).to_have_text("1 of 10,000 articles")


def test_a_list_asked_for_earlier_does_not_replace_what_was_searched_since(
    browser: Browser, served: Served, desk: SlowlyListed
) -> None:
    with visited(browser, served.url) as visit:
        page, rows = visit.page, visit.page.locator("#list tbody tr")
        visit.opened()
        desk.gate.clear()
        page.get_by_role("tab", name="Library").click()
        page.get_by_label("Search the library").fill("00000")
        expect(rows).to_have_count(1)
        desk.gate.set()
        page.wait_for_timeout(1500)  # the list that was held back arrives
        expect(rows).to_have_count(1)


def test_a_corrected_article_shows_what_changed(browser: Browser, served: Served) -> None:
    with visited(browser, served.url) as visit:
        page = visit.page
        visit.opened()
        page.get_by_role("tab", name="Library").click()
        page.get_by_label("Search the library").fill("00000")
        page.locator("#list").get_by_role("link", name="version 2").click()
        expect(page.locator("#reader del")).to_have_text("43%")
        expect(page.locator("#reader ins")).to_have_text("15%")
        page.locator("#reader").get_by_role("link", name="version 1, 6 Feb 2023").click()
        expect(page.locator("#reader .text")).to_have_text("Nissan holds 43% of it.\nThe rest stays.")
        expect(page.locator("#reader strong")).to_have_text("version 1, 6 Feb 2023")
