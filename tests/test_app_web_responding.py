"""Inside an answer: it is judged, asked again with quotes alone, and gone on from."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from scripted_desk import ScriptedDesk
from served_page import Visit

QUESTION = "What stake will Renault hold?"


@pytest.fixture(scope="module")
def desk() -> ScriptedDesk:
    return ScriptedDesk(pause_seconds=0.05)


def test_an_answer_is_judged_with_a_reason_and_a_note_that_a_reload_shows(visit: Visit, desk: ScriptedDesk) -> None:
    page = visit.page
    visit.answered(QUESTION)
    turn_id = list(desk.records)[-1]
    wrong = page.locator("#current").get_by_role("button", name="Wrong answer")
    wrong.click()
    expect(wrong).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("radio", name="Wrong citation")).to_be_focused()
    assert desk.judged[turn_id].verdict == "wrong"
    page.get_by_role("radio", name="Wrong citation").check()
    page.get_by_label("Note").fill("It is <b>elsewhere</b>")
    page.get_by_label("Note").press("Enter")
    expect(page.locator("#current .why summary")).to_have_text("Wrong citation: It is <b>elsewhere</b>")
    said = desk.judged[turn_id]
    assert (said.verdict, said.note) == ("wrong_citation", "It is <b>elsewhere</b>")
    visit.answered("What is the capital of Peru?")
    visit.reload()
    expect(page.locator("#past .why summary")).to_have_text("Wrong citation: It is <b>elsewhere</b>")
    page.locator("#past").get_by_role("button", name="Right answer").click()
    expect(page.locator("#past .why")).to_have_count(0)
    assert desk.judged[turn_id].verdict == "right"
    page.locator("#past").get_by_role("button", name="Right answer").click()
    expect(page.locator("#past .thumb[aria-pressed=true]")).to_have_count(0)
    assert turn_id not in desk.judged


def test_an_abstention_can_only_have_known_better(visit: Visit) -> None:
    visit.answered("What is the capital of Peru?")
    visit.page.locator("#current").get_by_role("button", name="Wrong answer").click()
    expect(visit.page.get_by_role("radio")).to_have_count(1)
    expect(visit.page.get_by_role("radio", name="Should have known")).to_be_checked()


def test_the_same_question_is_answered_with_quotes_alone(visit: Visit, desk: ScriptedDesk) -> None:
    visit.answered(QUESTION)
    visit.page.get_by_role("button", name="Quotes only").click()
    expect(visit.page.locator("#past .turn")).to_have_count(1)
    expect(visit.page.locator("#current .answered .question")).to_have_text(QUESTION)
    first, again = desk.asked[-2:]
    assert (first["quotes_only"], again["quotes_only"]) == (False, True)
    assert again["conversation_id"] == first["conversation_id"] or first["conversation_id"] is None


def test_a_suggestion_goes_on_and_only_the_last_answer_has_any(visit: Visit, desk: ScriptedDesk) -> None:
    visit.answered(QUESTION)
    suggestion = visit.page.get_by_role("button", name="What is Nissan developing?")
    suggestion.click()
    expect(visit.page.locator("#current .answered .question")).to_have_text("What is Nissan developing?")
    assert desk.asked[-1]["question"] == "What is Nissan developing?"
    expect(suggestion).to_have_count(1)
