"""The page on a free port of this machine, in a thread, for the time of a test; and a browser that visits it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from browser import LAUNCH_OPTIONS, find_browser
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.web.command import page_server
from app.web.opening import OpeningDesk

# What Gradio's own script says of connections that end because the page is left.
LEAVING = ("AbortError: signal is aborted without reason", "Unexpected error Connection errored out")
SLOW_MACHINE_MILLISECONDS = 60_000
expect.set_options(timeout=SLOW_MACHINE_MILLISECONDS)


@dataclass(frozen=True)
class Served:
    """Where it is served, and the desk behind it."""

    url: str
    desk: OpeningDesk

    def wait_for_page(self) -> None:
        """Until the waiting page has given way to the chat page."""
        end = time.monotonic() + 180
        while "gradio" not in self._text():
            assert time.monotonic() < end, "the page was not built in time"
            time.sleep(0.1)

    def _text(self) -> str:
        try:
            return httpx.get(self.url, timeout=20).text
        except httpx.ConnectError:
            return ""


@contextmanager
def served_page(factory: Callable[[], Any], *, wait: bool = True) -> Iterator[Served]:
    """Serve until the block ends; with `wait` it begins when the page is built and the desk open."""
    server, desk = page_server(factory, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, name="page")
    thread.start()
    served = Served(server.url, desk)
    try:
        if wait:
            served.wait_for_page()
            desk.wait(timeout_seconds=180)
        yield served
    finally:
        server.stop()
        thread.join(60)
        desk.close()
        assert not thread.is_alive(), "the server did not end"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, for as many pages as a test file needs."""
    path = find_browser()
    assert path is not None, "no browser: 'python tests/browser.py' tells how to get one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(LAUNCH_OPTIONS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """An open page, and everything it asked for or complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left: bool = False

    def reload(self) -> None:
        """Leaves the page and loads it anew."""
        self.left = True
        self.page.reload()

    def go(self, url: str) -> None:
        """Leaves the page for another."""
        self.left = True
        self.page.goto(url)

    def opened(self) -> None:
        """Waits for the welcome."""
        expect(self.page.locator("#examples button").first).to_be_visible()

    def ask(self, question: str) -> None:
        box = self.page.get_by_label("Question")
        box.fill(question)
        box.press("Enter")

    def answered(self, question: str) -> None:
        """Asks, and waits for the whole answer."""
        self.ask(question)
        expect(self.page.locator("#current .question")).to_have_text(question)
        expect(self.page.locator("#current .turn:is(.answered, .abstained)")).to_be_visible()


@contextmanager
def visited(browser: Browser, url: str, *, width: int = 1440, height: int = 850, **options: Any) -> Iterator[Visit]:
    """The page opened in a profile of its own. At the end: nothing from elsewhere, no complaint, no sideways scroll."""
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    page = context.new_page()
    page.set_default_timeout(SLOW_MACHINE_MILLISECONDS)
    one = Visit(page)
    page.on("request", lambda sent: one.requests.append(sent.url))
    page.on("pageerror", lambda error: one.problems.append(str(error)))
    page.on("dialog", lambda dialog: one.problems.append(f"dialog: {dialog.message}"))
    page.on("console", lambda said: one.problems.append(said.text) if said.type == "error" else None)
    page.goto(url)
    yield one
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    elsewhere = {
        sent
        for sent in one.requests
        if urlsplit(sent).scheme not in ("data", "blob") and urlsplit(sent).netloc != urlsplit(url).netloc
    }
    assert not elsewhere, elsewhere
    problems = [said for said in one.problems if not (one.left and said.startswith(LEAVING))]
    assert not problems, problems
    assert wide <= width, "the page scrolls sideways"
