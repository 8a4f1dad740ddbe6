"""How long retrieval takes, filtered and not, and whether filtered search is exact. Leaves out: building (adding)."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from statistics import fmean, median
from time import perf_counter

import numpy as np

from app.evaluation.golden.reading import Golden
from index.articles import Filters
from index.embedding import Embedder
from index.exactvectors import ExactVectors
from index.filtering import allowed_articles
from index.finding import CHUNKS
from index.library import Library
from index.retrieval import Retriever
from index.vectors import VectorIndex

QUESTIONS = 60
RECALL_DEPTH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Milliseconds over `n` calls."""

    n: int
    p50_ms: float
    p95_ms: float


def timed(calls: Sequence[Callable[[], object]]) -> Timed:
    """All but the first of the calls, which warms up."""
    calls[0]()
    took = []
    for call in calls[1:]:
        began = perf_counter()
        call()
        took.append((perf_counter() - began) * 1_000)
    return Timed(n=len(took), p50_ms=median(took), p95_ms=sorted(took)[math.ceil(0.95 * len(took)) - 1])


def filters_of(library: Library) -> dict[str, Filters]:
    """None, and date ranges that let about a half, a tenth and a hundredth of the articles through; one source."""
    catalogue = library.catalogue()
    days = np.sort(catalogue.published_days)
    sources = [source for source in catalogue.sources if source]

    def since(share: float) -> date:
        return date.fromordinal(date(1970, 1, 1).toordinal() + int(days[int((len(days) - 1) * (1 - share))]))

    return {
        "no filter": Filters(),
        "newest half": Filters(since=since(0.5)),
        "newest tenth": Filters(since=since(0.1)),
        "newest hundredth": Filters(since=since(0.01)),
        **({"one source": Filters(sources=(min(sources, key=sources.count),))} if sources else {}),
    }


def retrieval_times(
    make_retriever: Callable[[], Retriever], library: Library, questions: Sequence[Golden]
) -> dict[str, Timed]:
    """Whole retrieval (question embedded, engines, fusion, evidence chosen) by filter, and its ranking part alone; and
    the close reading of what was found, with which an answer begins.

    Each filter gets a retriever that knows nothing by heart: every question is as if asked first.
    """
    asked = questions[:QUESTIONS]
    times: dict[str, Timed] = {}
    for name, filters in filters_of(library).items():
        retriever = make_retriever()
        whole = partial(retriever.retrieve, filters=filters)
        ranking = partial(retriever.candidates, filters=filters)
        times[f"whole, {name}"] = timed([partial(whole, one.question) for one in asked])
        times[f"ranking, {name}"] = timed([partial(ranking, one.question) for one in asked])
        if filters == Filters():
            found = [(one.question, whole(one.question)) for one in asked]
            times["read closely"] = timed([partial(retriever.read_closely, *each) for each in found])
        retriever.close()
    return times


def filtered_recall(
    library: Library, vectors: VectorIndex, embedder: Embedder, questions: Sequence[Golden]
) -> dict[str, float]:
    """By filter, the mean share of the exact RECALL_DEPTH nearest chunks that the vector index gives."""
    catalogue = library.catalogue()
    exact = ExactVectors(library.dimension, sketched_from=sys.maxsize)
    exact.catch_up(library)
    asked = [embedder.embed_question(question.question) for question in questions[:QUESTIONS]]
    recalls: dict[str, float] = {}
    for name, filters in filters_of(library).items():
        allowed = allowed_articles(catalogue, None, filters).chunk_ids
        shares = []
        for vector in asked:
            wanted = exact.search(vector, RECALL_DEPTH, allowed)[0]
            given = vectors.search(vector, CHUNKS, allowed)[0]
            shares.append(np.isin(wanted, given).mean() if len(wanted) else 1.0)
        recalls[name] = fmean(shares)
    return recalls
