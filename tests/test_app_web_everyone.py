"""The page for everyone: names and roles, contrast, screen readers, reduced motion, every width, light and dark."""

from __future__ import annotations

from typing import Any

import pytest
from accessible import problems_of
from playwright.sync_api import Browser, expect
from scripted_desk import TEXT, ScriptedDesk, answer, citation, version
from served_page import Served, served_page, visited

from app.schema import Answer, Sentence

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


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(1440, "light"), (1440, "dark"), (1024, "light"), (390, "dark")],
    ids=lambda value: str(value),
)
def test_every_view_can_be_seen_and_named(browser: Browser, served: Served, width: int, scheme: Any) -> None:
    with visited(browser, served.url, width=width, color_scheme=scheme) as visit:
        page, found = visit.page, {}
        visit.opened()
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
        page.locator("#past .chip").first.hover()
        expect(page.locator("#quoted")).to_be_visible()
        found["pointed at"] = problems_of(page)
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
        page.locator("#files input[type=file]").set_input_files(
            {"name": "noise.bin", "mimeType": "application/octet-stream", "buffer": b"\0"}
        )
        expect(page.get_by_role("button", name="Try noise.bin again")).to_be_visible()
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
        visit.opened()
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
        visit.opened()
        visit.ask("Write slowly")
        expect(visit.page.locator("#current .words")).to_contain_text("mid-year")  # after which nothing is drawn anew
        pulse = visit.page.locator("#current .pulse")
        expect(pulse).to_be_visible()
        assert pulse.evaluate("(one) => getComputedStyle(one).animationIterationCount") == "1"
        visit.page.get_by_role("button", name="Stop").click()
        expect(visit.page.locator("#current .stopped")).to_be_visible()


def test_a_question_is_asked_and_read_by_keyboard_alone(browser: Browser, served: Served) -> None:
    with visited(browser, served.url) as visit:
        page = visit.page
        visit.opened()
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


def test_an_article_that_is_written_from_right_to_left_is_read_so(browser: Browser) -> None:
    quote = "قالت نيسان إنها ستحتفظ بحصة قدرها خمسة عشر في المئة."
    article = version(f"{quote} انتهى الاجتماع.", title="نيسان ورينو", source="الصحيفة")

    class ArabicDesk(ScriptedDesk):
        def _reply(self, question: str) -> Answer:
            said = Sentence(text=quote, status="quoted", citations=(1,))
            return answer(question=question, sentences=(said,), citations=(citation(1, quote, article),), nearest=())

    with served_page(lambda: ArabicDesk(held={"a1": article})) as one, visited(browser, one.url) as visit:
        visit.opened()
        visit.answered("What did Nissan say?")
        visit.page.locator("#current .chip").first.click()
        for part in ("#current .quoted", "#reader .text"):
            assert visit.page.locator(part).evaluate("(one) => getComputedStyle(one).direction") == "rtl", part
        expect(visit.page.locator("#reader #cited")).to_have_text(quote)
        assert visit.page.locator("#current .question").evaluate("(one) => getComputedStyle(one).direction") == "ltr"
