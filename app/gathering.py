"""Evidence for a question, and for each of the things it asks. Leaves out: what is made of it (answering)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from app.relevance import Relevance
from app.turn import Turn
from index.articles import Evidence, Retrieved
from index.retrieval import Retriever

PASSAGES = 8


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


def _overlap(passage: Evidence, other: Evidence) -> bool:
    return passage.article_id == other.article_id and passage.start < other.end and other.start < passage.end
