"""Fits the weights of the fusion on one half of dated questions and tells the figures of both halves.

`python -m app.evaluation.benchmark.fitting --data DIR --library DIR`, with `--engine dense` for one engine alone.
What came of it, and which weights were set by hand, is in docs/decisions/0006-fusion-weights.md; the weights in use are
those of `index.ranking`.

The weights make the gold articles likely: they maximise the mean log of their share in a softmax over the 120 best
candidates (listwise; Cao et al. 2007), less a quadratic penalty. That is smooth where hit@1 is not, and takes every
question into account. Each question is asked on its day, without a day, and, where it has no time of its own, from 45
days later and from the end of the year: a day of asking that says nothing must not count for much.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.evaluation.benchmark.finding import TIMED, summed
from app.evaluation.golden.reading import Golden, read_golden
from index.ranking import Finding, Weights
from index.retrieval import Retriever

CANDIDATES = 120
PENALTY = 1e-3
STEPS = 500
NEWER = 0.08
"""The weight of the newer, as a share of all that words and vectors can give: set by hand."""

COLUMNS: dict[Finding, Sequence[int]] = {"hybrid": range(8), "dense": (1, 6, 7), "keywords": (0, 2, 3, 4, 5, 6, 7)}
"""Whose scores the weights are fitted over, in the order of `Weights`; times count for each."""

Floats = NDArray[np.float64]
Case = tuple[Floats, NDArray[np.bool_]]
"""The rows of a question's candidates, (n, 9), and which of them are gold."""


def main() -> int:
    """Prints the weights of either half and the figures of both halves under either."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder with questions.jsonl")
    parser.add_argument("--library", type=Path, required=True, help="a library that holds its articles")
    parser.add_argument("--engine", choices=list(COLUMNS), default="hybrid", help="whose scores count (default: both)")
    options = parser.parse_args()
    from app.config import load_settings
    from app.evaluation.benchmark.measuring import opened
    from app.wiring import open_embedder

    questions = [one for one in read_golden(options.data / "questions.jsonl", as_of_field="date") if one.gold]
    with opened(options.library, open_embedder(load_settings())) as bench:
        by_way = {way: cases(bench.retriever, questions, way) for way in ("asked", "none", "later", "year end")}
    columns = COLUMNS[options.engine]
    fitted = [
        fit([case for one in by_way.values() for case in one[half::2] if case is not None], columns) for half in (0, 1)
    ]
    names = [field.name for field in fields(Weights)]
    for half, weights in enumerate(fitted):
        told = "  ".join(f"{name} {weight:.2f}" for name, weight in zip(names, weights, strict=True))
        sys.stdout.write(f"fitted on half {half}: {told}\n")
        for way in ("asked", "none"):
            for tested in (0, 1):
                found = summed([_rank(case, weights) for case in by_way[way][tested::2] if case is not None])
                sys.stdout.write(f"  {way:<6} half {tested}: {found}\n")
    return 0


def cases(retriever: Retriever, questions: Sequence[Golden], way: str) -> list[Case | None]:
    """One case a question, aligned with `questions`; None where the way of asking does not apply."""
    found: list[Case | None] = []
    for question in questions:
        if way in ("later", "year end") and TIMED.search(question.question):
            found.append(None)
            continue
        day = question.as_of
        if day is not None:
            day = {"asked": day, "none": None, "later": day + timedelta(45), "year end": date(day.year, 12, 31)}[way]
        given = retriever.candidates(question.question, as_of=day)
        ids = (given.catalogue.article_ids[place] for place in given.places)
        found.append((given.rows, np.array([article_id in question.gold for article_id in ids], dtype=bool)))
    return found


def fit(given: Sequence[Case], columns: Sequence[int] = COLUMNS["hybrid"]) -> Floats:
    """The weights, (9,), from the cases with a gold article. By Adam (Kingma and Ba 2015).

    The first of the `columns` weighs 1, and those that are not among them nothing.
    """
    used = np.isin(np.arange(8), columns)
    narrowed = [_narrowed(rows * np.append(used, True), gold) for rows, gold in given if gold.any()]
    weights = np.where(used, 2.0, 0.0)
    drift, spread = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        slope = sum((_slope(rows, gold, weights) for rows, gold in narrowed), np.zeros_like(weights)) / len(narrowed)
        slope -= PENALTY * weights
        drift, spread = 0.9 * drift + 0.1 * slope, 0.999 * spread + 0.001 * slope**2
        weights = weights + 0.1 * (drift / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-8)
    whole = weights / weights[columns[0]]
    return np.append(whole, NEWER * whole[:6].sum())


def _narrowed(rows: Floats, gold: NDArray[np.bool_]) -> Case:
    """The best candidates and the gold ones, without the column that is set by hand."""
    best = np.union1d(np.argsort(-rows[:, :8].sum(axis=1))[:CANDIDATES], np.flatnonzero(gold))
    return rows[best, :8], gold[best]


def _slope(rows: Floats, gold: NDArray[np.bool_], weights: Floats) -> Floats:
    scores = rows @ weights
    likely = np.exp(scores - scores.max())
    golden = likely * gold
    slope: Floats = (golden @ rows) / golden.sum() - (likely @ rows) / likely.sum()
    return slope


def _rank(case: Case, weights: Floats) -> int | None:
    rows, gold = case
    if not gold.any():
        return None
    scores = rows @ weights
    return 1 + int((scores > scores[gold].max()).sum())


if __name__ == "__main__":
    sys.exit(main())
