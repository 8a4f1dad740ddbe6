"""The page in a real browser, over a scripted desk: asking, reading, stopping, adding, and hostile articles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Semaphore

import pytest
from playwright.sync_api import Browser, Page, expect
from scripted_desk import STAKE, TIME, ScriptedDesk, answer, citation, nearest, version
from served_page import Served, Visit, served_page, visited

from app.entries import WriterStatus
from app.schema import Answer, Sentence

WIDTHS = [1440, 390]


@pytest.fixture(scope="module")
def desk() -> ScriptedDesk:
    return ScriptedDesk(pause_seconds=0.3)


@pytest.fixture(params=WIDTHS)
def visit(request: pytest.FixtureRequest, browser: Browser, served: Served) -> Iterator[Visit]:
    with visited(browser, served.url, width=request.param, color_scheme="light") as one:
        one.opened()
        yield one


def test_an_answer_streams_over_its_evidence_and_a_citation_opens_at_its_mark(visit: Visit, desk: ScriptedDesk) -> None:
    page = visit.page
    desk.steps = steps = Semaphore(0)
    visit.ask("What stake will Renault hold in Nissan after the deal?")
    expect(page.locator("#current .draft")).to_contain_text(STAKE)
    steps.release()
    expect(page.locator("#current .streaming .words")).to_contain_text("15% of Nissan")
    desk.steps = None
    steps.release(2)
    expect(page.locator("#current .answered .words")).to_contain_text("The deal closes by mid-year.")
    expect(page.locator("#current .cited li")).to_have_count(2)
    expect(page.locator("#current .context")).to_have_text("As of 5 February 2023")
    assert not page.locator("#current details li").first.is_visible()

    card = page.locator("#quoted")
    page.locator("#current .chip").nth(1).hover()
    expect(card.locator(".quote")).to_have_text(TIME)
    expect(card.locator(".byline")).to_have_text("Morning Wire · 5 February 2023")
    expect(card).to_be_in_viewport(ratio=1)
    page.mouse.move(0, 0)
    expect(card).to_be_hidden()

    page.locator("#current .chip").first.click()
    expect(card).to_be_hidden()
    mark = page.locator("#reader #cited")
    expect(mark).to_be_in_viewport()
    assert mark.text_content() == STAKE
    assert page.locator("#reader mark.other").text_content() == TIME
    expect(page.locator("#reader h2")).to_have_text("Nissan and Renault reshape their alliance")
    expect(page.locator("#reader .byline")).to_contain_text("Morning Wire · 5 February 2023")
    expect(page.locator("#current .chip").first).to_have_attribute("aria-current", "true")

    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "chip"
    page.keyboard.press("Tab")
    expect(card.locator(".quote")).to_have_text(TIME)
    page.keyboard.press("Enter")
    expect(card).to_be_hidden()
    expect(mark).to_have_text(TIME)


def test_an_example_is_asked_with_one_click(visit: Visit) -> None:
    visit.page.locator("#examples button").first.click()
    expect(visit.page.locator("#current .question")).to_have_text(
        "What stake will Renault hold in Nissan after the deal?"
    )
    expect(visit.page.locator("#current .answered")).to_be_visible()
    expect(visit.page.locator("#welcome")).to_be_hidden()


def test_an_abstention_looks_like_one_and_quotes_say_why(visit: Visit) -> None:
    page = visit.page
    visit.ask("What is the capital of Peru?")
    expect(page.locator("#current .abstention")).to_contain_text("do not say")
    expect(page.locator("#current .near li")).to_have_count(2)
    page.locator("#current .near .opens").first.click()
    expect(page.locator("#reader #cited")).to_contain_text("engineering support")
    page.keyboard.press("Escape")
    visit.ask("quote please")
    expect(page.locator("#current .fallback")).to_have_text(
        "Answered with quotes: the writer is still being fetched, 43 %."
    )
    expect(page.locator("#current blockquote.quoted")).to_contain_text(STAKE)
    expect(page.locator("#past .abstained")).to_have_count(1)


def test_follow_ups_continue_the_conversation_until_a_new_one_begins(visit: Visit, desk: ScriptedDesk) -> None:
    page = visit.page
    for question in ("First?", "Second?"):
        visit.ask(question)
        expect(page.locator("#current .answered .question")).to_have_text(question)
    expect(page.locator("#past .turn")).to_have_count(1)
    expect(page.locator("#current .question")).to_be_in_viewport()
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#examples button").first).to_be_visible()
    visit.ask("Third?")
    expect(page.locator("#current .answered")).to_be_visible()
    first, second, third = (asked["conversation_id"] for asked in desk.asked[-3:])
    assert (first, third) == (None, None)
    assert second in desk.kept


def test_a_stream_can_be_stopped_and_asked_again(visit: Visit, desk: ScriptedDesk) -> None:
    page = visit.page
    before = desk.closed_streams
    visit.ask("Write slowly")
    expect(page.locator("#current .words")).to_contain_text("mid-year")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#current .stopped")).to_contain_text("Stopped.")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    assert desk.closed_streams == before + 1
    visit.ask("And now?")
    expect(page.locator("#current .answered")).to_be_visible()
    expect(page.locator("#past .stopped")).to_contain_text("15% of Nissan")


def test_two_readers_are_answered_at_the_same_time(visit: Visit, browser: Browser, served: Served) -> None:
    visit.ask("Write slowly")
    expect(visit.page.locator("#current .words")).to_be_visible()
    other = browser.new_page()
    other.goto(served.url)
    other.get_by_label("Question").fill("What stake?")
    other.get_by_label("Question").press("Enter")
    expect(other.locator("#current .answered")).to_be_visible()
    other.close()
    visit.page.get_by_role("button", name="Stop").click()
    expect(visit.page.locator("#current .stopped")).to_be_visible()


def test_time_and_sources_reach_the_desk(visit: Visit, desk: ScriptedDesk) -> None:
    page = visit.page
    page.get_by_role("button", name="Time and sources").click()
    page.get_by_label("As of").fill("2023-02-05")
    page.get_by_label("From", exact=True).fill("2023-01-01")
    page.get_by_label("Sources").click()
    page.get_by_role("option", name="Morning Wire").click()
    page.get_by_label("Also articles without a date").check()
    visit.ask("What stake?")
    expect(page.locator("#current .answered")).to_be_visible()
    asked = desk.asked[-1]
    assert (str(asked["as_of"]), str(asked["since"]), asked["until"]) == ("2023-02-05", "2023-01-01", None)
    assert asked["sources"] == ("Morning Wire",)
    assert asked["undated"] is True


def test_dropped_files_are_added_with_one_line_each_and_listed(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    (tmp_path / "fresh news.txt").write_text("Ghosn flew to Beirut. " + STAKE)
    (tmp_path / "noise.bin").write_bytes(b"\0\1")
    page.get_by_role("tab", name="Library").click()
    expect(page.locator("#list tbody tr").first).to_be_visible()
    page.locator("#files input[type=file]").set_input_files([tmp_path / "fresh news.txt", tmp_path / "noise.bin"])
    expect(page.locator("#added .added")).to_contain_text("1 added, 1 not added")
    expect(page.locator("#added .failed")).to_contain_text("noise.bin: this is a binary file")
    expect(page.get_by_role("button", name="Try noise.bin again")).to_be_visible()
    page.get_by_label("Search the library").fill("fresh")
    row = page.locator("#list tbody tr").first
    expect(row).to_contain_text("fresh news.txt")
    row.get_by_role("link").click()
    expect(page.locator("#reader .text")).to_contain_text("Ghosn flew to Beirut.")


def test_a_page_that_did_not_answer_is_tried_again_in_its_place(visit: Visit, desk: ScriptedDesk) -> None:
    page = visit.page
    address = f"https://news.example/unreachable-{len(desk.added_addresses)}"
    page.get_by_role("tab", name="Library").click()
    page.get_by_label("Web address").fill(address)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#added .failed")).to_contain_text("it does not answer: try again later")
    page.get_by_role("button", name=f"Try {address} again").click()
    expect(page.locator("#added .heading")).to_have_text("1 added")
    expect(page.locator("#added .failed")).to_have_count(0)
    assert desk.added_addresses.count(address) == 2


def test_a_path_of_this_machine_is_no_web_address(visit: Visit) -> None:
    visit.page.get_by_role("tab", name="Library").click()
    visit.page.get_by_label("Web address").fill("/etc/hostname")
    visit.page.get_by_role("button", name="Add", exact=True).click()
    expect(visit.page.locator("#added .problem")).to_contain_text("is not a web address")


def test_a_failure_is_told_and_the_page_goes_on(visit: Visit) -> None:
    visit.ask("break")
    expect(visit.page.locator("#current .failed [role=alert]")).to_contain_text("This failed.")
    visit.ask("What stake?")
    expect(visit.page.locator("#current .answered")).to_be_visible()


def test_an_empty_question_asks_nothing(visit: Visit, desk: ScriptedDesk) -> None:
    before = len(desk.asked)
    visit.ask("   ")
    expect(visit.page.get_by_placeholder("Write a question first")).to_be_visible()
    assert len(desk.asked) == before


def test_the_writers_progress_is_followed_until_it_is_ready(browser: Browser) -> None:
    desk = ScriptedDesk()
    desk.status = WriterStatus(state="fetching", model="m", detail="Fetching the writer, 43 %", progress=0.43)
    with served_page(lambda: desk) as one:
        page = browser.new_page()
        page.goto(one.url)
        expect(page.locator("#status")).to_contain_text("43 %")
        desk.status = WriterStatus(state="ready", model="m", detail="m writes")
        expect(page.locator("#status")).to_contain_text("m writes")
        page.close()


HOSTILE = (
    '<img src=x onerror="document.title=1;alert(1)"><script>alert(2)</script><svg onload=alert(3)>'
    '<a href="javascript:alert(4)">x</a><style>body{display:none}</style>![i](https://elsewhere.example/i.png)'
    "${alert(5)}{{alert(6)}}`<iframe src=https://elsewhere.example></iframe>"
)


PLANTED = HOSTILE + STAKE


class HostileDesk(ScriptedDesk):
    """Every word of its one article tries to become markup."""

    def _reply(self, question: str) -> Answer:
        article = self.held["a1"]
        cited = citation(1, PLANTED, article)
        said = Sentence(text=HOSTILE, status="supported", citations=(1,))
        near = (nearest(STAKE, article),)
        return answer(question=question, sentences=(said,), citations=(cited,), nearest=near, notes=(HOSTILE,))

    def example_questions(self, n: int = 4) -> list[str]:
        return [HOSTILE]


def test_hostile_articles_stay_text_in_the_browser(browser: Browser) -> None:
    first = version(HOSTILE + STAKE, title=HOSTILE, source=HOSTILE, author=HOSTILE, url="javascript:alert(7)")
    hostile = replace(first, text=HOSTILE + PLANTED + HOSTILE, title=f"{HOSTILE}!", number=2)
    desk = HostileDesk(held={"a1": hostile}, corrected={"a1": [first]})
    desk.status = WriterStatus(state="ready", model=HOSTILE, detail=HOSTILE)
    with served_page(lambda: desk) as one, visited(browser, one.url) as visit:  # which tells of a request or a dialog
        page = visit.page
        expect(page.locator("#examples button").first).to_contain_text("<script>")
        page.locator("#examples button").first.click()
        expect(page.locator("#current .answered")).to_be_visible()
        page.locator("#current .chip").first.hover()
        expect(page.locator("#quoted .quote")).to_have_text(PLANTED)
        page.locator("#current .chip").first.click()
        expect(page.locator("#cited")).to_have_text(PLANTED)
        assert page.locator("#reader .text").text_content() == hostile.text
        nothing_planted(page, "#past", "#current", "#reader", "#status", "#conversations", "#quoted")
        page.get_by_role("tab", name="Library").click()
        expect(page.locator("#list tbody tr")).to_have_count(1)
        page.get_by_role("link", name="version 2").click()
        expect(page.locator("#reader ins").first).to_be_visible()
        nothing_planted(page, "#list", "#reader")
        page.get_by_label("Web address").fill(HOSTILE)
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator("#added .problem")).to_contain_text("<script>")
        nothing_planted(page, "#added")
        desk.held["a1"] = replace(hostile, text=HOSTILE, number=3)
        visit.go(f"{one.url}/answer?turn=t1")
        expect(page.locator(".changed")).to_contain_text("<script>")
        nothing_planted(page, "main")
        visit.go(f"{one.url}/read?article=a1&version=2&since=1")
        expect(page.locator(".revised ins").first).to_contain_text("<script>")
        nothing_planted(page, "main")


def nothing_planted(page: Page, *parts: str) -> None:
    """Neither an element nor an address of the hostile text stands in those parts of the page."""
    for part in parts:
        planted = f"{part} :is(script, img, svg:not(.thumb > svg, .timeline > svg), iframe, style, [onerror], [onload])"
        assert page.locator(planted).count() == 0, part
        assert page.locator(f'{part} a[href^="javascript"]').count() == 0, part
