"""A day at the page, over the real desk and a scripted model: an article dropped, asked about, corrected, followed.

The tests are the hours of one day: each goes on with the library as the one before it left it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from scripted_endpoint import MODEL, ScriptedEndpoint
from served_page import Served, Visit, visited

from app import Desk, seeds
from app.config import load_settings

ICE = "The lighthouse keeper Ingrid Solveig reported ice in the harbour of Vestmere on Tuesday."
OPENS = "The harbour of Vestmere will open again in April, the port authority said."
TEXT = f"{ICE} Two ships turned back.\n\n{OPENS} Nobody was hurt.\n"
KEEPER = "Who reported ice in the harbour of Vestmere?"
KEEPER_SAID = "Ingrid Solveig reported ice in the harbour of Vestmere."
AGAIN = "When will the harbour of Vestmere open again?"
AGAIN_SAID = "The harbour of Vestmere will open again in April."
LONG = " And so it goes on and on." * 300
DROPPED = """([name, text]) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([text], name, { type: "application/json" }));
  return dropped;
}"""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint() as running:
        yield running


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path, endpoint: ScriptedEndpoint
) -> Desk:
    settings = load_settings(
        library=tmp_path_factory.mktemp("day"), cache_dir=cache_dir, llm_base_url=endpoint.base_url, llm_model=MODEL
    )
    opened = Desk.open(settings=settings)
    opened.add(seeds.folder())
    return opened  # the page closes it


def drop(page: Page, text: str, told: str) -> None:
    """A file let fall onto the page, as from a folder's window."""
    page.get_by_role("tab", name="Library").click()
    expect(page.locator("#list tbody tr").first).to_be_visible()
    record = {
        "id": "harbour", "title": "Ice at Vestmere", "text": text, "date": "2023-03-07", "source": "Gazette"
    }  # fmt: skip
    dropped = page.evaluate_handle(DROPPED, ["harbour.json", json.dumps(record)])
    page.locator("#files button").first.dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.locator("#added .heading")).to_have_text(told)
    page.get_by_role("tab", name="Ask").click()


def words(page: Page) -> Locator:
    return page.locator("#current .words")


def says(endpoint: ScriptedEndpoint, said: str) -> None:
    endpoint.reset()
    endpoint.reply = f"[1] {said}"


def test_a_dropped_article_is_answered_from_and_the_mark_is_the_quote(visit: Visit, endpoint: ScriptedEndpoint) -> None:
    page = visit.page
    drop(page, TEXT, "1 added")
    says(endpoint, KEEPER_SAID)
    endpoint.first_pause_seconds = 600.0  # until `ended` is set: the model waits until the evidence was seen
    visit.ask(KEEPER)
    expect(page.locator("#current .streaming .near .quote").first).to_contain_text(ICE)
    endpoint.ended.set()
    expect(page.locator("#current .answered .words")).to_contain_text(KEEPER_SAID)
    expect(page.locator("#current .facts")).to_contain_text(f"written by {MODEL}")
    quote = page.locator("#current .cited .quote").first.text_content()
    assert quote is not None
    assert ICE in quote
    page.locator("#current .chip").first.click()
    expect(page.locator("#reader #cited")).to_be_in_viewport()
    assert page.locator("#reader #cited").text_content() == quote


def test_days_and_sources_decide_what_is_answered_from(visit: Visit, endpoint: ScriptedEndpoint) -> None:
    page = visit.page
    says(endpoint, KEEPER_SAID)
    page.get_by_role("button", name="Time and sources").click()
    page.get_by_label("From", exact=True).fill("2023-03-08")
    expect(page.locator("#limit-chips button")).to_have_text(["From 8 March 2023 ✕"])
    visit.answered(KEEPER)
    expect(page.locator("#current .abstained .label")).to_have_text("Filtered out")
    page.get_by_label("From", exact=True).fill("2023-03-07")
    page.get_by_label("Sources").click()
    page.get_by_role("option", name="Gazette").click()
    visit.answered(KEEPER)
    expect(words(page)).to_contain_text(KEEPER_SAID)


def test_a_correction_is_told_and_what_was_shown_stays(
    visit: Visit, browser: Browser, served: Served, endpoint: ScriptedEndpoint
) -> None:
    page = visit.page
    says(endpoint, KEEPER_SAID)
    visit.answered(KEEPER)
    says(endpoint, AGAIN_SAID)
    visit.answered(AGAIN)
    before = page.locator(".turn .words").all_inner_texts()
    quotes = page.locator(".turn .cited .quote").all_text_contents()
    link = page.locator("#past").get_by_role("link", name="Permanent link").get_attribute("href")
    drop(page, TEXT.replace("Ingrid Solveig", "Astrid Lund"), "1 updated")
    expect(page.locator("#past .changed")).to_contain_text("no longer stand in it: read version 2")
    expect(page.locator("#current .changed")).to_contain_text("still stand in it")

    visit.reload()
    expect(page.locator("#current .answered")).to_be_visible()
    assert page.locator(".turn .words").all_inner_texts() == before
    assert page.locator(".turn .cited .quote").all_text_contents() == quotes
    page.locator("#past .chip").first.click()
    expect(page.locator("#reader #cited")).to_contain_text("Ingrid Solveig")
    page.locator("#past .changed").get_by_role("link", name="see what changed").click()
    expect(page.locator("#reader del")).to_have_text(["Ingrid", "Solveig"])

    with visited(browser, f"{served.url}/{link}") as other:
        assert other.page.locator(".turn .words").inner_text() == before[0]
        expect(other.page.locator(".changed")).to_be_visible()
        other.page.locator(".chip").first.click()
        expect(other.page.locator("#reader #cited")).to_contain_text("Ingrid Solveig")

    says(endpoint, "Astrid Lund reported ice in the harbour of Vestmere.")
    visit.answered(KEEPER)
    expect(words(page)).to_contain_text("Astrid Lund")


def test_a_stopped_stream_keeps_what_was_checked_and_ends_the_model(visit: Visit, endpoint: ScriptedEndpoint) -> None:
    page = visit.page
    says(endpoint, f"{AGAIN_SAID}\n[1]{LONG}")
    endpoint.pause_seconds = 0.02
    visit.ask(AGAIN)
    assert endpoint.began.wait(60)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#current .stopped")).to_contain_text("Stopped.")
    assert endpoint.disconnected.wait(60)


def test_a_lost_model_is_told_calmly_and_quotes_stand_in(visit: Visit, endpoint: ScriptedEndpoint) -> None:
    page = visit.page
    says(endpoint, AGAIN_SAID)
    visit.answered(AGAIN)
    expect(page.locator("#current .fallback")).to_have_count(0)
    says(endpoint, AGAIN_SAID)
    endpoint.status = 503
    visit.answered(AGAIN)
    expect(page.locator("#current .fallback")).to_contain_text("Answered with quotes")
    expect(page.locator("#current blockquote.quoted")).to_contain_text("will open again in April")
    expect(page.locator("#current [role=alert]")).to_have_count(0)
