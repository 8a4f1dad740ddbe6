"""Which excerpt states the answer: how well each meets the question, and the model's short answer, together.

The small model says "15%" or "Mitsubishi Motors" more surely than it says in which sentence that stands: asked for the
sentence's number, it mostly likes what comes first. Leaves out: whether the chosen one is good enough (abstaining).
"""

from __future__ import annotations

from collections.abc import Mapping

from app.numbers import located_numbers, numbers
from app.quoting import Quote
from index.words import content_stems

SHORT_ANSWER = 1.0
"""What holding all of the short answer is worth beside a quote's fit."""

FEW_STEMS = 4
"""A longer answer is no short one: the model has then mostly begun to copy a sentence that it happened on."""


CLEAR_LEAD = 0.8
"""A quote whose fit leads by so much is not overtaken: on 121 questions about news and the seeds, 16 had such a lead,
and the short answer changed none of them (with .6 it mended 2 of 30)."""


def of_the_right_kind(quotes: Mapping[int, Quote]) -> Mapping[int, Quote]:
    """The quotes that hold an answer of the kind asked for; all of them where none does."""
    return {number: quote for number, quote in quotes.items() if quote.right_kind} or quotes


def leads_clearly(quotes: Mapping[int, Quote]) -> bool:
    """Whether one quote meets the question so much better than the others that no short answer need be asked for."""
    best, *others = sorted((quote.fit for quote in quotes.values()), reverse=True)
    return not others or best - others[0] >= CLEAR_LEAD


def choose_number(quotes: Mapping[int, Quote], question: str, short_answer: str = "") -> int:
    """The number of the quote that most likely states the answer, of at least one."""

    def weight(number: int) -> float:
        return quotes[number].fit + SHORT_ANSWER * holds(quotes[number].text, short_answer, question)

    return max(quotes, key=weight)


def holds(text: str, short_answer: str, question: str) -> float:
    """The share, in [0, 1], of what the short answer says beyond the question that the text says, too.

    Its numbers count as one word, by their values: all of them have to be there. 0 for an answer that is not short.

    >>> holds("According to seven sources, it will share it.", "7 sources", "How many sources?")
    1.0
    """
    asked, here = set(content_stems(question)), set(content_stems(text))
    values = numbers(short_answer) - numbers(question)
    without_numbers = short_answer
    for _, start, end in reversed(located_numbers(short_answer)):
        without_numbers = f"{without_numbers[:start]} {without_numbers[end:]}"
    found = [stem in here for stem in content_stems(without_numbers) if stem not in asked]
    if values:
        found.append(values <= numbers(text))
    return sum(found) / len(found) if 0 < len(found) <= FEW_STEMS else 0.0
