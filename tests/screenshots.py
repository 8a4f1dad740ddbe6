"""Pictures of the page for people: `python tests/screenshots.py FOLDER` takes them at three widths, light and dark.

They are of a scripted desk, whose article is our own. Leaves out: checking anything.
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect
from scripted_desk import STAKE, ScriptedDesk, version
from served_page import chromium, served_page, visited

WIDTHS = (1440, 1024, 390)
SCHEMES = ("light", "dark")


def made_desk() -> ScriptedDesk:
    """A few articles, and a conversation that was had before."""
    titles = ("Nissan and Renault reshape their alliance", "Port of Vestmere closes after ice is reported")
    versions = {
        f"a{number}": version(article_id=f"a{number}", title=title, source=source)
        for number, (title, source) in enumerate(zip(titles, ("Morning Wire", "The Gazette"), strict=True), start=1)
    }
    return ScriptedDesk(pause_seconds=0, held=versions)


def take(browser: Browser, url: str, folder: Path, *, width: int, scheme: Any) -> None:
    """The views in the order in which somebody comes upon them."""

    def picture(name: str) -> None:
        page.wait_for_timeout(500)  # until what scrolls has come to rest
        page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")

    with visited(browser, url, width=width, height=900, color_scheme=scheme) as visit:
        page = visit.page
        expect(page.locator("#examples button").first).to_be_visible()
        picture("welcome")
        visit.answered("What is the capital of Peru?")
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator(".turn")).to_have_count(0)
        visit.answered("What stake will Renault hold in Nissan after the deal?")
        page.locator("#current .chip").first.click()
        expect(page.locator("#cited")).to_have_text(STAKE)
        picture("answer")
        page.keyboard.press("Escape")
        if not page.locator("#conversations li").first.is_visible():
            page.get_by_role("button", name="Conversations", exact=True).click()
            picture("conversations")
            page.keyboard.press("Escape")
        page.get_by_role("tab", name="Library").click()
        expect(page.locator("#list tbody tr").first).to_be_visible()
        picture("library")


def main(folder: Path) -> None:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with served_page(made_desk) as served, chromium() as browser:
        for width, scheme in product(WIDTHS, SCHEMES):
            take(browser, served.url, folder, width=width, scheme=scheme)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
