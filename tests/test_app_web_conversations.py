"""Conversations in a real browser: found again after a reload, listed, renamed, searched, deleted, saved, linked to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from scripted_desk import STAKE, TEXT, TIME, ScriptedDesk, version
from served_page import Served, Visit, visited

OLD = "What stake will Renault hold?"


@pytest.fixture(scope="module")
def desk() -> ScriptedDesk:
    return ScriptedDesk(pause_seconds=0.05)


@pytest.fixture(autouse=True)
def _as_new(desk: ScriptedDesk) -> Iterator[None]:
    yield
    desk.kept.clear()
    desk.names.clear()
    desk.held, desk.removed = {"a1": version()}, {}


def shown(page: Page) -> list[str]:
    return page.locator("#past .turn, #current .turn").all_inner_texts()


def test_a_reload_finds_the_conversation_and_its_citations_unchanged(visit: Visit, desk: ScriptedDesk) -> None:
    page = visit.page
    visit.answered(OLD)
    visit.answered("What is the capital of Peru?")
    before = shown(page)
    visit.reload()
    expect(page.locator("#current .abstained")).to_be_visible()
    assert shown(page) == before
    expect(page.locator("#welcome")).to_be_hidden()
    page.locator("#past .chip").nth(1).click()
    expect(page.locator("#reader #cited")).to_have_text(TIME)
    visit.answered("And when?")
    assert [asked["conversation_id"] for asked in desk.asked[-3:]] == [None, *desk.kept, *desk.kept]
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#examples button").first).to_be_visible()
    assert "conversation" not in page.url
    visit.reload()
    expect(page.locator("#examples button").first).to_be_visible()
    expect(page.locator(".turn")).to_have_count(0)


def test_conversations_are_listed_opened_renamed_searched_and_deleted(visit: Visit, desk: ScriptedDesk) -> None:
    page, items = visit.page, visit.page.locator("#conversations li")
    visit.answered(OLD)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    visit.answered("What is the capital of Peru?")
    expect(items).to_have_count(2)
    expect(items.first.locator("[aria-current=page]")).to_contain_text("capital of Peru")

    items.nth(1).locator(".recalls").click()
    expect(page.locator("#current .question")).to_have_text(OLD)
    expect(items.nth(1).locator("[aria-current=page]")).to_be_visible()

    items.nth(1).locator("summary").click()
    page.get_by_role("button", name="Rename").click()
    field = page.get_by_label("Name of the conversation")
    expect(field).to_have_value(OLD)
    field.fill("The <b>alliance</b>")
    field.press("Enter")
    expect(items.nth(1).locator(".name")).to_have_text("The <b>alliance</b>")

    page.get_by_label("Search conversations").fill("alliance")
    expect(items).to_have_count(1)
    page.get_by_label("Search conversations").fill("nowhere")
    expect(page.locator("#conversations")).to_contain_text("No conversation has these words.")
    page.get_by_label("Search conversations").fill("")
    expect(items).to_have_count(2)

    items.nth(1).locator("summary").click()
    items.nth(1).get_by_role("button", name="Delete").click()
    assert len(desk.kept) == 2
    items.nth(1).get_by_role("button", name="Delete for good").click()
    expect(items).to_have_count(1)
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#examples button").first).to_be_visible()
    assert len(desk.kept) == 1


def test_renaming_is_left_with_escape(visit: Visit, desk: ScriptedDesk) -> None:
    visit.answered(OLD)
    item = visit.page.locator("#conversations li").first
    item.locator("summary").click()
    item.get_by_role("button", name="Rename").click()
    visit.page.get_by_label("Name of the conversation").fill("Other")
    visit.page.keyboard.press("Escape")
    expect(item.locator(".name")).to_have_text(OLD)
    assert desk.names == {}


def test_a_conversation_that_is_gone_is_told_and_a_new_one_can_begin(visit: Visit, desk: ScriptedDesk) -> None:
    visit.go(visit.page.url.split("?")[0] + "?conversation=nowhere")
    expect(visit.page.locator("#past")).to_contain_text("no longer here")
    visit.answered(OLD)
    assert desk.asked[-1]["conversation_id"] is None


def test_an_answer_on_its_way_does_not_follow_into_a_new_conversation(visit: Visit) -> None:
    page = visit.page
    visit.ask("Write slowly")
    expect(page.locator("#current .words")).to_contain_text("mid-year")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#examples button").first).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(page.locator(".turn")).to_have_count(0)


def test_a_permanent_link_shows_in_a_second_browser_what_was_shown_then(
    visit: Visit, browser: Browser, served: Served, desk: ScriptedDesk
) -> None:
    visit.answered(OLD)
    said = visit.page.locator("#current .words").inner_text()
    quotes = visit.page.locator("#current .cited .quote").all_inner_texts()
    address = f"{served.url}/{visit.page.get_by_role('link', name='Permanent link').get_attribute('href')}"
    desk.held["a1"] = replace(version(TEXT.replace("15%", "14%")), number=2)
    with visited(browser, address, width=390) as other:
        assert other.page.locator(".turn .words").inner_text() == said
        assert other.page.locator(".cited .quote").all_inner_texts() == quotes
        expect(other.page.locator(".changed")).to_contain_text("no longer stand in it: read version 2")
        other.page.locator(".changed a").first.click()
        expect(other.page.locator("#reader .text")).to_contain_text("14% from 43%")
        other.page.keyboard.press("Escape")
        other.left = True
        other.page.get_by_role("link", name="Go on with this conversation").click()
        expect(other.page.locator("#current .question")).to_have_text(OLD)
        expect(other.page.locator("#current .changed")).to_be_visible()
    assert httpx.get(f"{served.url}/answer?turn=nowhere").status_code == 404


def test_a_conversation_is_saved_as_markdown_and_as_json(visit: Visit, desk: ScriptedDesk) -> None:
    visit.answered(OLD)
    item = visit.page.locator("#conversations li").first
    texts = {}
    for name in ("Save as Markdown", "Save as JSON"):
        item.locator("summary").click()
        with visit.page.expect_download() as saving:
            item.get_by_role("link", name=name).click()
        texts[saving.value.suggested_filename.rpartition(".")[2]] = saving.value.path().read_text(encoding="utf-8")
        visit.page.keyboard.press("Escape")
    assert "[^1-1]: Nissan and Renault reshape their alliance, Morning Wire, 5 February 2023: “Renault" in texts["md"]
    record = json.loads(texts["json"])
    assert [one["question"] for one in record["answers"]] == [OLD]
    assert record["answers"][0]["citations"][0]["quote"] == STAKE


def test_an_answer_is_copied_with_footnotes_and_its_question_asked_again(visit: Visit) -> None:
    page = visit.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.answered(OLD)
    page.get_by_role("button", name="Copy with footnotes").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "hold 15% of Nissan.[^1-1]" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="Edit question").click()
    box = page.get_by_label("Question")
    expect(box).to_have_value(OLD)
    expect(box).to_be_focused()
    box.press("End")
    box.type(" Really?")
    box.press("Enter")
    expect(page.locator("#current .question")).to_have_text(f"{OLD} Really?")


def test_citations_are_gone_through_by_keyboard(visit: Visit) -> None:
    page, mark = visit.page, visit.page.locator("#reader #cited")
    visit.answered(OLD)
    page.locator("#current .chip").first.press("Enter")
    expect(mark).to_have_text(STAKE)
    expect(page.locator("#reader .place")).to_have_text("1 of 2")
    page.keyboard.press("ArrowRight")
    expect(mark).to_have_text(TIME)
    expect(mark).to_be_in_viewport()
    expect(page.locator("#current .chip").nth(1)).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("button", name="Next →")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="← Previous").press("Enter")
    expect(mark).to_have_text(STAKE)
    page.keyboard.press("Escape")
    expect(page.locator("#current .chip").first).to_be_focused()
    expect(page.locator("#reader .hint")).to_be_visible()


def test_time_and_sources_stay_and_show_until_they_are_taken_away(visit: Visit, desk: ScriptedDesk) -> None:
    page, chips = visit.page, visit.page.locator("#limit-chips button")
    expect(chips).to_have_count(0)
    page.get_by_role("button", name="Time and sources").click()
    page.get_by_label("As of").fill("2023-02-05")
    page.get_by_label("From", exact=True).fill("2023-01-01")
    page.get_by_label("Sources").click()
    page.get_by_role("option", name="Morning Wire").click()
    expected = ["As of 5 February 2023 ✕", "From 1 January 2023 ✕", "Only Morning Wire ✕"]
    expect(chips).to_have_text(expected)
    page.get_by_role("button", name="Time and sources").click()
    visit.answered(OLD)
    expect(chips).to_have_text(expected)
    visit.reload()
    expect(page.locator("#current .answered")).to_be_visible()
    expect(chips).to_have_text(expected)
    visit.answered("And when?")
    assert (str(desk.asked[-1]["as_of"]), desk.asked[-1]["sources"]) == ("2023-02-05", ("Morning Wire",))
    chips.nth(1).click()
    expect(chips).to_have_count(2)
    chips.nth(1).click()
    expect(chips).to_have_count(1)
    visit.answered("And where?")
    assert (str(desk.asked[-1]["as_of"]), desk.asked[-1]["since"], desk.asked[-1]["sources"]) == (
        "2023-02-05",
        None,
        (),
    )


def test_an_article_is_removed_and_put_back(visit: Visit, desk: ScriptedDesk) -> None:
    page, rows = visit.page, visit.page.locator("#list tbody tr")
    desk.held["a2"] = version(article_id="a2", title="A <i>second</i> article")
    visit.answered(OLD)
    page.get_by_role("tab", name="Library").click()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Remove Nissan and Renault reshape their alliance").click()
    expect(page.locator("#list .undo")).to_contain_text("“Nissan and Renault reshape their alliance”")
    expect(rows).to_have_count(1)
    page.get_by_role("tab", name="Ask").click()
    expect(page.locator("#current .changed")).to_contain_text("was removed from the library after this answer")
    page.get_by_role("tab", name="Library").click()
    expect(page.locator("#list .undo")).to_contain_text("reshape")
    page.get_by_role("button", name="Remove A <i>second</i> article").click()
    expect(page.locator("#list")).to_contain_text("The library is empty")
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("A <i>second</i> article")


def test_the_drawer_of_conversations_opens_on_a_phone(browser: Browser, served: Served, desk: ScriptedDesk) -> None:
    with visited(browser, served.url, width=390) as one:
        one.opened()
        one.answered(OLD)
        one.page.get_by_role("button", name="New conversation").click()
        expect(one.page.locator(".turn")).to_have_count(0)
        expect(one.page.locator("#conversations li")).to_be_hidden()
        drawer = one.page.get_by_role("button", name="Conversations", exact=True)
        drawer.click()
        expect(drawer).to_have_attribute("aria-expanded", "true")
        one.page.keyboard.press("Escape")
        expect(one.page.locator("#conversations li")).to_be_hidden()
        drawer.click()
        one.page.locator("#conversations .recalls").first.click()
        expect(one.page.locator("#current .question")).to_have_text(OLD)
        expect(one.page.locator("#conversations li")).to_be_hidden()
        assert urlsplit(one.page.url).query.startswith("conversation=")
