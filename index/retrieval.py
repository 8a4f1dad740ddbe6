"""A question to ranked evidence: both engines side by side, fused, then the passages that bear on it.

`retrieve` takes milliseconds; `read_closely`, for whoever answers from it, has the model read what looks best.
Leaves out: what is done with the evidence, and rewriting the question.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import copies
from index.articles import Copy, Evidence, Filters, Retrieved, Version
from index.articlesentences import SentenceShelf
from index.catalogue import Catalogue
from index.comparing import AskedQuestion, Comparer
from index.embedding.protocol import Embedder
from index.engines import Keywords, Vectors
from index.errors import ArticleNotFoundError, OnRecordError, RetrievalError
from index.filtering import Allowed, allowed_articles, newest_day
from index.library import Library
from index.parallels import told_otherwise
from index.passages import best, passages, promising, read_closely
from index.ranking import Scores, Weights, features, rank
from index.reranking import RERANKED, Reranker, in_the_order_of, reranked
from index.stories import Story, stories
from index.timing import timing_of
from index.words import content_stems

log = logging.getLogger(__name__)

CHUNKS = 300
ARTICLES = 200
READ_ARTICLES = 5
"""Passages are chosen from so many of the best articles."""
READ_COPIES = 3
"""So many near-copies of each, the newest, are looked at for what they tell otherwise."""
RANKED_ARTICLES = 50


class Candidates(NamedTuple):
    """The articles an engine found for a question, and their scores.

    `places` (n,) index the catalogue; `rows` (n, 9) are the scores in the order of `Weights`. `allowed` and `told`
    (n_articles,) say which articles may be used, and how near each comes to the time that the question tells.
    """

    catalogue: Catalogue
    places: NDArray[np.int64]
    rows: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    told: NDArray[np.float64]

    def stories(self, weights: Weights) -> list[Story]:
        """The articles ranked, near-copies put together, best first."""
        return stories(rank(self.places, self.rows, weights), self.catalogue, allowed=self.allowed, told=self.told)


class Retriever:
    """Finds evidence in a library. Sees what other processes added before each question. Safe between threads."""

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        vectors: Vectors,
        keywords: Keywords,
        *,
        weights: Weights | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._library = library
        self._vectors = vectors
        self._keywords = keywords
        self._weights = weights or Weights()
        self._reranker = reranker
        self._catalogue: Catalogue | None = None
        self._generation = -1
        self._lock = Lock()
        self._engines = ThreadPoolExecutor(2, thread_name_prefix="retrieval")
        self._sentences = SentenceShelf(library)
        self.comparer = Comparer(embedder, self.word_weights)

    def close(self) -> None:
        """Ends its threads. Twice is no error."""
        self._engines.shutdown(wait=True)

    def retrieve(
        self, question: str, *, as_of: date | None = None, filters: Filters | None = None, k: int = 8
    ) -> Retrieved:
        """The at most `k` best passages for a question, and the articles that were ranked for it.

        `as_of` is the day of asking: nothing later is used, what is fresh on it is preferred, and times in the
        question ("this week", "in March") are understood from it. Left out, it is the day of the newest dated
        article, and being fresh on it counts for little. Raises RetrievalError when an engine fails.
        """
        try:
            with suppress(ArticleNotFoundError):  # purged since the catalogue was read: then once more without it
                return self._retrieve(question, as_of, filters or Filters(), k)
            return self._retrieve(question, as_of, filters or Filters(), k)
        except OnRecordError:
            raise
        except Exception as error:
            raise RetrievalError(f"finding evidence failed ({error}): run 'onrecord doctor'") from error

    def latest(self, *, as_of: date | None = None, filters: Filters | None = None, k: int = 5) -> Retrieved:
        """The at most `k` newest articles that may be used, near-copies as one, those without a date last; no evidence.

        `as_of` and `filters` as in `retrieve`; each article's score is 1.
        """
        catalogue = self._current()
        as_of = as_of or newest_day(catalogue)
        allowed = allowed_articles(catalogue, as_of, filters or Filters())
        places = np.flatnonzero(allowed.articles)
        newest = places[np.argsort(catalogue.published_days[places], kind="stable")[::-1]]
        told = np.zeros(len(catalogue.article_ids))
        found = stories([(int(place), 1.0) for place in newest], catalogue, allowed=allowed.articles, told=told)[:k]
        return _retrieved(catalogue, (), found, as_of, allowed)

    def current_versions(self, article_ids: Sequence[str]) -> list[Version]:
        """The articles' texts as they are now, in this order; of one removed meanwhile, none."""
        return self._library.versions_left([(article_id, None) for article_id in article_ids])

    def read_closely(self, question: str, retrieved: Retrieved, *, k: int = 8) -> Retrieved:
        """What `retrieve` gave for the question, with the at most `k` best passages after the model has read them.

        Each word of the question is compared with those of the passages that looked best (index.interaction), and the
        near-copies of what is chosen are looked at for what they tell otherwise. Where there is a reranker, its order
        stays. Raises EmbeddingError, RetrievalError.
        """
        asked = self.comparer.question(question)
        texts = [passage.quote for passage in retrieved.promising]
        read = read_closely(retrieved.promising, self.comparer.texts(asked, texts), retrieved.articles, k=k)
        if self._reranker is not None:
            read = in_the_order_of(retrieved.evidence, read)
        otherwise = [told for passage in read for told in self._told_otherwise(passage)]
        return replace(retrieved, evidence=tuple(read), promising=(), otherwise=tuple(otherwise))

    def default_as_of(self) -> date | None:
        """The day of the newest dated article, None where no article is dated."""
        return newest_day(self._current())

    def candidates(self, question: str, *, as_of: date | None = None, filters: Filters | None = None) -> Candidates:
        """What `retrieve` ranks, before it is weighed: for fitting the weights, and for looking into a ranking."""
        catalogue = self._current()
        assumed = as_of or newest_day(catalogue)
        allowed = allowed_articles(catalogue, assumed, filters or Filters())
        vector = self.comparer.question(question).vector
        return self._candidates(question, vector, catalogue, allowed, assumed, given=as_of is not None)

    def _retrieve(self, question: str, asked_on: date | None, filters: Filters, k: int) -> Retrieved:
        catalogue = self._current()
        as_of = asked_on or newest_day(catalogue)
        allowed = allowed_articles(catalogue, as_of, filters)
        ranked: list[Story] = []
        evidence: list[Evidence] = []
        worth_reading: list[Evidence] = []
        if allowed.articles.any():
            asked = self.comparer.question(question)
            found = self._candidates(question, asked.vector, catalogue, allowed, as_of, given=asked_on is not None)
            ranked = found.stories(self._weights)
            evidence, worth_reading = self._evidence(question, asked, catalogue, ranked[:READ_ARTICLES], k)
        return replace(_retrieved(catalogue, evidence, ranked, as_of, allowed), promising=tuple(worth_reading))

    def _candidates(
        self,
        question: str,
        vector: NDArray[np.float32],
        catalogue: Catalogue,
        allowed: Allowed,
        as_of: date | None,
        *,
        given: bool,
    ) -> Candidates:
        topic, timing = timing_of(question, catalogue, as_of, given=given)
        scores = self._scores(topic, vector, allowed)
        places, rows = features(catalogue, scores, allowed=allowed.articles, timing=timing)
        return Candidates(catalogue, places, rows, allowed.articles, timing.told)

    def _evidence(
        self,
        question: str,
        asked: AskedQuestion,
        catalogue: Catalogue,
        ranked: Sequence[Story],
        k: int,
    ) -> tuple[list[Evidence], list[Evidence]]:
        """The best passages, and what a close reading would choose from."""

        def version(place: int) -> tuple[str, int]:
            return catalogue.article_ids[place], int(catalogue.versions[place])

        found = passages(
            self._sentences.of([version(one.place) for one in ranked]),
            asked,
            article_scores=[one.score for one in ranked],
        )
        if self._reranker is None:
            evidence, worth_reading = best(found, k), promising(found)
        else:
            evidence = worth_reading = reranked(best(found, max(k, RERANKED)), question, self._reranker, k=k)
        also = {
            catalogue.article_ids[one.place]: tuple(
                map(_copy, self._library.versions_left([version(place) for place in one.copies]))
            )
            for one in ranked
            if one.copies
        }

        def with_copies(found: Sequence[Evidence]) -> list[Evidence]:
            return [
                replace(one, also_reported_by=also[one.article_id]) if one.article_id in also else one for one in found
            ]

        return with_copies(evidence), with_copies(worth_reading)

    def _told_otherwise(self, passage: Evidence) -> Iterator[Evidence]:
        copies_of_it = [(copy.article_id, copy.version) for copy in passage.also_reported_by[:READ_COPIES]]
        for copy in self._library.versions_left(copies_of_it):
            if (told := told_otherwise(passage, copy)) is not None:
                yield told

    def _current(self) -> Catalogue:
        """The catalogue of the library's latest generation, with both engines brought to it.

        It may be of a later one, committed while the engines caught up: they do that again before the next question.
        """
        generation = self._library.generation()
        with self._lock:
            if self._catalogue is None or self._generation != generation:
                copies.catch_up(self._library)
                self._keywords.catch_up(self._library)
                self._vectors.catch_up(self._library)
                self._catalogue = self._library.catalogue(self._catalogue)
                self._generation = generation
            return self._catalogue

    def _scores(self, topic: str, vector: NDArray[np.float32], allowed: Allowed) -> Scores:
        """Both engines at once: each does its work outside Python."""
        nearest = self._engines.submit(self._vectors.search, vector, CHUNKS, allowed.chunk_ids)
        keywords, within = self._keywords, allowed.restriction
        return Scores(
            chunk_keywords=keywords.chunk_scores(topic, CHUNKS, within),
            chunk_coverage=keywords.chunk_coverage(topic, CHUNKS, within),
            article_coverage=keywords.article_coverage(topic, ARTICLES, within),
            title=keywords.article_scores(topic, ARTICLES, "title", within),
            lead=keywords.article_scores(topic, ARTICLES, "lead", within),
            chunk_vectors=nearest.result(),
        )

    def word_weights(self, question: str) -> dict[str, float]:
        """Each content word's stem and its inverse document frequency (at least .5), as BM25 has it."""
        frequencies = self._keywords.document_frequencies(question)
        n_articles = max(self._keywords.articles, 1)
        return {
            stem: 0.5 + math.log(1 + (n_articles - frequency + 0.5) / (frequency + 0.5))
            for stem in content_stems(question)
            for frequency in (frequencies.get(stem, 0),)
        }


def _retrieved(
    catalogue: Catalogue, evidence: Sequence[Evidence], ranked: Sequence[Story], as_of: date | None, allowed: Allowed
) -> Retrieved:
    return Retrieved(
        evidence=tuple(evidence),
        articles=tuple((catalogue.article_ids[one.place], one.score) for one in ranked[:RANKED_ARTICLES]),
        as_of=as_of,
        library_articles=len(catalogue.article_ids),
        allowed_articles=int(allowed.articles.sum()),
        undated_left_out=allowed.undated_left_out,
    )


def _copy(version: Version) -> Copy:
    return Copy(
        article_id=version.article_id,
        version=version.number,
        title=version.title,
        source=version.source,
        published_at=version.published_at,
        url=version.url,
    )
