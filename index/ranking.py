"""Which articles answer a question: keyword, vector and time scores fused into one. Leaves out: passages.

Each score is divided by its maximum for the question before it is weighed: reciprocal-rank fusion, which throws
the sizes of the scores away, found less on news questions than BM25 alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.catalogue import UNDATED, Catalogue

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each score counts beside BM25 over chunks, which counts 1.

    From 220 dated news questions over 1,613 articles, each asked on its day: hit@1 .941, hit@4 .991, MRR@10 .963
    (BM25 with a recency prior alone: .868, .982, .920). `recency` applies where the question speaks of its own
    time, `recency_as_of` where only the day of asking was given; it halves about every 10 days.
    """

    vectors: float = 0.8
    title: float = 0.2
    lead: float = 0.2
    body: float = 0.3
    recency: float = 1.2
    recency_as_of: float = 0.6
    recency_days: float = 14.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What the engines found: ids and scores as they give them, best first."""

    chunk_keywords: tuple[NDArray[np.int64], NDArray[np.float32]]
    chunk_vectors: tuple[NDArray[np.int64], NDArray[np.float32]]
    title: tuple[NDArray[np.int64], NDArray[np.float32]]
    lead: tuple[NDArray[np.int64], NDArray[np.float32]]
    body: tuple[NDArray[np.int64], NDArray[np.float32]]


def rank(
    catalogue: Catalogue,
    scores: Scores,
    weights: Weights,
    *,
    allowed: NDArray[np.bool_],
    today: int | None,
    recency: float,
) -> list[tuple[int, float]]:
    """Positions of articles in the catalogue with their fused scores, best first; only articles found by an engine.

    `allowed` holds a flag for each article. `today` is the day of asking (as `Catalogue.published_days`) and
    `recency` the weight of being close to it; an article without a date gets none of it.
    """
    best_chunk = _best_chunks(catalogue, scores, weights)
    total = best_chunk.copy()
    for (keys, values), weight in (
        (scores.title, weights.title),
        (scores.lead, weights.lead),
        (scores.body, weights.body),
    ):
        places = catalogue.positions_of_articles(keys)
        known = places >= 0
        total[places[known]] += weight * _scaled(values)[known]
    found = np.flatnonzero((total > 0) & allowed)
    if today is not None and recency:
        days = catalogue.published_days[found]
        age = np.maximum(today - days.astype(np.float64), 0.0)
        total[found] += np.where(days == UNDATED, 0.0, recency * np.exp(-age / weights.recency_days))
    order = found[np.argsort(-total[found], kind="stable")]
    return [(int(place), float(total[place])) for place in order]


def _best_chunks(catalogue: Catalogue, scores: Scores, weights: Weights) -> Floats:
    """For each article, its best chunk's keyword score and weighted similarity together.

    A chunk that only the keywords found gets the least similarity that was found: it is at most as near.
    """
    keyword_ids, keyword_scores = scores.chunk_keywords
    vector_ids, similarities = scores.chunk_vectors
    ids = np.union1d(keyword_ids, vector_ids)
    combined = np.zeros(len(ids), dtype=np.float64)
    combined[np.searchsorted(ids, keyword_ids)] += _scaled(keyword_scores)
    near = _scaled(np.maximum(similarities, 0.0))
    nearness = np.full(len(ids), near.min() if len(near) else 0.0)
    nearness[np.searchsorted(ids, vector_ids)] = near
    combined += weights.vectors * nearness
    places = catalogue.positions_of_chunks(ids)
    live = places >= 0
    best = np.zeros(len(catalogue.article_ids), dtype=np.float64)
    np.maximum.at(best, catalogue.chunk_articles[places[live]], combined[live])
    return best


def _scaled(values: NDArray[np.float32]) -> Floats:
    if not len(values):
        return np.zeros(0)
    top = float(values.max())
    return values.astype(np.float64) / top if top > 0 else np.zeros(len(values))
