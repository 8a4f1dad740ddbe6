"""Scores of the engines, the title and the time, fused into one order of articles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from index.catalogue import UNDATED, Catalogue
from index.ranking import WEIGHTS, Finding, Scores, Timing, features, freshness, newness, rank

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


def scores(**found: Found) -> Scores:
    names = ("keywords", "vectors", "coverage", "article_coverage", "title", "lead")
    assert set(found) <= set(names)
    keywords, vectors, coverage, article_coverage, title, lead = (engine(found.get(name, ())) for name in names)
    return Scores(
        chunk_keywords=keywords,
        chunk_vectors=vectors,
        chunk_coverage=coverage,
        article_coverage=article_coverage,
        title=title,
        lead=lead,
    )


def order(
    days: Sequence[int | None],
    found: Scores,
    *,
    allowed: Sequence[bool] | None = None,
    told: Sequence[float] | None = None,
    fresh: Sequence[float] | None = None,
    newer: Sequence[float] | None = None,
    finding: Finding = "hybrid",
) -> list[int]:
    flags = np.array(allowed if allowed is not None else [True] * len(days))
    timing = Timing(*(np.array(values if values is not None else [0.0] * len(days)) for values in (told, fresh, newer)))
    places, rows = features(catalogue(days), found, allowed=flags, timing=timing)
    assert rows.shape == (len(places), 9)
    ranked = rank(places, rows, WEIGHTS[finding])
    values = [score for _, score in ranked]
    assert values == sorted(values, reverse=True)
    return [place for place, _ in ranked]


def test_nothing_found_is_nothing_ranked() -> None:
    assert order([None, None], scores()) == []


def test_one_engine_alone_puts_articles_in_its_order() -> None:
    found = scores(keywords=[(100, 3.0), (102, 1.0)], coverage=[(100, 1.0)], vectors=[(102, 0.9), (100, 0.6)])
    assert order([None, None], found) == order([None, None], found, finding="keywords") == [0, 1]
    assert order([None, None], found, finding="dense") == [1, 0]
    assert order([None, None], found, finding="dense", told=[1.0, 0.0]) == [0, 1]  # time speaks beside either


def test_only_what_an_engine_found_is_ranked() -> None:
    assert order([None] * 4, scores(keywords=[(102, 3.0)], vectors=[(106, 0.5)])) == [1, 3]


def test_keywords_and_vectors_together_beat_either_alone() -> None:
    found = scores(keywords=[(100, 3.0), (102, 2.9)], vectors=[(104, 0.9), (102, 0.85), (106, 0.2)])
    assert order([None] * 4, found)[0] == 1


def test_best_chunk_speaks_for_its_article() -> None:
    found = scores(keywords=[(102, 5.0), (100, 3.0), (101, 3.0)])
    assert order([None, None], found) == [1, 0]


@pytest.mark.parametrize("field", ["title", "lead", "article_coverage"])
def test_title_lead_and_the_words_anywhere_count(field: str) -> None:
    found = {"keywords": [(100, 3.0), (102, 3.0)], field: [(11, 2.0), (10, 0.1)]}
    assert order([None, None], scores(**found)) == [1, 0]  # type: ignore[arg-type]


def test_chunk_with_more_of_the_questions_words_goes_before_one_that_repeats_some() -> None:
    found = scores(keywords=[(100, 3.0), (102, 2.7)], coverage=[(102, 1.0), (100, 0.6)])
    assert order([None, None], found) == [1, 0]


def test_what_is_not_allowed_is_left_out() -> None:
    assert order([None, None], scores(keywords=[(100, 3.0), (102, 2.0)]), allowed=[False, True]) == [1]


def test_what_is_no_longer_live_is_passed_over() -> None:
    assert order([None], scores(keywords=[(999, 9.0), (100, 1.0)], title=[(77, 1.0)], vectors=[(998, 0.9)])) == [0]


@pytest.mark.parametrize("by", ["told", "fresh", "newer"])
def test_time_decides_between_equals(by: str) -> None:
    found = scores(keywords=[(100, 3.0), (102, 3.0)])
    assert order([None, None], found, **{by: [0.0, 1.0]}) == [1, 0]  # type: ignore[arg-type]
    assert order([None, None], found, **{by: [1.0, 0.0]}) == [0, 1]  # type: ignore[arg-type]


def test_newer_article_about_something_else_stays_behind() -> None:
    found = scores(keywords=[(100, 9.0), (102, 4.0)], coverage=[(100, 0.9), (102, 0.4)], vectors=[(100, 0.8)])
    assert order([None, None], found, newer=[0.0, 1.0]) == [0, 1]


def test_freshness_is_whole_for_days_then_fades_and_nothing_without_a_date() -> None:
    fresh = freshness(np.array([500, 497, 480, 100, UNDATED, 510], dtype=np.int32), 500)
    assert fresh[0] == fresh[1] == fresh[5] == 1.0
    assert 1.0 > fresh[2] > fresh[3] > fresh[4] == 0.0
    newer = newness(np.array([500, 400, 0, UNDATED], dtype=np.int32), 500)
    assert 1.0 == newer[0] > newer[1] > newer[2] > newer[3] == 0.0


def test_similarities_below_nothing_do_no_harm() -> None:
    assert order([None, None], scores(keywords=[(100, 1.0)], vectors=[(102, -0.2)])) == [0]
