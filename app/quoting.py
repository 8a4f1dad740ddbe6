"""An answer made of quotes: the sentences of the evidence that meet the question best, verbatim.

Leaves out: whether they answer it (abstaining).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.questions import can_answer
from app.relevance import Relevance
from index.articles import Evidence
from index.chunking import Span
from index.sentences import sentences

MAX_QUOTES = 3
MAX_WORDS = 75
PASSAGES = 5
CLOSE_SECOND = 0.75
"""A further sentence is quoted when it scores at least this share of the best one's score."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage, `passage.quote[start:end]`, and how well it meets the question."""

    passage: Evidence
    start: int
    end: int
    coverage: float
    similarity: float
    right_kind: bool
    score: float

    @property
    def text(self) -> str:
        """The sentence, verbatim."""
        return self.passage.quote[self.start : self.end]


def rank_quotes(evidence: Sequence[Evidence], relevance: Relevance, *, question: str) -> list[Quote]:
    """Every sentence of the best passages, best first.

    A sentence scores the covered share of the question's words, its similarity, a third of its passage's score,
    and a little when it is of the kind asked for (`question`, as it was asked).
    """
    places = [(passage, start, end) for passage in evidence[:PASSAGES] for start, end in _sentences(passage.quote)]
    similarities = relevance.similarities([passage.quote[start:end] for passage, start, end in places])
    quotes = []
    for (passage, start, end), similarity in zip(places, similarities, strict=True):
        text = passage.quote[start:end]
        coverage = relevance.coverage(text)
        right_kind = can_answer(question, text)
        score = coverage + max(similarity, 0.0) + passage.score / 3 + (0.3 if right_kind else 0.0)
        quotes.append(Quote(passage, start, end, coverage, similarity, right_kind, score))
    return sorted(quotes, key=lambda quote: -quote.score)


def choose_quotes(ranked: Sequence[Quote]) -> list[Quote]:
    """The best quote, and those nearly as good that still fit into 75 words; the same words are not quoted twice."""
    chosen: list[Quote] = []
    n_words = 0
    for quote in ranked:
        length = len(quote.text.split())
        if chosen and (
            len(chosen) == MAX_QUOTES
            or n_words + length > MAX_WORDS
            or quote.score < CLOSE_SECOND * chosen[0].score
            or any(quote.text == other.text for other in chosen)
        ):
            continue
        chosen.append(quote)
        n_words += length
    return chosen


def _sentences(text: str) -> list[Span]:
    """Sentences of at least four words: a heading is no quote, unless there is nothing else."""
    spans = sentences(text)
    return [(start, end) for start, end in spans if len(text[start:end].split()) > 3] or spans
