"""Which sentence states the answer: how well each meets the question, and the model's short answer, together.

The small model says "15%" or "Mitsubishi Motors" more surely than it says in which sentence that stands: asked for the
sentence's number, it mostly likes what comes first. Leaves out: whether the chosen one is good enough (abstaining).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from app.numbers import located_numbers, numbers
from app.questions import can_answer
from app.quoting import Quote
from index.chunking import Span
from index.words import content_stems

SHORT_ANSWER = 1.0
"""What holding all of the short answer is worth beside a quote's fit."""

FEW_STEMS = 4
"""A longer answer is no short one: the model has then mostly begun to copy a sentence that it happened on."""


def of_the_right_kind(quotes: Sequence[Quote]) -> Sequence[Quote]:
    """The quotes that hold an answer of the kind asked for; all of them where none does."""
    return [quote for quote in quotes if quote.right_kind] or quotes


def likeliest(quotes: Iterable[Quote], question: str, short_answer: str = "") -> list[Quote]:
    """The quotes, first the one that most likely states the answer."""
    return sorted(quotes, key=lambda one: -(one.fit + SHORT_ANSWER * holds(one.text, short_answer, question)))


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


def words_of(text: str, short_answer: str, question: str, asked: str) -> Span | None:
    """Where the short answer stands in the text, word for word, and answers what is `asked`; None where it does not.

    >>> text = "It is Sweden's seventh time winning the contest."
    >>> words_of(text, "Sweden.", "Which country won the contest?", "Which country won the contest?")
    (6, 12)
    """
    words = short_answer.strip(" .,;:\"'“”‘’")
    stems = set(content_stems(words))
    if not 0 < len(stems) <= FEW_STEMS or stems <= set(content_stems(question)) or not can_answer(asked, words):
        return None
    found = re.search(rf"(?<!\w)(?<!\d[.,]){re.escape(words)}(?!\w|[.,]\d)", text, re.IGNORECASE)
    return (found.start(), found.end()) if found else None
