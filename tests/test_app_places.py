"""Countries and states that a sentence names."""

from __future__ import annotations

import pytest

from app.places import place_asked_is_named
from app.questions import can_answer

COUNTRY = "Which country won the cup?"
STATE = "Which US state is he a senator for?"


@pytest.mark.parametrize(
    ("question", "text", "named"),
    [
        (COUNTRY, "The final was held on Sunday.", False),
        (COUNTRY, "A congress of scouts was held for children.", False),
        (COUNTRY, "It went to Nepal’s capital.", True),
        (COUNTRY, "The Chinese team took it.", True),
        (COUNTRY, "Germans and Danes were among them.", True),
        (COUNTRY, "It was won by the U.S.", True),
        (COUNTRY, "South Africa won it.", True),
        ("Which country did China ask?", "China asked for help.", False),
        ("Which country did China ask?", "China asked the Americans.", True),
        (STATE, "He is a Republican from Paris.", False),
        (STATE, "He was born in California.", True),
        (STATE, "SACRAMENTO, Calif. — He spoke on Monday.", True),
        ("Which state banned it?", "Ten states ban it.", False),
        ("Which state banned it?", "The assembly of Kerala banned it.", True),
        ("Who won the cup?", "The final was held on Sunday.", True),
    ],
)
def test_the_place_asked_for_is_named(question: str, text: str, named: bool) -> None:
    assert place_asked_is_named(question, text) is named


def test_a_sentence_without_a_country_is_no_answer_to_which_country() -> None:
    assert not can_answer("Which country won Eurovision?", "Loreen won Eurovision with a ballad named Tattoo.")
    assert can_answer("Which country won Eurovision?", "The Swedish singer Loreen won Eurovision.")
