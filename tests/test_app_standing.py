"""Which of a sentence's values stands there like the answer."""

from __future__ import annotations

import pytest

from app.standing import standing
from app.values import values


@pytest.mark.parametrize(
    ("question", "text", "likelier", "other"),
    [
        ("When was Middleton born?", "Middleton (4 May 1681 – 17 September 1737) was an officer.", "4 May", "17 Sept"),
        ("When did Middleton die?", "Middleton (4 May 1681 – 17 September 1737) was an officer.", "17 Sept", "4 May"),
        ("What is the population of Furna?", "Of 900 houses there, 612 people lived in few.", "612", "900"),
        ("When was the mill founded?", "The mill was founded in 1856, and sold in 1900.", "1856", "1900"),
    ],
)
def test_the_value_that_stands_like_the_answer(question: str, text: str, likelier: str, other: str) -> None:
    told = {one: standing(question, text, one, [], one.start / len(text)) for one in values(text)}

    def of(begun: str) -> float:
        return next(score for one, score in told.items() if text[one.start :].startswith(begun))

    assert of(likelier) > of(other)
