"""Scores of the engines, the title and the time, fused into one order of articles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from index.catalogue import UNDATED, Catalogue
from index.ranking import Scores, Weights, rank

Found = Sequence[tuple[int, float]]


def catalogue(days: Sequence[int | None]) -> Catalogue:
    """Articles 10, 11, ... with two chunks each: 100 and 101, 102 and 103, ..."""
    n = len(days)
    return Catalogue(
        generation=1,
        article_keys=np.arange(10, 10 + n),
        article_ids=tuple(f"a{number}" for number in range(n)),
        versions=np.ones(n, dtype=np.int32),
        titles=("",) * n,
        sources=(None,) * n,
        published_days=np.array([UNDATED if day is None else day for day in days], dtype=np.int32),
        chunk_ids=np.arange(100, 100 + 2 * n),
        chunk_articles=np.repeat(np.arange(n, dtype=np.int32), 2),
        ordinals=np.zeros(2 * n, dtype=np.int32),
        starts=np.zeros(2 * n, dtype=np.int32),
        ends=np.ones(2 * n, dtype=np.int32),
    )


def engine(found: Found) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    return np.array([key for key, _ in found], dtype=np.int64), np.array([value for _, value in found], np.float32)


def scores(keywords: Found = (), vectors: Found = (), title: Found = (), lead: Found = (), body: Found = ()) -> Scores:
    return Scores(
        chunk_keywords=engine(keywords),
        chunk_vectors=engine(vectors),
        title=engine(title),
        lead=engine(lead),
        body=engine(body),
    )


def order(
    days: Sequence[int | None],
    found: Scores,
    *,
    allowed: Sequence[bool] | None = None,
    today: int | None = None,
    recency: float = 0.0,
) -> list[int]:
    flags = np.array(allowed if allowed is not None else [True] * len(days))
    ranked = rank(catalogue(days), found, Weights(), allowed=flags, today=today, recency=recency)
    values = [score for _, score in ranked]
    assert values == sorted(values, reverse=True)
    return [place for place, _ in ranked]


def test_nothing_found_is_nothing_ranked() -> None:
    assert order([None, None], scores()) == []


def test_only_what_an_engine_found_is_ranked() -> None:
    assert order([None] * 4, scores(keywords=[(102, 3.0)], vectors=[(106, 0.5)])) == [1, 3]


def test_keywords_and_vectors_together_beat_either_alone() -> None:
    found = scores(keywords=[(100, 3.0), (102, 2.9)], vectors=[(104, 0.9), (102, 0.85), (106, 0.2)])
    assert order([None] * 4, found)[0] == 1


def test_best_chunk_speaks_for_its_article() -> None:
    found = scores(keywords=[(102, 5.0), (100, 3.0), (101, 3.0)])
    assert order([None, None], found) == [1, 0]


@pytest.mark.parametrize("field", ["title", "lead", "body"])
def test_title_lead_and_body_count(field: str) -> None:
    found = {"keywords": [(100, 3.0), (102, 3.0)], field: [(11, 2.0), (10, 0.1)]}
    assert order([None, None], scores(**found)) == [1, 0]  # type: ignore[arg-type]


def test_what_is_not_allowed_is_left_out() -> None:
    assert order([None, None], scores(keywords=[(100, 3.0), (102, 2.0)]), allowed=[False, True]) == [1]


def test_what_is_no_longer_live_is_passed_over() -> None:
    assert order([None], scores(keywords=[(999, 9.0), (100, 1.0)], title=[(77, 1.0)], vectors=[(998, 0.9)])) == [0]


def test_close_to_today_goes_first_only_where_recency_counts() -> None:
    found = scores(keywords=[(100, 3.0), (102, 2.9), (104, 2.9)])
    days = [100, 498, None]
    assert order(days, found, today=500, recency=1.2)[0] == 1
    assert order(days, found, today=500)[0] == 0
    assert order(days, found, recency=1.2)[0] == 0
    assert order([None, 0, None], found, today=10_000, recency=1.2)[0] == 0


def test_similarities_below_nothing_do_no_harm() -> None:
    assert order([None, None], scores(keywords=[(100, 1.0)], vectors=[(102, -0.2)])) == [0]
