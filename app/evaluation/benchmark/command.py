"""The benchmark's command line: which articles, which sizes, where the figures go. Leaves out: measuring."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.evaluation.golden.reading import Golden, read_golden
from index.articles import Article
from index.catalogue import days_since_epoch
from index.embedding import Embedder
from index.ingest import Ingest
from index.keywords import KeywordIndex
from index.library import Library
from index.retrieval import Retriever
from index.vectors import VectorIndex

MADE_ARTICLES = 300
MADE_QUESTIONS = 60
CHANGED = 3
FRAMEWORK_ARTICLES = 100
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints the table and writes both files; 0 when every figure was taken."""
    options = _parser().parse_args(arguments)
    from app.config import load_settings
    from app.evaluation.benchmark import report
    from app.wiring import open_embedder

    embedder = open_embedder(load_settings())
    articles, questions = _given(options.data) if options.data else _made(options.articles)
    figures: dict[str, Any] = {"machine": report.machine()}
    with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as work:
        base = _base(options, Path(work), embedder)
        with opened(base, embedder) as bench:
            figures |= _measured(bench, articles, questions, build=options.library is None)
        for size in options.grow:
            figures |= _grown(base, Path(work) / f"grown-{size}", size, embedder, questions)
    as_json, as_table = report.write(figures, options.output)
    sys.stdout.write(report.table(figures) + "\n")
    sys.stdout.flush()
    sys.stderr.write(f"written to {as_json} and {as_table}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description="How well, how fast and at what cost we find.")
    parser.add_argument(
        "--data", type=Path, help="a folder with articles.jsonl(.xz) and questions.jsonl (default: made-up articles)"
    )
    parser.add_argument(
        "--library", type=Path, help="a library that already holds these articles; it is copied, not changed"
    )
    parser.add_argument(
        "--articles", type=int, default=MADE_ARTICLES, help=f"how many to make up (default: {MADE_ARTICLES})"
    )
    parser.add_argument(
        "--grow",
        type=int,
        nargs="*",
        default=[],
        help="also measure at these sizes, by perturbed copies (default: none)",
    )
    parser.add_argument(
        "--output", type=Path, default=Path("bench-runs"), help="the folder of bench.json and bench.txt (bench-runs)"
    )
    return parser


def _given(folder: Path) -> tuple[list[Article], tuple[Golden, ...]]:
    from index.loading import load

    packed = next(path for name in ("articles.jsonl", "articles.jsonl.xz") if (path := folder / name).exists())
    articles = [one for one in load(packed) if isinstance(one, Article)]
    questions = read_golden(folder / "questions.jsonl", as_of_field="date")
    return articles, tuple(question for question in questions if question.answerable)


def _made(n_articles: int) -> tuple[list[Article], tuple[Golden, ...]]:
    from app.evaluation.benchmark.generated import made_articles, made_questions

    return made_articles(n_articles), made_questions(n_articles, MADE_QUESTIONS)


def _base(options: argparse.Namespace, work: Path, embedder: Embedder) -> Path:
    """The folder of the library to measure: a copy of the one given, or a new one."""
    folder = work / "library"
    if options.library is not None:
        shutil.copytree(options.library, folder)
    else:
        Library.open(folder, embedder_name=embedder.name, dimension=embedder.dimension).close()
    return folder


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


def _measured(bench: Bench, articles: Sequence[Article], questions: Sequence[Golden], *, build: bool) -> dict[str, Any]:
    from app.evaluation.benchmark import adding, finding

    figures: dict[str, Any] = {}
    cost: dict[str, Any] = {}
    if build:
        seconds, statuses = adding.added(bench.ingest, articles)
        n_chunks = len(bench.library.catalogue().chunk_ids)
        cost |= {"articles": dict(statuses), "chunks": n_chunks, "seconds": seconds, "chunks_per_s": n_chunks / seconds}
    cost["engine_alone_chunks_per_s"] = adding.engine_rate(bench.library, bench.embedder)
    if build:
        cost["share_of_engine"] = cost["chunks_per_s"] / cost["engine_alone_chunks_per_s"]
        cost["llama-index pipeline, Chroma's embedding"] = _pipeline(articles)
    figures["finding"] = finding.finding(bench.retriever, questions)
    figures |= _speed(bench, questions)
    seconds, statuses = adding.added(bench.ingest, articles)
    cost["added_again_s"], cost["added_again"] = seconds, dict(statuses)
    cost["changed_searchable_s"] = [
        round(adding.change_seconds(bench.ingest, bench.retriever, article), 3) for article in articles[:CHANGED]
    ]
    cost["rebuilt_chunks_per_s"] = adding.rebuild_rates(bench.library, bench.keywords, bench.vectors)
    cost["peak_memory_mb"] = adding.peak_memory_mb()
    return figures | {"adding": cost}


def _pipeline(articles: Sequence[Article]) -> dict[str, float] | str:
    """The first of the articles through the framework as it comes, with the weights that are here."""
    from app.config import load_settings
    from app.evaluation.benchmark import framework
    from index import modelfiles

    settings = load_settings()
    weights = modelfiles.find(modelfiles.EMBEDDING, settings.cache_dir, settings.embedding_file)
    if weights is None:
        return "not measured: the embedding model is an endpoint's"
    with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as work:
        return framework.pipeline_rate(articles[:FRAMEWORK_ARTICLES], weights, Path(work))


def _dated(bench: Bench, questions: Sequence[Golden]) -> dict[str, Any]:
    from app.evaluation.benchmark import framework, speed

    since = speed.filters_of(bench.library)["newest tenth"].since
    assert since is not None
    with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as work:
        first_day = days_since_epoch(since)
        asked = questions[: speed.QUESTIONS]
        return framework.dated_times(bench.library, bench.embedder, asked, Path(work), since=first_day)


def _speed(bench: Bench, questions: Sequence[Golden]) -> dict[str, Any]:
    from app.evaluation.benchmark import speed

    catalogue = bench.library.catalogue()
    size = f"{len(catalogue.article_ids):,} articles, {len(catalogue.chunk_ids):,} chunks"
    return {
        f"retrieval times, {size}": speed.retrieval_times(
            lambda: Retriever(bench.library, bench.embedder, bench.vectors, bench.keywords), bench.library, questions
        ),
        f"filtered recall of the exact {speed.RECALL_DEPTH} nearest, {size}": speed.filtered_recall(
            bench.library, bench.vectors, bench.embedder, questions
        ),
        f"Chroma with its own date filter, newest tenth, {size}": _dated(bench, questions),
    }


def _grown(base: Path, folder: Path, size: int, embedder: Embedder, questions: Sequence[Golden]) -> dict[str, Any]:
    from app.evaluation.benchmark import growing

    with (
        Library.open(base, embedder_name=embedder.name, dimension=embedder.dimension) as library,
        growing.copy_of(library, folder) as copy,
    ):
        growing.grow(copy, size)
    with opened(folder, embedder) as bench:
        return _speed(bench, questions)
