"""The benchmark's rows, each on its own: a long run can be made in pieces. Leaves out: options, files (command)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.evaluation.golden.reading import Golden
from index.articles import Article
from index.catalogue import days_since_epoch
from index.embedding import Embedder
from index.ingest import Ingest
from index.keywords import KeywordIndex
from index.library import Library
from index.retrieval import Retriever
from index.vectors import VectorIndex

CHANGED = 3
BESIDE_ARTICLES = 100
"""Enough to tell a rate: all would take several times as long as ours."""


@dataclass(frozen=True, slots=True)
class Bench:
    """An open library and everything to measure it with."""

    library: Library
    vectors: VectorIndex
    keywords: KeywordIndex
    ingest: Ingest
    retriever: Retriever
    embedder: Embedder


@contextmanager
def opened(folder: Path, embedder: Embedder) -> Iterator[Bench]:
    """The library in the folder, its indexes brought up to date."""
    with Library.open(folder, embedder_name=embedder.name, dimension=embedder.dimension) as library:
        keywords = KeywordIndex.open(library)
        vectors = VectorIndex.open(library)
        retriever = Retriever(library, embedder, vectors, keywords)
        try:
            ingest = Ingest(library, embedder, vectors, keywords)
            yield Bench(library, vectors, keywords, ingest, retriever, embedder)
        finally:
            retriever.close()
            vectors.close()
            keywords.close()


def build(bench: Bench, articles: Sequence[Article]) -> dict[str, Any]:
    """Adds the articles and tells what that cost beside the embedding engine alone."""
    from app.evaluation.benchmark import adding

    seconds, statuses = adding.added(bench.ingest, articles)
    n_chunks = len(bench.library.catalogue().chunk_ids)
    alone = adding.engine_rate(bench.library, bench.embedder)
    return {
        "articles": dict(statuses),
        "chunks": n_chunks,
        "seconds": seconds,
        "chunks_per_s": n_chunks / seconds,
        "engine_alone_chunks_per_s": alone,
        "share_of_engine": n_chunks / seconds / alone,
        "peak_memory_mb": adding.peak_memory_mb(),
    }


def beside(bench: Bench, articles: Sequence[Article]) -> dict[str, Any]:
    """The first of the articles added by us, then by llama-index's pipeline as it comes, to empty stores."""
    from app.config import load_settings
    from app.evaluation.benchmark import adding, framework
    from index import modelfiles

    settings = load_settings()
    weights = modelfiles.find(modelfiles.EMBEDDING, settings.cache_dir, settings.embedding_file)
    if weights is None:
        return {"not measured": "the embedding model is an endpoint's"}
    asked = articles[:BESIDE_ARTICLES]
    with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as work:
        with opened(Path(work) / "ours", bench.embedder) as empty:
            bench.embedder.embed_texts(["warm"] * 64)
            seconds, _ = adding.added(empty.ingest, asked)
            ours = adding.rates(adding.embedded_texts(empty.library), seconds, weights)
            share = ours["chunks_per_s"] / adding.engine_rate(empty.library, bench.embedder)
        theirs = framework.pipeline_rates(asked, weights, Path(work) / "theirs")
    ratios = {name.removesuffix("_per_s"): ours[name] / theirs[name] for name in ours if name.endswith("_per_s")}
    times = ratios | {"articles": theirs["seconds"] / ours["seconds"]}
    ours["share_of_engine"] = share
    return {"onrecord": ours, "llama-index pipeline, Chroma's embedding": theirs, "times as fast, by": times}


def again(bench: Bench, articles: Sequence[Article]) -> dict[str, Any]:
    """What adding the same articles again costs, and how soon a changed one is found."""
    from app.evaluation.benchmark import adding

    seconds, statuses = adding.added(bench.ingest, articles)
    changed = [adding.change_seconds(bench.ingest, bench.retriever, article) for article in articles[:CHANGED]]
    return {"added_again_s": seconds, "added_again": dict(statuses), "changed_searchable_s": changed}


def rebuilt(bench: Bench) -> dict[str, Any]:
    """What building anew costs, and the most memory that this process has held by now."""
    from app.evaluation.benchmark import adding

    rates = adding.rebuild_rates(bench.library, bench.keywords, bench.vectors)
    return {"rebuilt_chunks_per_s": rates, "peak_memory_mb": adding.peak_memory_mb()}


def found(bench: Bench, questions: Sequence[Golden]) -> dict[str, Any]:
    """How well articles are found."""
    from app.evaluation.benchmark import finding

    return finding.finding(bench.retriever, questions)


def _dated(bench: Bench, questions: Sequence[Golden]) -> dict[str, Any]:
    from app.evaluation.benchmark import framework
    from app.evaluation.benchmark import speed as timing

    since = timing.filters_of(bench.library)["newest tenth"].since
    assert since is not None
    with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as work:
        first_day = days_since_epoch(since)
        asked = questions[: timing.QUESTIONS]
        return framework.dated_times(bench.library, bench.embedder, asked, Path(work), since=first_day)


def speed(bench: Bench, questions: Sequence[Golden]) -> dict[str, Any]:
    """How long retrieval takes, whether filtered search is exact, and Chroma's own filter beside it."""
    from app.evaluation.benchmark import speed as timing

    catalogue = bench.library.catalogue()
    size = f"{len(catalogue.article_ids):,} articles, {len(catalogue.chunk_ids):,} chunks"
    return {
        f"retrieval times, {size}": timing.retrieval_times(
            lambda: Retriever(bench.library, bench.embedder, bench.vectors, bench.keywords), bench.library, questions
        ),
        f"filtered recall of the exact {timing.RECALL_DEPTH} nearest, {size}": timing.filtered_recall(
            bench.library, bench.vectors, bench.embedder, questions
        ),
        f"Chroma with its own date filter, newest tenth, {size}": _dated(bench, questions),
    }


def grown(base: Path, folder: Path, size: int, embedder: Embedder, questions: Sequence[Golden]) -> dict[str, Any]:
    """The speed of the library in `base` multiplied, in `folder`, to `size` articles."""
    from app.evaluation.benchmark import growing

    with (
        Library.open(base, embedder_name=embedder.name, dimension=embedder.dimension) as library,
        growing.copy_of(library, folder) as copy,
    ):
        growing.grow(copy, size)
    with opened(folder, embedder) as bench:
        return speed(bench, questions)
