"""What a sentence leans on: the one before it, where it goes on about somebody or something named there. Pure.

"The team has signed an agreement" tells nobody which team: shown alone it answers less than its article does.
Leaves out: showing it (composing, answering).
"""

from __future__ import annotations

import re

from app.instructing import telling_sentences
from app.quoting import MAX_WORDS, Quote
from app.supporting import Cited
from app.values import values
from index.words import words

FEWEST_WORDS = 4
"""What has fewer is a heading."""

_OPENING = r"^[\"“'‘(]*(?:(?:But|And|So|Yet|Still|Then|Instead|However|Meanwhile),?\s+)?"
_PRONOUN = re.compile(
    _OPENING + r"(?:he|she|they|it|his|her|its|their|both|neither|(?:this|that|these|those)"
    r"(?!\s+(?:morning|afternoon|evening|days|week|weekend|month|quarter|year|time|spring|summer|autumn|fall|winter|season)\b)"
    r")(?:['’]\w+)?\b",
    re.IGNORECASE,
)
_DEFINITE = re.compile(
    _OPENING + r"[Tt]he\s+(?P<thing>(?:[a-z]|\d+-year-old)[\w’'-]*+)"
    r"(?!(?:\s+[a-z][\w’'-]*)?\s+(?:of|for|in|on|at|by|from|to|with|between|behind|against|that|who|which|where)\b)"
    r"(?!\s+(?:[a-z][\w’'-]*\s+)?[A-Z])"
)
"""A thing that needs no name where it has been named: not "the price of oil", "the film Barbie"."""
_UNNAMED_SPEAKER = re.compile(r"[\"”’']\s*(?:he|she|they)\b")
_ENDED = re.compile(r"[.!?][\"”’')\]]*$")


def leans(text: str, question: str = "") -> bool:
    """Whether a sentence begins with somebody or something that it does not name, or somebody unnamed says it.

    Of things, "the team", those of the `question` alone where one is given: what else it tells of is no matter.

    >>> leans("The team has signed an agreement."), leans("The price of oil rose."), leans("“It pays,” she said.")
    (True, False, True)
    >>> leans("The team has signed it.", "Which team has?"), leans("The team has signed it.", "What was signed?")
    (True, False)
    """
    if _PRONOUN.search(text) or _UNNAMED_SPEAKER.search(text):
        return True
    opening = _DEFINITE.search(text)
    return opening is not None and (not question or not _stems(opening["thing"]).isdisjoint(_stems(question)))


def leaned_on(quote: Quote, question: str) -> Cited | None:
    """The sentence of a quote's passage that it leans on; None where it leans on none, or on what tells no more.

    That is the one right before it, where that names something and does not lean on another one itself.
    """
    if not leans(quote.text, question):
        return None
    before = [(start, end) for start, end in telling_sentences(quote.passage.quote) if end <= quote.start]
    if not before:
        return None
    cited = Cited(quote.passage, *before[-1])
    told = len(cited.text.split()) >= FEWEST_WORDS and not cited.text.endswith("?")
    if not told or leans(cited.text) or not any(value.sort == "name" for value in values(cited.text)):
        return None
    return cited


def reads_before(before: Cited, quote: Quote) -> bool:
    """Whether what a quote leans on can be shown before it: a sentence, as a link to another article is none, and
    no longer than the two may be together.
    """
    ended = bool(_ENDED.search(before.text.strip()))
    return ended and len(before.text.split()) + len(quote.text.split()) <= MAX_WORDS


def _stems(text: str) -> set[str]:
    return {word.stem for word in words(text)}
