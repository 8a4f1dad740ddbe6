"""`onrecord eval`: its options, and the run from golden file to table. Leaves out: opening the Desk."""

from __future__ import annotations

import argparse
import glob
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # --help must not wait for pydantic
    from collections.abc import Iterator, Sequence

    from app.evaluation.golden import Golden
    from app.evaluation.outcomes import Mode, Outcome
    from app.evaluation.running import AskedDesk

OUTPUT_DIR = Path("eval-runs")
_STAMP = "%Y%m%dT%H%M%SZ"
_STAMP_PATTERN = f"{'[0-9]' * 8}T{'[0-9]' * 6}Z"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give the parser of `onrecord eval` its options (`--library` and `--json` come with every verb)."""
    parser.add_argument("file", type=Path, metavar="FILE", help="golden questions, JSONL, one question a line")
    parser.add_argument(
        "--as-of-field",
        metavar="FIELD",
        help="field of the file that holds the day to ask from (default: none, ask as of the newest article)",
    )
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--quotes-only", action="store_true", help="answer with quotes, no writer (default: the writer)")
    who.add_argument(
        "--retrieval-only", action="store_true", help="measure only the finding, ask no answer (default: ask)"
    )
    parser.add_argument("--limit", type=_count, metavar="N", help="only the first N (default: all)")
    parser.add_argument("--sample", type=_count, metavar="N", help="only N picked at random (default: all)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of --sample (default: 0)")
    parser.add_argument(
        "--output",
        type=Path,
        default=OUTPUT_DIR,
        metavar="PATH",
        help=f"keep one line a question in this .jsonl file, or in a new file in this folder (default: {OUTPUT_DIR})",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run at --output (the newest, in a folder), asking only what it lacks (default: ask all)",
    )


def run(args: argparse.Namespace, desk: AskedDesk) -> int:
    """Run the questions, print the table (the JSON with `--json`), and return the exit code.

    0 when every question was asked, 1 when some failed, 2 when options contradict what is on disk. Raises
    GoldenFileError for a file that cannot be used.
    """
    from app.evaluation.golden import read_golden
    from app.evaluation.report import report, table
    from app.evaluation.running import pick

    questions = pick(
        read_golden(args.file, as_of_field=args.as_of_field), limit=args.limit, sample=args.sample, seed=args.seed
    )
    output = _output_file(args.output, args.file, resume=args.resume)
    if output.exists() and not args.resume:
        message = f"{output} holds a run already: name another file, or go on with --resume"
        sys.stderr.write(f"onrecord eval: {message}\n")
        return 2
    mode: Mode = "retrieval" if args.retrieval_only else "quotes" if args.quotes_only else "writer"
    kept = _kept(output, questions, mode)
    outcomes = _ask_missing(desk, questions, mode, kept, output)
    if getattr(args, "json", False):
        figures = report(outcomes, file=str(args.file), lines=str(output))
        sys.stdout.write(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(f"{table(outcomes)}\nOne line a question in {output}\n")
    return 1 if any(outcome.error for outcome in outcomes) else 0


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} questions are none: give 1 or more")
    return number


def _output_file(output: Path, golden_file: Path, *, resume: bool) -> Path:
    """The file itself where --output names one; in a folder a new file named for the golden file and the moment.

    To resume in a folder is to go on with the newest run of that golden file there.
    """
    from index.errors import StorageError

    named = output.suffix == ".jsonl" and not output.is_dir()
    folder = output.parent if named else output
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder} cannot be made ({error.strerror}): name another place with --output") from error
    if named:
        return output
    earlier = sorted(folder.glob(f"{glob.escape(golden_file.stem)}-{_STAMP_PATTERN}.jsonl")) if resume else []
    return earlier[-1] if earlier else folder / f"{golden_file.stem}-{datetime.now(UTC):{_STAMP}}.jsonl"


def _kept(output: Path, questions: Sequence[Golden], mode: Mode) -> dict[str, Outcome]:
    """What an earlier run has of these questions, by question id; failed and changed questions are not kept."""
    from app.errors import GoldenFileError
    from app.evaluation.outcomes import read_outcomes, rewrite_outcomes
    from app.evaluation.running import golden_hash

    if not output.exists():
        return {}
    earlier = read_outcomes(output)
    other = next((outcome.mode for outcome in earlier if outcome.mode != mode), None)
    if other:
        raise GoldenFileError(
            f"{output} was made in mode {other!r}, this run is {mode!r}: use the same options, or another --output"
        )
    hashes = {question.id: golden_hash(question) for question in questions}
    usable = [one for one in earlier if one.error is None and hashes.get(one.id, one.golden_hash) == one.golden_hash]
    rewrite_outcomes(output, usable)
    return {one.id: one for one in usable}


def _ask_missing(
    desk: AskedDesk, questions: Sequence[Golden], mode: Mode, kept: dict[str, Outcome], output: Path
) -> list[Outcome]:
    """Outcomes in the order of the questions; those not kept are asked, and written to `output` one by one."""
    from app.evaluation.outcomes import append_outcome
    from app.evaluation.running import ask_all

    missing = [question for question in questions if question.id not in kept]
    asked: dict[str, Outcome] = {}
    for outcome in _with_progress(ask_all(desk, missing, mode=mode), len(questions), len(questions) - len(missing)):
        append_outcome(output, outcome)
        asked[outcome.id] = outcome
    return [(kept | asked)[question.id] for question in questions]


def _with_progress(outcomes: Iterator[Outcome], total: int, done: int) -> Iterator[Outcome]:
    """The same outcomes, with a bar on stderr that tells the score so far."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

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
