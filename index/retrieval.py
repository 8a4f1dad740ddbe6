"""A question to ranked evidence: both engines side by side, fused, then the passages that bear on it.

Leaves out: what is done with the evidence, and rewriting the question.
"""

from __future__ import annotations

import logging
import math
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.articles import Filters, Retrieved
from index.asking_time import names_a_time, speaks_of_its_own_time
from index.catalogue import UNDATED, Catalogue, days_since_epoch
from index.embedding.protocol import Embedder
from index.errors import OnRecordError, RetrievalError
from index.keywords import KeywordIndex
from index.library import Library
from index.passages import choose
from index.ranking import Scores, Weights, rank
from index.vectors import VectorIndex
from index.words import content_stems

log = logging.getLogger(__name__)

CHUNKS = 300
ARTICLES = 200
READ_ARTICLES = 5
"""Passages are chosen from so many of the best articles."""
RANKED_ARTICLES = 50
_KEPT_VECTORS = 4_096


class _Allowed(NamedTuple):
    articles: NDArray[np.bool_]
    chunk_ids: NDArray[np.int64] | None
    undated_left_out: int


class Retriever:
    """Finds evidence in a library. Sees what other processes added before each question. Safe between threads."""

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        vectors: VectorIndex,
        keywords: KeywordIndex,
        *,
        weights: Weights | None = None,
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._vectors = vectors
        self._keywords = keywords
        self._weights = weights or Weights()
        self._catalogue: Catalogue | None = None
        self._lock = Lock()
        self._engines = ThreadPoolExecutor(2, thread_name_prefix="retrieval")
        self._passage_vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def close(self) -> None:
        """Ends its threads. Twice is no error."""
        self._engines.shutdown(wait=True)

    def retrieve(
        self, question: str, *, as_of: date | None = None, filters: Filters | None = None, k: int = 8
    ) -> Retrieved:
        """The at most `k` best passages for a question, and the articles that were ranked for it.

        `as_of` is the day of asking: nothing later is used, and what is close to it is preferred, most of all
        when the question speaks of its own time. Left out, it is the day of the newest dated article, and only a
        question about its own time looks at it. Raises RetrievalError when an engine fails.
        """
        try:
            return self._retrieve(question, as_of, filters or Filters(), k)
        except OnRecordError:
            raise
        except Exception as error:
            raise RetrievalError(f"finding evidence failed ({error}): run 'onrecord doctor'") from error

    def default_as_of(self) -> date | None:
        """The day of the newest dated article, None where no article is dated."""
        return _newest_day(self._current())

    def _retrieve(self, question: str, asked_on: date | None, filters: Filters, k: int) -> Retrieved:
        catalogue = self._current()
        as_of = asked_on or _newest_day(catalogue)
        allowed = _allowed(catalogue, as_of, filters)
        n_allowed = int(allowed.articles.sum())
        ranked: list[tuple[int, float]] = []
        evidence = []
        if n_allowed:
            question_vector = self._embedder.embed_question(question)
            ranked = rank(
                catalogue,
                self._scores(question, question_vector, allowed.chunk_ids),
                self._weights,
                allowed=allowed.articles,
                today=days_since_epoch(as_of) if as_of else None,
                recency=self._recency(question, asked_on),
            )
            read = [
                (catalogue.article_ids[place], int(catalogue.versions[place])) for place, _ in ranked[:READ_ARTICLES]
            ]
            evidence = choose(
                self._library.versions_of(read),
                self.word_weights(question),
                lambda texts: self._embedded(texts) @ question_vector,
                k=k,
            )
        return Retrieved(
            evidence=tuple(evidence),
            articles=tuple((catalogue.article_ids[place], score) for place, score in ranked[:RANKED_ARTICLES]),
            as_of=as_of,
            library_articles=len(catalogue.article_ids),
            allowed_articles=n_allowed,
            undated_left_out=allowed.undated_left_out,
        )

    def _current(self) -> Catalogue:
        """The catalogue of the library's latest generation, with both engines brought to it."""
        generation = self._library.generation()
        with self._lock:
            if self._catalogue is None or self._catalogue.generation != generation:
                self._keywords.catch_up(self._library)
                self._vectors.catch_up(self._library)
                self._catalogue = self._library.catalogue()
            return self._catalogue

    def _scores(self, question: str, vector: NDArray[np.float32], chunk_ids: NDArray[np.int64] | None) -> Scores:
        """Both engines at once: each does its work outside Python."""
        nearest = self._engines.submit(self._vectors.search, vector, CHUNKS, chunk_ids)
        keywords = self._keywords
        return Scores(
            chunk_keywords=keywords.chunk_scores(question, CHUNKS, chunk_ids),
            title=keywords.article_scores(question, ARTICLES, "title"),
            lead=keywords.article_scores(question, ARTICLES, "lead"),
            body=keywords.article_scores(question, ARTICLES, "body"),
            chunk_vectors=nearest.result(),
        )

    def _recency(self, question: str, asked_on: date | None) -> float:
        if speaks_of_its_own_time(question):
            return self._weights.recency
        if asked_on is None or names_a_time(question):
            return 0.0
        return self._weights.recency_as_of

    def word_weights(self, question: str) -> dict[str, float]:
        """Each content word's stem and its inverse document frequency (at least .5), as BM25 has it."""
        frequencies = self._keywords.document_frequencies(question)
        n_articles = max(self._keywords.articles, 1)
        return {
            stem: 0.5 + math.log(1 + (n_articles - frequency + 0.5) / (frequency + 0.5))
            for stem in content_stems(question)
            for frequency in (frequencies.get(stem, 0),)
        }

    def similarities(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """The cosine of the question and each text, (n_texts,) float32."""
        return self._embedded(texts) @ self._embedder.embed_question(question)

    def _embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages, kept for the next question that meets them."""
        with self._lock:
            vectors = {text: self._passage_vectors[text] for text in texts if text in self._passage_vectors}
        unknown = [text for text in dict.fromkeys(texts) if text not in vectors]
        made = dict(zip(unknown, self._embedder.embed_texts(unknown), strict=True)) if unknown else {}
        vectors |= made
        with self._lock:
            self._passage_vectors.update(made)
            while len(self._passage_vectors) > _KEPT_VECTORS:
                self._passage_vectors.popitem(last=False)
        return np.stack([vectors[text] for text in texts])


def _newest_day(catalogue: Catalogue) -> date | None:
    dated = catalogue.published_days[catalogue.published_days != UNDATED]
    return date.fromordinal(int(dated.max()) + date(1970, 1, 1).toordinal()) if len(dated) else None


def _allowed(catalogue: Catalogue, as_of: date | None, filters: Filters) -> _Allowed:
    """Which articles may be used; the ids of their chunks only where that is not all of them."""
    days = catalogue.published_days
    undated = days == UNDATED
    wanted = np.ones(len(days), dtype=bool)
    if filters.sources:
        names = {source.casefold() for source in filters.sources}
        wanted &= np.array([(source or "").casefold() in names for source in catalogue.sources], dtype=bool)
    if as_of is not None:
        wanted &= undated | (days <= days_since_epoch(as_of))
    undated_left_out = 0
    if filters.since or filters.until:
        inside = ~undated
        if filters.since:
            inside &= days >= days_since_epoch(filters.since)
        if filters.until:
            inside &= days <= days_since_epoch(filters.until)
        if filters.undated:
            inside |= undated
        else:
            undated_left_out = int((wanted & undated).sum())
        wanted &= inside
    if wanted.all():
        return _Allowed(wanted, None, undated_left_out)
    return _Allowed(wanted, catalogue.chunk_ids[wanted[catalogue.chunk_articles]], undated_left_out)
