"""Evidence for a question, and for each of the things it asks. Leaves out: what is made of it (answering)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from app.questions import names_in
from app.relevance import Relevance
from app.turn import Turn
from index.articles import Evidence, Retrieved
from index.retrieval import Retriever
from index.words import words

PASSAGES = 8

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_EDITION = re.compile(r"\b\d{2,}(?=(?:st|nd|rd|th)\b)", re.IGNORECASE)
"""Which one of many: "the 98th Academy Awards"."""

SAME_NAME = 5
"""Letters that two names begin with which mean the same: "European" is no stranger where "Europe" is at home."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found for the whole question and, where it asks for more than one thing, for each of them.

    `each` are questions and what was found for them, the whole one first.
    """

    each: tuple[tuple[str, Retrieved], ...]

    def retrieved(self) -> Retrieved:
        """All of it as one: the passages of each part in turn, none overlapping another."""
        (_, whole), *parts = self.each
        if not parts:
            return whole
        chosen: list[Evidence] = []
        for passage in chain.from_iterable(zip_longest(*(found.evidence for _, found in parts), whole.evidence)):
            if passage is not None and not any(_overlap(passage, other) for other in chosen):
                chosen.append(passage)
        kept = tuple(chosen[:PASSAGES])
        articles = {passage.article_id for passage in kept}
        otherwise = dict.fromkeys(told for _, found in (*parts, self.each[0]) for told in found.otherwise)
        return replace(
            whole, evidence=kept, otherwise=tuple(one for one in otherwise if one.article_id not in articles)
        )

    def read_closely(self, retriever: Retriever) -> Gathered:
        """The same after the model has read what looked best. Raises RetrievalError, EmbeddingError."""
        return Gathered(
            tuple((question, retriever.read_closely(question, found, k=PASSAGES)) for question, found in self.each)
        )


def gather(turn: Turn, retriever: Retriever, parts: Sequence[Relevance]) -> Gathered:
    """Evidence for the whole question; where it asks for more than one thing, for each of them in turn.

    Takes milliseconds: it is what a reader is shown first. Raises RetrievalError, EmbeddingError.
    """

    def retrieve(question: str) -> tuple[str, Retrieved]:
        return question, retriever.retrieve(question, as_of=turn.asked_as_of, filters=turn.filters, k=PASSAGES)

    whole = retrieve(turn.standalone_question)
    if len(parts) == 1 or not whole[1].evidence:
        return Gathered((whole,))
    return Gathered((whole, *(retrieve(part.question) for part in parts)))


def names_strangers(question: str, evidence: Sequence[Evidence]) -> bool:
    """Whether the question names what no passage found for it mentions: then none of them is about that."""
    known = {word.stem for passage in evidence for word in words(f"{passage.title} {passage.source} {passage.quote}")}
    beginnings = {stem[:SAME_NAME] for stem in known if len(stem) >= SAME_NAME}
    return any(
        name.isdisjoint(known) and not any(stem[:SAME_NAME] in beginnings for stem in name)
        for name in names_in(question)
    )


def tells_another_year(question: str, evidence: Sequence[Evidence]) -> bool:
    """Whether the question names a year, or which one of many ("the 98th"), that no passage found for it can be about.

    A passage may be about the years that it or its title names, and those about its day of publication ("last year").
    Of 220 answerable news questions 24 name a year and 4 which one, and none was told by this; of 67 unanswerable ones
    3 and 3, and all were.
    """
    told = " ".join(f"{passage.title} {passage.quote}" for passage in evidence)
    years = set(_YEAR.findall(told))
    for published in (passage.published_at for passage in evidence):
        years.update(str(published.year + more) for more in (-1, 0, 1) if published)
    return not (
        set(_YEAR.findall(question)) <= years and set(_EDITION.findall(question)) <= set(_EDITION.findall(told))
    )


def _overlap(passage: Evidence, other: Evidence) -> bool:
    return passage.article_id == other.article_id and passage.start < other.end and other.start < passage.end
