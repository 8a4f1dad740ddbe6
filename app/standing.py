"""How a value stands in its sentence, and what of that speaks for its being the one asked for. Pure.

"Born 5 May 1912 (died 1980)" holds two times, and what stands beside each tells which was asked for. Leaves out: how
near its sentence comes to the question (disagreeing).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from app.values import Value, same
from index.words import content_stems, words

NEAR = 25
"""Characters after a word of the question within which a value is near to it."""

WEIGHTS = {
    "late": -1.0,
    "near": 1.6,
    "again": 0.8,
    "by": 1.0,
    "short name": -0.6,
    "whole day": 1.2,
    "of people": 2.2,
    "born": 1.6,
    "not born": -4.3,
    "died": 4.0,
    "verb": -2.0,
}
"""Listwise logistic regression of which value of a document is its answer, over 1,996 documents of mixed-up articles,
the mean of what either half of them gives, rounded (docs/decisions/0012-disagreement.md)."""

_BORN = re.compile(r"\b(?:born|birth)", re.IGNORECASE)
_DIED = re.compile(r"\b(?:die[ds]?|death)\b", re.IGNORECASE)
_AFTER_BORN = re.compile(r"\bborn\b[^.]{0,30}$", re.IGNORECASE)
_AFTER_DIED = re.compile(r"\b(?:died|death)\b[^.]{0,30}$", re.IGNORECASE)
_AFTER_BY = re.compile(r"\bby\s*$", re.IGNORECASE)
_AFTER_DASH = re.compile(r"[–—-]\s*$")
_BEFORE_DASH = re.compile(r"\s*[–—-]")
_OF_PEOPLE = re.compile(r"\s*(?:people|inhabitants|residents|persons)\b", re.IGNORECASE)
_VERB = re.compile(r"(?:ing|ed|ly)$")


def standing(question: str, text: str, value: Value, others: Sequence[Value], late: float) -> float:
    """What speaks for a value of `text` as the answer, higher is better; comparable within one article.

    `others` are the other values of the passage, `late` is how far on in it the value stands, in [0, 1].
    """
    before, after = text[: value.start], text[value.end :]
    told = {
        "late": late,
        "near": _nearness(question, text, value),
        "again": math.log1p(sum(same(value, other) for other in others)),
        "by": bool(_AFTER_BY.search(before)),
        "short name": value.sort == "name" and len(text[value.start : value.end].split()) == 1,
        "of people": value.sort == "amount" and bool(_OF_PEOPLE.match(after)),
        "verb": value.sort == "word" and bool(_VERB.search(text[value.start : value.end])),
    }
    if value.sort == "time":
        told["whole day"] = None not in value.day[1:]
        ends, begins = bool(_AFTER_DASH.search(before)), bool(_BEFORE_DASH.match(after))
        if _BORN.search(question):
            told |= {"born": begins or bool(_AFTER_BORN.search(before)), "not born": ends}
        if _DIED.search(question):
            told["died"] = ends or bool(_AFTER_DIED.search(before))
    return sum(WEIGHTS[name] * float(one) for name, one in told.items())


def _nearness(question: str, text: str, value: Value) -> float:
    """1 right after a word of the question, less farther on; 0 where none stands before it."""
    asked = set(content_stems(question))
    ends = [word.end for word in words(text) if word.stem in asked and word.end <= value.start]
    return math.exp(-(value.start - ends[-1]) / NEAR) if ends else 0.0
