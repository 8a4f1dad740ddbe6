"""An answer made of quotes: the sentences of the evidence that meet the question best, verbatim.

Leaves out: whether they answer it (abstaining).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.checking import denies
from app.excerpts import Excerpt
from app.instructing import telling_sentences
from app.questions import can_answer, kind_of
from app.relevance import Relevance
from index.articles import Evidence
from index.chunking import Span

PASSAGE_SHARE = 0.33
"""What the score of its passage counts beside a sentence's fit."""

MAX_QUOTES = 3
MAX_WORDS = 75
PASSAGES = 5
INTERACTION = 3.0
"""What the interaction of a sentence's words with the question's counts beside its similarity as a whole."""

RIGHT_KIND = 0.3
"""What being of the kind asked for adds to a sentence's fit."""

LEAD = 0.3
"""What opening its article adds to a sentence's fit; 800 characters on it is 1/e of that.

News tells first what happened. Of all sentences found for 220 news questions the best one then states the answer of 131
(without it 123); the 95 of SQuAD, which are about paragraphs, are left as they are (83, 82). More of it costs those.
"""
LEAD_CHARACTERS = 800

CLOSE_SECOND = 0.85
"""A further sentence is quoted when it scores at least this share of the best one's score.

Of what was tried, nothing tells whether the best one is the right one (AUC .60), or which further one is (.62): only
how near they come. Between .7 and .85 a further sentence first gives the answer in 7 of 98 cases on 287 news questions
(4 as read), in 1 of 49 of SQuAD and none about the seeds; the share of the shown sentences that state the answer is .48
above .7 and .53 above .85 (SQuAD .53 and .68, seeds .45 and .58).
"""

BESIDE_WRITTEN = 0.92
"""The same beside a sentence that the writer has settled on: only what comes as near as that is another view of it."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage, `passage.quote[start:end]`, and how well it meets the question.

    One that affirms where the question asks for what is not so ("who will not get it?") is not of the right kind.
    """

    passage: Evidence
    start: int
    end: int
    coverage: float
    similarity: float
    interaction: float
    right_kind: bool

    @property
    def fit(self) -> float:
        """How well the sentence meets the question, whatever its passage scores: at most 4.6."""
        return (
            INTERACTION * max(self.interaction, 0.0)
            + max(self.similarity, 0.0)
            + (RIGHT_KIND if self.right_kind else 0.0)
            + LEAD * math.exp(-(self.passage.start + self.start) / LEAD_CHARACTERS)
        )

    @property
    def score(self) -> float:
        """Its fit, and a share of its passage's score."""
        return self.fit + PASSAGE_SHARE * self.passage.score

    @property
    def text(self) -> str:
        """The sentence, verbatim."""
        return self.passage.quote[self.start : self.end]


def rank_quotes(evidence: Sequence[Evidence], relevance: Relevance) -> list[Quote]:
    """Every sentence of the best passages, best first: of the kind asked for, by its fit and its passage's score."""
    quotes = [
        quote for passage in evidence[:PASSAGES] for quote in quotes_of(passage, _sentences(passage.quote), relevance)
    ]
    return sorted(quotes, key=lambda quote: (not quote.right_kind, -quote.score))


def quote_of(excerpt: Excerpt, relevance: Relevance) -> Quote:
    """One sentence of a passage as a quote, measured like the others."""
    (quote,) = quotes_of(excerpt.passage, [(excerpt.start, excerpt.end)], relevance)
    return quote


def quotes_of(passage: Evidence, spans: Sequence[Span], relevance: Relevance) -> list[Quote]:
    """Sentences of a passage as quotes."""
    asks_for_denial = kind_of(relevance.asked) in ("thing", "person", "place") and denies(relevance.asked)
    return [
        Quote(
            passage,
            start,
            end,
            coverage=relevance.coverage(passage.quote[start:end]),
            similarity=near.similarity,
            interaction=near.interaction,
            right_kind=can_answer(relevance.asked, passage.quote[start:end])
            and (not asks_for_denial or denies(passage.quote[start:end])),
        )
        for (start, end), near in zip(spans, relevance.closeness(passage.quote, spans), strict=True)
    ]


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
    spans = telling_sentences(text)
    return [(start, end) for start, end in spans if len(text[start:end].split()) > 3] or spans
