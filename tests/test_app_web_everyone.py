"""The page for everyone: names and roles, contrast, screen readers, reduced motion, every width, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from accessible import problems_of
from playwright.sync_api import Browser, expect
from scripted_desk import TEXT, ScriptedDesk, version
from served_page import Served, Visit, chromium, served_page, visited

QUESTION = "What stake will Renault hold?"


@pytest.fixture(scope="module")
def desk() -> ScriptedDesk:
    corrected = version(TEXT.replace("15%", "14%"), article_id="a3", title="Corrected", number=2)
    return ScriptedDesk(
        pause_seconds=0.1,
        held={
            "a1": version(),
            "a2": version(article_id="a2", title="x" * 90, source="Very long name " * 9),
            "a3": corrected,
        },
        corrected={"a3": [version(article_id="a3", title="Corrected")]},
    )


@pytest.fixture(scope="module")
def served(desk: ScriptedDesk) -> Iterator[Served]:
    with served_page(lambda: desk) as one:
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


def opened(visit: Visit) -> None:
    expect(visit.page.locator("#examples button").first).to_be_visible()


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(1440, "light"), (1440, "dark"), (1024, "light"), (390, "dark")],
    ids=lambda value: str(value),
)
def test_every_view_can_be_seen_and_named(browser: Browser, served: Served, width: int, scheme: Any) -> None:
    with visited(browser, served.url, width=width, color_scheme=scheme) as visit:
        page, found = visit.page, {}
        opened(visit)
        found["welcome"] = problems_of(page)
        visit.answered(QUESTION)
        visit.answered("What is the capital of Peru?")
        visit.answered("quote please")
        page.get_by_role("button", name="Time and sources").click()
        page.get_by_label("As of").fill("2023-02-05")
        expect(page.locator("#limit-chips button")).to_have_count(1)
        found["asked"] = problems_of(page)
        page.get_by_role("button", name="Time and sources").click()
        page.locator("#current").get_by_role("button", name="Wrong answer").click()
        expect(page.get_by_role("radio", name="Wrong citation")).to_be_visible()
        found["judged"] = problems_of(page)
        page.locator("#current .chip").first.press("Enter")
        expect(page.locator("#reader #cited")).to_be_in_viewport()
        found["reading"] = problems_of(page)
        page.keyboard.press("Escape")
        if width < 1248:
            page.get_by_role("button", name="Conversations", exact=True).click()
        page.locator("#conversations summary").first.click()
        found["conversations"] = problems_of(page)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.get_by_role("tab", name="Library").click()
        page.locator("#list [data-act=remove]").last.click()
        expect(page.locator("#list .undo")).to_be_visible()
        found["library"] = problems_of(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#list .undo")).to_have_count(0)
        page.get_by_role("link", name="version 2").click()
        expect(page.locator("#reader ins").first).to_be_visible()
        found["changed"] = problems_of(page)
        visit.go(f"{served.url}/answer?turn=t1")
        found["answer"] = problems_of(page)
        assert {view: problems for view, problems in found.items() if problems} == {}


def test_a_screen_reader_is_told_the_steps_and_then_the_answer_once(browser: Browser, served: Served) -> None:
    with visited(browser, served.url) as visit:
        opened(visit)
        visit.page.evaluate(
            """() => { window.told = []; new MutationObserver(() => window.told.push(document.querySelector("#announce")
            .textContent)).observe(document.querySelector("#announce"), { childList: true, characterData: true }); }"""
        )
        visit.answered(QUESTION)
        expect(visit.page.locator("#announce")).to_contain_text("The deal closes by mid-year.")
        told = visit.page.evaluate("window.told")
        assert told[-1] == "Renault will hold 15% of Nissan. The deal closes by mid-year."
        assert told.count(told[-1]) == 1
        assert len(told) <= 4
        expect(visit.page.locator("#announce")).to_have_attribute("aria-live", "polite")


def test_nothing_moves_for_those_who_asked_for_calm(browser: Browser, served: Served) -> None:
    with visited(browser, served.url, reduced_motion="reduce") as visit:
        opened(visit)
        visit.ask("Write slowly")
        pulse = visit.page.locator("#current .pulse")
        expect(pulse).to_be_visible()
        assert pulse.evaluate("(one) => getComputedStyle(one).animationIterationCount") == "1"
        visit.page.get_by_role("button", name="Stop").click()
        expect(visit.page.locator("#current .stopped")).to_be_visible()


def test_a_question_is_asked_and_read_by_keyboard_alone(browser: Browser, served: Served) -> None:
    with visited(browser, served.url) as visit:
        page = visit.page
        opened(visit)
        expect(page.get_by_label("Question")).to_be_focused()
        page.keyboard.type(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator("#current .answered")).to_be_visible()
        for _ in range(40):
            page.keyboard.press("Shift+Tab")
            if page.evaluate("document.activeElement.className") == "chip":
                break
        page.keyboard.press("Enter")
        expect(page.locator("#reader-body")).to_be_focused()
        expect(page.locator("#reader #cited")).to_be_in_viewport()
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.className") == "chip"
