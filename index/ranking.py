"""Which articles answer a question: scores of the engines and of time fused into one. Leaves out: passages.

Each score is divided by its maximum for the question before it is weighed: reciprocal-rank fusion, which throws
the sizes of the scores away, found less on news questions than BM25 alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.catalogue import UNDATED, Catalogue

Floats = NDArray[np.float64]
Found = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Ids and scores as an engine gives them, best first."""

FRESH_DAYS = 4.0
"""News is asked about for some days: within them the day says nothing."""
FRESH_SOFT_DAYS = 20.0
NEWER_DAYS = 400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each score counts, in the order of the columns of `features`.

    Fitted on one half of 220 dated news questions over 1,613 articles; the figures of both halves, and how, are in
    docs/decisions/0006-fusion-weights.md. `told_time` counts nearness to the time that a question tells, `fresh`
    being fresh on a day of asking that was given, `newer` (set by hand) being the newer of two.
    """

    keywords: float = 1.0
    vectors: float = 1.46
    chunk_coverage: float = 2.87
    article_coverage: float = 0.5
    title: float = 0.57
    lead: float = 0.25
    told_time: float = 2.29
    fresh: float = 1.87
    newer: float = 0.53


Finding = Literal["hybrid", "dense", "keywords"]
"""Whose scores count: those of both engines, those of the vectors, those of words."""
WEIGHTS: Mapping[Finding, Weights] = {
    "hybrid": Weights(),
    "dense": Weights(
        keywords=0.0,
        chunk_coverage=0.0,
        article_coverage=0.0,
        title=0.0,
        lead=0.0,
        told_time=0.63,
        fresh=0.42,
        newer=0.12,
    ),
    "keywords": Weights(vectors=0.0),
}
"""One engine alone is there to be measured against. Similarities lie closer together than scores of words, so beside
them alone time has weights of its own, fitted in the same way (`fitting --engine dense`); with those of "hybrid" it
would drown them. Beside words alone weights of their own found no more than these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What the engines found, by chunk id or article key. Coverage: the share in 0..1 of the question's words."""

    chunk_keywords: Found
    chunk_vectors: Found
    chunk_coverage: Found
    article_coverage: Found
    title: Found
    lead: Found


@dataclass(frozen=True, slots=True, eq=False)
class Timing:
    """How time speaks for each article, (n_articles,) in 0..1 each, and how much of it is to count."""

    told: Floats
    fresh: Floats
    newer: Floats


def rank(places: NDArray[np.int64], rows: Floats, weights: Weights) -> list[tuple[int, float]]:
    """The places and scores that `features` gives, fused: positions of articles with their score, best first."""
    total = rows @ np.array(astuple(weights))
    order = np.argsort(-total, kind="stable")
    return [(int(place), float(value)) for place, value in zip(places[order], total[order], strict=True)]


def features(
    catalogue: Catalogue, scores: Scores, *, allowed: NDArray[np.bool_], timing: Timing
) -> tuple[NDArray[np.int64], Floats]:
    """The articles that an engine found, (n,) positions ascending, and their scores, (n, 9) in the order of `Weights`.

    An article's chunks are spoken for by the best of them, for each score apart. What the vectors did not bring up
    gets the least similarity that was found: it is at most as near.
    """
    n_articles = len(catalogue.article_ids)
    columns = [
        _best_chunks(catalogue, scores.chunk_keywords, n_articles),
        _best_chunks(catalogue, scores.chunk_vectors, n_articles),
        _best_chunks(catalogue, scores.chunk_coverage, n_articles),
        *(_of_articles(catalogue, found, n_articles) for found in (scores.article_coverage, scores.title, scores.lead)),
    ]
    places = np.flatnonzero(np.logical_or.reduce([column > 0 for column in columns]) & allowed)
    scaled = [_scaled(column[places]) for column in columns]
    near = scaled[1]
    scaled[1] = np.where(near > 0, near, near[near > 0].min(initial=1.0) if (near > 0).any() else 0.0)
    return places, np.stack([*scaled, timing.told[places], timing.fresh[places], timing.newer[places]], axis=1)


def freshness(days: NDArray[np.int32], today: int) -> Floats:
    """How fresh each published day (as `Catalogue.published_days`) is on the day `today`: 0..1, 0 without a date."""
    return _fading(days, today, FRESH_DAYS, FRESH_SOFT_DAYS)


def newness(days: NDArray[np.int32], today: int) -> Floats:
    """As `freshness`, over a year or so."""
    return _fading(days, today, 0.0, NEWER_DAYS)


def _fading(days: NDArray[np.int32], today: int, whole_days: float, soft_days: float) -> Floats:
    age = np.maximum(today - days.astype(np.float64) - whole_days, 0.0)
    return np.where(days == UNDATED, 0.0, np.exp(-age / soft_days))


def _best_chunks(catalogue: Catalogue, found: Found, n_articles: int) -> Floats:
    ids, values = found
    places = catalogue.positions_of_chunks(ids)
    live = places >= 0
    best = np.zeros(n_articles)
    np.maximum.at(best, catalogue.chunk_articles[places[live]], values[live])
    return best


def _of_articles(catalogue: Catalogue, found: Found, n_articles: int) -> Floats:
    keys, values = found
    places = catalogue.positions_of_articles(keys)
    live = places >= 0
    column = np.zeros(n_articles)
    column[places[live]] = values[live]
    return column


def _scaled(values: Floats) -> Floats:
    top = values.max(initial=0.0)
    scaled: Floats = values / top if top > 0 else np.zeros(len(values))
    return scaled
