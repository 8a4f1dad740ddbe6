"""An answer made of quotes: the sentences of the evidence that meet the question best, verbatim.

Leaves out: whether they answer it (abstaining).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.excerpts import Excerpt
from app.questions import can_answer
from app.relevance import Relevance
from index.articles import Evidence
from index.chunking import Span
from index.sentences import sentences

MAX_QUOTES = 3
MAX_WORDS = 75
PASSAGES = 5
RIGHT_KIND = 0.3
"""What being of the kind asked for adds to a sentence's fit."""

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

    @property
    def fit(self) -> float:
        """How well the sentence itself meets the question, whatever passage it stands in: 0 to 2.3."""
        return self.coverage + max(self.similarity, 0.0) + (RIGHT_KIND if self.right_kind else 0.0)

    @property
    def score(self) -> float:
        """Its fit, and a third of its passage's score."""
        return self.fit + self.passage.score / 3

    @property
    def text(self) -> str:
        """The sentence, verbatim."""
        return self.passage.quote[self.start : self.end]


def rank_quotes(evidence: Sequence[Evidence], relevance: Relevance) -> list[Quote]:
    """Every sentence of the best passages, best first.

    A sentence scores the covered share of the question's words, its similarity, a third of its passage's score,
    and a little when it is of the kind asked for.
    """
    places = [(passage, start, end) for passage in evidence[:PASSAGES] for start, end in _sentences(passage.quote)]
    similarities = relevance.similarities([passage.quote[start:end] for passage, start, end in places])
    quotes = [
        _quote(passage, start, end, similarity, relevance)
        for (passage, start, end), similarity in zip(places, similarities, strict=True)
    ]
    return sorted(quotes, key=lambda quote: -quote.score)


def quote_of(excerpt: Excerpt, relevance: Relevance) -> Quote:
    """One sentence of a passage as a quote, measured like the others."""
    (similarity,) = relevance.similarities([excerpt.text])
    return _quote(excerpt.passage, excerpt.start, excerpt.end, similarity, relevance)


def _quote(passage: Evidence, start: int, end: int, similarity: float, relevance: Relevance) -> Quote:
    text = passage.quote[start:end]
    coverage = relevance.coverage(text)
    right_kind = can_answer(relevance.asked, text)
    return Quote(passage, start, end, coverage, similarity, right_kind)


def choose_quotes(ranked: Sequence[Quote], *, max_words: int = MAX_WORDS, least: float | None = None) -> list[Quote]:
    """The best quote, and those nearly as good that still fit into the words; the same words are not quoted twice.

    `least` is the score that any of them must have; by default a share of the best one's.
    """
    if least is None:
        least = CLOSE_SECOND * ranked[0].score if ranked else 0.0
    chosen: list[Quote] = []
    n_words = 0
    for quote in ranked:
        length = len(quote.text.split())
        if quote.score < least:
            break
        if chosen and (
            len(chosen) == MAX_QUOTES
            or n_words + length > max_words
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
