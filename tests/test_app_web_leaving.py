"""Whoever closes the page while an answer is on its way stops the writer, as Stop does. A real browser."""

from __future__ import annotations

from scripted_desk import ScriptedDesk
from served_api import until
from served_page import chromium, served_page


def test_a_page_that_is_closed_stops_its_answer() -> None:
    desk = ScriptedDesk(pause_seconds=0.0)
    with served_page(lambda: desk) as served, chromium() as browser:
        context = browser.new_context()
        page = context.new_page()
        page.goto(served.url)
        box = page.get_by_label("Question")
        box.fill("Write slowly")
        box.press("Enter")
        page.locator("#current .sentence, #current .question").first.wait_for()
        until(lambda: len(desk.asked) == 1)
        assert desk.closed_streams == 0
        context.close()
        until(lambda: desk.closed_streams == 1, seconds=30)
