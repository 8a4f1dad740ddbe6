"""The benchmark's command line: which articles, which sizes, where the figures go. Leaves out: measuring."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.evaluation.benchmark import measuring
from app.evaluation.benchmark.measuring import Bench
from app.evaluation.golden.reading import Golden, read_golden
from index.articles import Article
from index.embedding import Embedder
from index.library import Library

MADE_ARTICLES = 300
MADE_QUESTIONS = 60
QUESTIONS = "questions.jsonl"
ROWS = ("beside", "finding", "speed", "again", "rebuilding")


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
        with measuring.opened(base, embedder) as bench:
            figures |= _measured(bench, articles, questions, options)
        for size in options.grow:
            figures |= measuring.grown(base, Path(work) / f"grown-{size}", size, embedder, questions)
    as_json, as_table = report.write(figures, options.output)
    sys.stdout.write(report.table(figures) + "\n")
    sys.stdout.flush()
    sys.stderr.write(f"written to {as_json} and {as_table}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description="How well, how fast and at what cost we find.")
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        help="folders with articles.jsonl(.xz), and questions.jsonl in one of them; or one that holds such folders"
        " (default: made-up articles)",
    )
    parser.add_argument(
        "--library", type=Path, help="a library that already holds these articles; it is copied, not changed"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        help="build the library here and leave it, to go on with or for --library (default: do not)",
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
        "--only", nargs="+", choices=ROWS, default=ROWS, help=f"which rows to take (default: {' '.join(ROWS)})"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("bench-runs"), help="the folder of bench.json and bench.txt (bench-runs)"
    )
    return parser


def _given(folders: Sequence[Path]) -> tuple[list[Article], tuple[Golden, ...]]:
    """The articles of all the folders, those with questions first, and the answerable questions."""
    from index.loading import load

    inside = [one for folder in folders for one in ([folder] if _packed(folder) else sorted(folder.iterdir()))]
    given = sorted((one for one in inside if _packed(one)), key=lambda one: not (one / QUESTIONS).exists())
    if not given:
        raise SystemExit(f"there is no articles.jsonl or articles.jsonl.xz in {', '.join(map(str, folders))}")
    articles = [one for folder in given if (packed := _packed(folder)) for one in load(packed)]
    asked = [
        question
        for folder in given
        if (folder / QUESTIONS).exists()
        for question in read_golden(folder / QUESTIONS, as_of_field="date")
    ]
    return [one for one in articles if isinstance(one, Article)], tuple(one for one in asked if one.answerable)


def _packed(folder: Path) -> Path | None:
    paths = (folder / name for name in ("articles.jsonl", "articles.jsonl.xz"))
    return next((path for path in paths if path.is_file()), None)


def _made(n_articles: int) -> tuple[list[Article], tuple[Golden, ...]]:
    from app.evaluation.benchmark.generated import made_articles, made_questions

    return made_articles(n_articles), made_questions(n_articles, MADE_QUESTIONS)


def _base(options: argparse.Namespace, work: Path, embedder: Embedder) -> Path:
    """The folder of the library to measure: a copy of the one given, or a new one, or one to go on with."""
    folder: Path = options.keep or work / "library"
    if options.library is not None:
        shutil.copytree(options.library, folder)
    else:
        Library.open(folder, embedder_name=embedder.name, dimension=embedder.dimension).close()
    return folder


def _measured(
    bench: Bench, articles: Sequence[Article], questions: Sequence[Golden], options: argparse.Namespace
) -> dict[str, Any]:
    """The wanted rows in their order; the articles are added in any case, unless a library was given."""
    figures: dict[str, Any] = {}
    cost: dict[str, Any] = {}
    if options.library is None:
        cost |= measuring.build(bench, articles)
    if "beside" in options.only:
        figures["adding, beside llama-index"] = measuring.beside(bench, articles)
    if "finding" in options.only:
        figures["finding"] = measuring.found(bench, questions)
    if "speed" in options.only:
        figures |= measuring.speed(bench, questions)
    if "again" in options.only:
        cost |= measuring.again(bench, articles)
    if "rebuilding" in options.only:
        cost |= measuring.rebuilt(bench)
    return figures | ({"adding": cost} if cost else {})
