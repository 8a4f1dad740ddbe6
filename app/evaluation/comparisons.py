"""`onrecord eval --compare` and `--vary`: two finished runs, or several cases over the same questions.

Leaves out: one run alone (command).
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.evaluation.options import SYSTEMS

if TYPE_CHECKING:  # --help must not wait for pydantic
    from collections.abc import Sequence

    from app.config import Settings
    from app.evaluation.runs.files import Run
    from app.evaluation.systems.judge import Judge
    from app.evaluation.systems.opening import OpenDesk
    from app.evaluation.systems.varying import Case


@dataclass(frozen=True, slots=True)
class Wanted:
    """Two runs, or systems (of which what is varied makes cases), or neither."""

    runs: tuple[Path, ...] = ()
    systems: tuple[str, ...] = ()


def wanted(args: argparse.Namespace) -> Wanted:
    """What --compare and --vary name; a golden file that stands after it is put where it belongs.

    Raises QuestionError for what is neither two runs nor systems.
    """
    from app.errors import QuestionError

    names = [name for value in args.compare or () for name in value.split(",") if name]
    if not names:
        mode = "retrieval" if args.retrieval_only else "quotes" if args.quotes_only else "writer"
        return Wanted(systems=(mode,)) if args.vary else Wanted()
    if args.file is None and len(names) > 1 and names[0] in SYSTEMS and names[-1] not in SYSTEMS:
        args.file = Path(names.pop())
    unknown = [name for name in names if name not in SYSTEMS]
    if not unknown:
        return Wanted(systems=tuple(dict.fromkeys(names)))
    if len(names) == 2 and len(unknown) == 2 and args.file is None:
        return Wanted(runs=tuple(map(Path, names)))
    raise QuestionError(
        f"--compare {' '.join(args.compare)}: name two finished runs and no FILE (two .jsonl files), or systems "
        f"({', '.join(SYSTEMS)}) and a FILE; {unknown[0]!r} is no system"
    )


def compare_runs(args: argparse.Namespace, first: Path, second: Path) -> int:
    """Pair two finished runs, print what differs, write the report beside the second, and return the exit code.

    A gate is held against the second run. Raises GoldenFileError when a run cannot be used.
    """
    from app.evaluation.metrics.comparing import compare
    from app.evaluation.metrics.gate import check
    from app.evaluation.report.comparison_text import comparison_record, comparison_text
    from app.evaluation.report.writing import write_comparison
    from app.evaluation.runs.files import read_run

    runs = (read_run(first), read_run(second))
    comparison = compare(runs[0].outcomes, runs[1].outcomes)
    checked = check(args.gate or (), runs[1].outcomes)
    page = write_comparison(runs, (str(first), str(second)), second.with_name(f"{second.stem}-compared.html"))
    if args.json:
        record = comparison_record(str(first), str(second), comparison) | {"report": str(page)}
        _print_json(record)
    else:
        bars = "".join(f"{one}\n" for one in checked)
        sys.stdout.write(f"{comparison_text(*runs, comparison)}\n\n{bars}Report in {page}\n")
    return 0 if all(one.holds for one in checked) else 1


def compare_systems(args: argparse.Namespace, names: Sequence[str], *, settings: Settings, open_desk: OpenDesk) -> int:
    """Put each system, in each case of --vary, through the questions, and set all side by side.

    Each case keeps a run and a report of its own; `--resume` goes on with all of them. The exit code is 1 when a
    question failed, or the gate does not hold for the first case. Raises QuestionError for what cannot be varied.
    """
    from app.evaluation.metrics.gate import check
    from app.evaluation.report.systems_text import systems_record, systems_text
    from app.evaluation.report.writing import write_comparison, write_report
    from app.evaluation.systems.judge import open_judge
    from app.evaluation.systems.varying import cases

    runs, labels = [], []
    for case in cases(names, args.vary, settings=settings, as_of_field=args.as_of_field):
        with open_judge(args.judge, settings) as judge:
            found = _run_of(args, case, open_desk, judge)
        if found is None:
            return 2
        write_report(found, ())
        runs.append(found)
        labels.append(case.label)
    checked = check(args.gate or (), runs[0].outcomes)
    last = runs[-1].lines
    page = write_comparison(runs, labels, last.with_name(f"{last.stem.removesuffix(case.file_name)}compared.html"))
    if args.json:
        _print_json(systems_record(labels, runs, str(args.file)) | {"report": str(page)})
    else:
        bars = "".join(f"{one}\n" for one in checked)
        sys.stdout.write(f"{systems_text(labels, runs)}\n\n{bars}Report in {page}\n")
    failed = any(outcome.error for run in runs for outcome in run.outcomes)
    return 1 if failed or not all(one.holds for one in checked) else 0


def _run_of(args: argparse.Namespace, case: Case, open_desk: OpenDesk, judge: Judge) -> Run | None:
    """The run of one case; None, and a word to the user, where its file is taken."""
    from app.evaluation.command import asking_options, chosen_questions, new_record
    from app.evaluation.runs.files import Run, output_file, read_record
    from app.evaluation.runs.recorded import recorded_run
    from app.evaluation.systems.opening import open_system

    its_own = argparse.Namespace(**vars(args) | {"as_of_field": case.as_of_field})
    questions = chosen_questions(its_own)
    lines = output_file(args.output, args.file, resume=args.resume, system=case.file_name)
    if lines.exists() and not args.resume:
        sys.stderr.write(f"onrecord eval: {lines} holds a run already: name another file, or go on with --resume\n")
        return None
    sys.stderr.write(f"onrecord eval: {case.label}\n")
    with open_system(case.system, case.settings, open_desk) as opened:
        record = new_record(its_own, questions, opened.mode, opened.settings, judge)
        how = asking_options(args, opened.mode, opened.settings, judge)
        outcomes = recorded_run(opened.desk, questions, mode=opened.mode, lines=lines, record=record, **how)
    return Run(lines=lines, outcomes=tuple(outcomes), record=read_record(lines))


def _print_json(record: object) -> None:
    sys.stdout.write(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
