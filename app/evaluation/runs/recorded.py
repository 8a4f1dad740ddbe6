"""A run that is kept as it goes: what is missing is asked, with a bar, a line each. Leaves out: its files (files)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.evaluation.golden.reading import Golden
from app.evaluation.metrics.citation_quality import Supports
from app.evaluation.outcomes import Mode, Outcome, append_outcome, rewrite_outcomes
from app.evaluation.runs.files import begin, note_taken_over, spared
from app.evaluation.runs.running import AskedDesk, ask_all

Price = tuple[str, float, float]
"""A model's name, and what a million tokens cost that it reads and writes."""


def recorded_run(
    desk: AskedDesk,
    questions: Sequence[Golden],
    *,
    mode: Mode,
    lines: Path,
    record: dict[str, Any],
    fresh: bool,
    judge: Supports | None = None,
    parallel: int = 1,
    prices: Sequence[Price] = (),
) -> list[Outcome]:
    """Outcomes in the order of the questions; those not kept are asked, and written to `lines` one by one.

    `parallel` questions are asked at a time; `prices` tell what answers have cost, those of earlier runs as well.

    Unless `fresh`, answers are taken from earlier runs beside it that were made by the same program, settings, models
    and library. When all is done the file has the order of the questions, whatever became of the run in between.
    """
    kept = begin(lines, questions, mode, record)
    if not fresh:
        _take_over(lines, kept, spared(lines, questions, mode, record), questions)
    missing = [question for question in questions if question.id not in kept]
    asked: dict[str, Outcome] = {}
    asking = ask_all(desk, missing, mode=mode, judge=judge, parallel=parallel)
    for outcome in _with_progress(asking, len(questions), len(questions) - len(missing)):
        append_outcome(lines, outcome)
        asked[outcome.id] = outcome
    everything = {name: priced(outcome, prices) for name, outcome in (kept | asked).items()}
    outcomes = [everything[question.id] for question in questions]
    others = [everything[name] for name in kept.keys() - {question.id for question in questions}]
    rewrite_outcomes(lines, [*outcomes, *others])
    return outcomes


def priced(outcome: Outcome, prices: Sequence[Price]) -> Outcome:
    """With what its tokens cost; as it was where no price is told for its writer. Cached tokens cost as others do."""
    for model, read, written in prices:
        if outcome.writer == model:
            return replace(outcome, cost=(outcome.tokens_read * read + outcome.tokens_written * written) / 1_000_000)
    return outcome


def _take_over(lines: Path, kept: dict[str, Outcome], found: dict[str, Outcome], questions: Sequence[Golden]) -> None:
    """Adds to what is kept the answers found elsewhere, and says so."""
    taken = {question.id: found[question.id] for question in questions if question.id in found.keys() - kept.keys()}
    for outcome in taken.values():
        append_outcome(lines, outcome)
    kept |= taken
    if taken:
        note_taken_over(lines, len(taken))
        sys.stderr.write(
            f"onrecord eval: {len(taken)} of {len(questions)} answers are those of earlier runs, made by the same "
            "program, settings, models and library; --fresh asks again\n"
        )


def _with_progress(outcomes: Iterator[Outcome], total: int, done: int) -> Iterator[Outcome]:
    """The same outcomes, with a bar on stderr that tells the score so far."""
    columns = (
        TextColumn("asking"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total, completed=done)
        scores: list[int] = []
        for outcome in outcomes:
            scores += [] if outcome.score is None else [outcome.score]
            told = f"score {sum(scores) / len(scores):+.2f}" if scores else ""
            bar.update(task, advance=1, description=told)
            yield outcome
