"""Which articles may answer a question: both engines and time side by side, their scores fused.

Leaves out: the weights and how scores are fused (ranking), and the passages of what is found (retrieval).
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.catalogue import Catalogue
from index.comparing import AskedQuestion, Comparer
from index.engines import Keywords, Scored, Vectors
from index.filtering import Allowed
from index.ranking import Scores, Weights, features, rank
from index.stories import Story, stories
from index.timing import timing_of
from index.words import content_stems

CHUNKS = 300
ARTICLES = 200


class Candidates(NamedTuple):
    """The articles an engine found for a question, and their scores.

    `places` (n,) index the catalogue; `rows` (n, 9) are the scores in the order of `Weights`. `allowed` and `told`
    (n_articles,) say which articles may be used, and how near each comes to the time that the question tells.
    """

    asked: AskedQuestion
    catalogue: Catalogue
    places: NDArray[np.int64]
    rows: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    told: NDArray[np.float64]

    def stories(self, weights: Weights) -> list[Story]:
        """The articles ranked, near-copies put together, best first."""
        return stories(rank(self.places, self.rows, weights), self.catalogue, allowed=self.allowed, told=self.told)


class _Nearest(NamedTuple):
    """A question as it is compared, and the chunks nearest to it."""

    asked: AskedQuestion
    chunks: Scored


class Finder:
    """Asks both engines, which are at the catalogue's generation. Safe between threads."""

    def __init__(self, comparer: Comparer, vectors: Vectors, keywords: Keywords) -> None:
        self._comparer = comparer
        self._vectors = vectors
        self._keywords = keywords
        self._threads = ThreadPoolExecutor(max(2, os.cpu_count() or 2), thread_name_prefix="nearest")

    def close(self) -> None:
        """Ends its threads. Twice is no error."""
        self._threads.shutdown(wait=True)

    def find(
        self,
        question: str,
        catalogue: Catalogue,
        allowed: Allowed,
        as_of: date | None,
        *,
        given: bool,
    ) -> Candidates:
        """Both engines at once: each does its work outside Python. `given`: the day `as_of` was given by who asks.

        Raises EmbeddingError, and what the engines raise.
        """
        nearest = self._threads.submit(self._nearest, question, allowed)
        topic, timing = timing_of(question, catalogue, as_of, given=given)
        keywords, within = self._keywords, allowed.restriction
        scores = Scores(
            chunk_keywords=keywords.chunk_scores(topic, CHUNKS, within),
            chunk_coverage=keywords.chunk_coverage(topic, CHUNKS, within),
            article_coverage=keywords.article_coverage(topic, ARTICLES, within),
            title=keywords.article_scores(topic, ARTICLES, "title", within),
            lead=keywords.article_scores(topic, ARTICLES, "lead", within),
            chunk_vectors=(near := nearest.result()).chunks,
        )
        places, rows = features(catalogue, scores, allowed=allowed.articles, timing=timing)
        return Candidates(near.asked, catalogue, places, rows, allowed.articles, timing.told)

    def _nearest(self, question: str, allowed: Allowed) -> _Nearest:
        asked = self._comparer.question(question)
        return _Nearest(asked, self._vectors.search(asked.vector, CHUNKS, allowed.chunk_ids))


def word_weights(question: str, keywords: Keywords) -> dict[str, float]:
    """Each content word's stem and its inverse document frequency (at least .5), as BM25 has it."""
    return _weights(question, keywords.document_frequencies(question), keywords.articles)


def word_weights_in_chunks(question: str, keywords: Keywords) -> dict[str, float]:
    """The same over chunks: a word that tells passages of a few long articles apart may well be in each of these."""
    return _weights(question, keywords.chunk_frequencies(question), keywords.chunks)


def _weights(question: str, frequencies: Mapping[str, int], n_documents: int) -> dict[str, float]:
    n = max(n_documents, 1)
    return {
        stem: 0.5 + math.log(1 + (n - frequency + 0.5) / (frequency + 0.5))
        for stem in content_stems(question)
        for frequency in (frequencies.get(stem, 0),)
    }
