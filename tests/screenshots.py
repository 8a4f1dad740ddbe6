"""Pictures of the page for people: `python tests/screenshots.py docs/pictures` takes them anew.

Three widths, light and dark, of a scripted desk whose articles are our own. Leaves out: checking anything.
"""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle, product
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, expect
from scripted_desk import ScriptedDesk, abstention, answer, citation, nearest, version
from served_page import chromium, served_page, visited

from app.schema import Answer, Sentence

WIDTHS = (1440, 1024, 390)
SCHEMES = ("light", "dark")
VIEWS = ("answer", "library")
COLOURS = 128
"""Enough for a page of text: a picture of 1440 by 900 takes about 70 kB."""

QUESTION = "When will the port of Vestmere open again?"
CLOSED = "The port of Vestmere was closed on 3 March after ice had damaged its outer gate."
OPENS = "The harbour master expects ferries to sail again on 20 March 2023, once the gate has been tested."
BUILT = "The gate was built in 1987 and was last repaired in May 2011."
FERRIES = "Until then ferries leave from Holm, forty minutes to the north."
COST = "What the repair will cost has not been decided, the council said."
NEWS = version(
    f"{CLOSED} {FERRIES}\n\nNobody was hurt. Six cargo ships wait outside, two with fruit.\n\n{OPENS} "
    f"Divers inspected the hinges on Tuesday and found two of them bent.\n\n{BUILT} It weighs ninety tonnes and closes "
    f"the harbour against storms from the north-east.\n\n{COST} " + "Shops along the quay stay open. " * 12,
    article_id="n1", title="Port of Vestmere closes after ice damages its gate", source="The Vestmere Gazette",
    published_at=datetime(2023, 3, 7, tzinfo=UTC), url="https://gazette.example/port",
)  # fmt: skip
OTHERS = (
    "Ferries leave from Holm while the port is closed", "Council to decide on a new harbour gate",
    "Fruit prices rise in the north", "Harbour master: “We could not have waited”", "Ice on the strait, day by day",
    "Holm welcomes its unexpected guests", "Two bent hinges and a winter of ice",
)  # fmt: skip


class PortDesk(ScriptedDesk):
    """Answers one question about the port, and no other."""

    def _reply(self, question: str) -> Answer:
        if question != QUESTION:
            near = (nearest(COST, NEWS, 0.4), nearest(BUILT, NEWS, 0.3))
            return abstention(question=question, standalone_question=question, nearest=near, as_of=None)
        said = (
            ("Ferries are expected to sail again on 20 March 2023.", OPENS),
            ("The port was closed on 3 March because ice had damaged its gate.", CLOSED),
            ("The gate dates from 1987 and was last repaired in May 2011.", BUILT),
        )
        return answer(
            question=question,
            standalone_question=question,
            as_of=NEWS.published_at.date() if NEWS.published_at else None,
            sentences=(
                Sentence(text="20 March 2023", status="words", citations=(1,)),
                *(Sentence(text=text, status="supported", citations=(n,)) for n, (text, _) in enumerate(said, 1)),
            ),
            citations=tuple(citation(n, quote, NEWS) for n, (_, quote) in enumerate(said, 1)),
            nearest=(nearest(FERRIES, NEWS),),
        )

    def follow_ups(self, answer: Answer, n: int = 3) -> list[str]:
        return ["What will the council decide?", "What has the harbour master said?"] if answer.answered else []

    def example_questions(self, n: int = 4) -> list[str]:
        return [QUESTION, "What will the council decide?", "Who built the gate?"][:n]


def made_desk() -> PortDesk:
    """A few articles, one of them corrected."""
    sources = cycle(("Morning Wire", "The Holm Post"))
    held = {
        f"m{n}": version(article_id=f"m{n}", title=title, source=source, number=1 + n // 6)
        for n, (title, source) in enumerate(zip(OTHERS, sources, strict=False))
    }
    return PortDesk(pause_seconds=0, held={**held, "n1": NEWS}, corrected={"m6": [replace(held["m6"], number=1)]})


def take(browser: Browser, url: str, folder: Path, *, width: int, scheme: Any) -> None:
    """The views in the order in which somebody comes upon them."""

    def picture(name: str) -> None:
        page.wait_for_timeout(600)  # until what scrolls has come to rest
        image = Image.open(io.BytesIO(page.screenshot()))
        image.convert("RGB").quantize(COLOURS).save(folder / f"{name}-{width}-{scheme}.png", optimize=True)

    with visited(browser, url, width=width, height=900, color_scheme=scheme) as visit:
        page = visit.page
        expect(page.locator("#examples button").first).to_be_visible()
        visit.answered("Who is the mayor of Vestmere?")
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator(".turn")).to_have_count(0)
        visit.answered(QUESTION)
        page.locator("#current .chip").first.click()
        expect(page.locator("#cited")).to_have_text(OPENS)
        page.mouse.move(0, 0)
        picture("answer")
        page.keyboard.press("Escape")
        page.get_by_role("tab", name="Library").click()
        expect(page.locator("#list tbody tr").first).to_be_visible()
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        picture("library")


def main(folder: Path) -> None:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with served_page(made_desk) as served, chromium() as browser:
        for width, scheme in product(WIDTHS, SCHEMES):
            take(browser, served.url, folder, width=width, scheme=scheme)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
