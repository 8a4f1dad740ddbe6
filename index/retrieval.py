"""A question to ranked evidence: both engines side by side, fused, then the passages that bear on it.

`retrieve` takes milliseconds; `read_closely`, for whoever answers from it, has the model read what looks best.
Leaves out: what is done with the evidence, and rewriting the question.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from threading import Lock

import numpy as np

from index import copies
from index.articles import Copy, Evidence, Filters, Retrieved, Version
from index.articlesentences import SentenceShelf
from index.catalogue import Catalogue
from index.comparing import Comparer
from index.embedding.protocol import Embedder
from index.engines import Keywords, Vectors
from index.errors import ArticleNotFoundError, OnRecordError, RetrievalError
from index.filtering import Allowed, allowed_articles, newest_day
from index.finding import Candidates, Finder, word_weights, word_weights_in_chunks
from index.library import Library
from index.parallels import told_otherwise
from index.passages import best, passages, promising, read_closely
from index.ranking import Weights
from index.reranking import RERANKED, Reranker, in_the_order_of, reranked
from index.stories import Story, stories

log = logging.getLogger(__name__)

READ_ARTICLES = 5
"""Passages are chosen from so many of the best articles."""
READ_COPIES = 3
"""So many near-copies of each, the newest, are looked at for what they tell otherwise."""
RANKED_ARTICLES = 50


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
        self._sentences = SentenceShelf(library)
        self.comparer = Comparer(embedder, partial(word_weights, keywords=keywords))
        self._finder = Finder(self.comparer, vectors, keywords)

    def close(self) -> None:
        """Ends its threads. Twice is no error."""
        self._finder.close()

    def retrieve(
        self,
        question: str,
        *,
        as_of: date | None = None,
        filters: Filters | None = None,
        k: int = 8,
        passage_characters: int | None = None,
    ) -> Retrieved:
        """The at most `k` best passages for a question, and the articles that were ranked for it.

        `as_of` is the day of asking: nothing later is used, what is fresh on it is preferred, and times in the
        question ("this week", "in March") are understood from it. Left out, it is the day of the newest dated
        article, and being fresh on it counts for little. A passage is up to three sentences of together at most 480
        characters, the best to be read and cited; with `passage_characters`, as many sentences as fit into so many, at
        least one. Raises RetrievalError when an engine fails.
        """
        try:
            with suppress(ArticleNotFoundError):  # purged since the catalogue was read: then once more without it
                return self._retrieve(question, as_of, filters or Filters(), k, passage_characters)
            return self._retrieve(question, as_of, filters or Filters(), k, passage_characters)
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
        return self._finder.find(question, catalogue, allowed, assumed, given=as_of is not None)

    def _retrieve(
        self, question: str, asked_on: date | None, filters: Filters, k: int, characters: int | None
    ) -> Retrieved:
        catalogue = self._current()
        as_of = asked_on or newest_day(catalogue)
        allowed = allowed_articles(catalogue, as_of, filters)
        ranked: list[Story] = []
        evidence: list[Evidence] = []
        worth_reading: list[Evidence] = []
        if allowed.articles.any():
            found = self._finder.find(question, catalogue, allowed, as_of, given=asked_on is not None)
            ranked = found.stories(self._weights)
            evidence, worth_reading = self._evidence(question, found, ranked[:READ_ARTICLES], k, characters)
        return replace(_retrieved(catalogue, evidence, ranked, as_of, allowed), promising=tuple(worth_reading))

    def _evidence(
        self, question: str, candidates: Candidates, ranked: Sequence[Story], k: int, characters: int | None
    ) -> tuple[list[Evidence], list[Evidence]]:
        """The best passages, and what a close reading would choose from."""

        catalogue, asked = candidates.catalogue, candidates.asked
        if characters:
            asked = replace(asked, word_weights=word_weights_in_chunks(question, self._keywords))

        def version(place: int) -> tuple[str, int]:
            return catalogue.article_ids[place], int(catalogue.versions[place])

        found = passages(
            self._sentences.of([version(one.place) for one in ranked]),
            asked,
            article_scores=[one.score for one in ranked],
            characters=characters,
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
