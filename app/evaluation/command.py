"""`onrecord eval`: one run from golden file to table and report. Leaves out: its options, comparing, opening a Desk."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from app.evaluation.options import add_arguments

if TYPE_CHECKING:  # --help must not wait for pydantic
    from collections.abc import Sequence
    from pathlib import Path

    from app.config import Settings
    from app.evaluation.golden.reading import Golden
    from app.evaluation.outcomes import Mode, Outcome
    from app.evaluation.runs.running import AskedDesk
    from app.evaluation.systems.judge import Judge

__all__ = ["add_arguments", "run"]


def run(args: argparse.Namespace, desk: AskedDesk, *, settings: Settings | None = None) -> int:
    """Run the questions, print the table (the JSON with `--json`), write the report, and return the exit code.

    0 when every question was asked and the gate holds, 1 when not, 2 when options contradict what is on disk. The
    `settings` that the desk was opened with are recorded. Raises GoldenFileError for a file that cannot be used.
    """
    from app.evaluation.runs.files import output_file
    from app.evaluation.runs.recorded import recorded_run
    from app.evaluation.systems.judge import open_judge

    questions = chosen_questions(args)
    lines = output_file(args.output, args.file, resume=args.resume)
    if lines.exists() and not args.resume:
        return _misused(f"{lines} holds a run already: name another file, or go on with --resume")
    mode: Mode = "retrieval" if args.retrieval_only else "quotes" if args.quotes_only else "writer"
    with open_judge(args.judge, settings) as judge:
        record = new_record(args, questions, mode, settings, judge)
        outcomes = recorded_run(
            desk, questions, mode=mode, lines=lines, record=record, **asking_options(args, mode, settings, judge)
        )
    return told(args, outcomes, lines)


def chosen_questions(args: argparse.Namespace) -> tuple[Golden, ...]:
    """The questions of the file that the options leave."""
    from app.evaluation.golden.reading import read_golden
    from app.evaluation.runs.running import pick

    questions = read_golden(args.file, as_of_field=args.as_of_field)
    return pick(questions, limit=args.limit, sample=args.sample, seed=args.seed)


def new_record(
    args: argparse.Namespace, questions: Sequence[Golden], mode: Mode, settings: Settings | None, judge: Judge
) -> dict[str, Any]:
    """The record of a run that begins now."""
    from app.evaluation.runs.files import make_record
    from app.evaluation.runs.provenance import provenance

    options = {name: getattr(args, name) for name in ("as_of_field", "limit", "sample", "seed", "parallel")}
    made_by = provenance(settings) | dict(judge.recorded) if settings else {}
    return make_record(args.file, questions, {"mode": mode, **options}, made_by)


def asking_options(args: argparse.Namespace, mode: Mode, settings: Settings | None, judge: Judge) -> dict[str, Any]:
    """How a run is to be asked, as recorded_run takes it."""
    return {
        "fresh": args.fresh,
        "judge": judge.supports,
        "prices": args.price,
        "parallel": _allowed(args.parallel, mode, settings),
    }


def _allowed(parallel: int, mode: Mode, settings: Settings | None) -> int:
    """How many questions at a time: one where the embedded writer writes, which would only take turns."""
    from app.evaluation.runs.provenance import is_embedded

    if parallel == 1 or mode in ("quotes", "retrieval") or settings is None or not is_embedded(settings):
        return parallel
    sys.stderr.write("onrecord eval: the embedded writer is asked one question at a time, whatever --parallel says\n")
    return 1


def told(args: argparse.Namespace, outcomes: Sequence[Outcome], lines: Path) -> int:
    """Print what came out, write the report beside the lines, and return the exit code."""
    from app.evaluation.metrics.gate import check
    from app.evaluation.report.table import report, table
    from app.evaluation.report.writing import write_report
    from app.evaluation.runs.files import Run, read_record

    checked = check(args.gate or (), outcomes)
    page = write_report(Run(lines=lines, outcomes=tuple(outcomes), record=read_record(lines)), checked)
    if getattr(args, "json", False):
        figures = report(outcomes, file=str(args.file), lines=str(lines))
        figures |= {"report": str(page), "record": read_record(lines)}
        if checked:
            figures["gate"] = [{"bar": str(one.bar), "value": one.value, "holds": one.holds} for one in checked]
        sys.stdout.write(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    else:
        bars = "".join(f"{one}\n" for one in checked)
        sys.stdout.write(f"{table(outcomes)}\n\n{bars}Report in {page}\nOne line a question in {lines}\n")
    return 1 if any(outcome.error for outcome in outcomes) or not all(one.holds for one in checked) else 0


def _misused(message: str) -> int:
    sys.stderr.write(f"onrecord eval: {message}\n")
    return 2
