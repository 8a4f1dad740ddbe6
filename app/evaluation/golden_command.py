"""`onrecord golden`: questions from articles and from feedback, whether they still fit the library, their schema.

Leaves out: asking them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.evaluation.options import count

if TYPE_CHECKING:  # --help must not wait for pydantic
    from collections.abc import Sequence

    from app.evaluation.golden.checking import Misfit
    from app.evaluation.golden.from_feedback import JudgedDesk
    from app.evaluation.runs.running import AskedDesk

NEW = "new"
FROM_FEEDBACK = "from-feedback"
ACTIONS = (NEW, "check", FROM_FEEDBACK, "schema")
PROPOSED = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give the parser of `onrecord golden` its options."""
    parser.add_argument(
        "action",
        nargs="?",
        choices=ACTIONS,
        metavar="ACTION",
        help="new: propose questions from the articles, each with the passage that answers it, to accept, edit or "
        "reject; check: find questions of FILE whose gold passages the library does not hold any more; "
        "from-feedback: print a golden line for each answer that a reader judged, or add the new ones to FILE; "
        "schema: print the JSON schema of a line of a golden file",
    )
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="golden questions, JSONL, one question a line"
    )
    new = parser.add_argument_group("new")
    new.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="add accepted questions to this file, the same as naming it as FILE (default: FILE)",
    )
    new.add_argument("--all", action="store_true", help="take every proposal without asking (default: ask about each)")
    new.add_argument(
        "-n", "--count", type=count, default=PROPOSED, metavar="N", help=f"how many to propose (default: {PROPOSED})"
    )
    new.add_argument("--seed", type=int, default=0, metavar="N", help="another seed, other questions (default: 0)")
    parser.add_argument(
        f"--{FROM_FEEDBACK}",
        dest="action_named",
        action="store_const",
        const=FROM_FEEDBACK,
        help="another way to say from-feedback (default: the ACTION named)",
    )


def action_of(args: argparse.Namespace) -> str | None:
    """The action that was named, in either way; None without."""
    named: str | None = args.action_named or args.action
    return named


def has_place(args: argparse.Namespace) -> bool:
    """Whether proposals have somewhere to go: a file for what is accepted, or all are taken and printed."""
    return bool(args.output or args.file or args.all or args.json)


def print_schema() -> int:
    """Print the JSON schema of a golden file's lines."""
    from app.evaluation.golden.lines import golden_schema

    sys.stdout.write(json.dumps(golden_schema(), indent=2, ensure_ascii=False) + "\n")
    return 0


def new(args: argparse.Namespace, desk: AskedDesk) -> int:
    """Propose questions from the library; 1 where its articles allow none, else 0."""
    from app.evaluation.proposing.command import new as propose

    return propose(args, desk)


def check(args: argparse.Namespace, desk: AskedDesk) -> int:
    """Print what does not fit the library any more; 1 when anything does not, else 0.

    Raises GoldenFileError for a file that cannot be used, or of which the library holds no article at all.
    """
    from dataclasses import asdict
    from functools import cache

    from app.evaluation.golden.checking import misfits
    from app.evaluation.golden.locating import gold_articles
    from app.evaluation.golden.reading import read_golden

    questions = read_golden(args.file)
    found = list(misfits(questions, gold_articles(questions, desk.articles()), cache(desk.article)))
    if args.json:
        record = {"file": str(args.file), "questions": len(questions), "misfits": [asdict(one) for one in found]}
        sys.stdout.write(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join([*_lines(found), _sum(len(questions), found)]) + "\n")
    return 1 if found else 0


def from_feedback(args: argparse.Namespace, desk: JudgedDesk) -> int:
    """Print the golden lines that feedback makes, or add those to the file that it does not have; 0 in any case.

    Where feedback makes none, the reason goes to standard error. Raises GoldenFileError for a file of another kind.
    """
    from app.evaluation.golden.from_feedback import golden_from_feedback
    from app.evaluation.golden.reading import read_golden
    from app.evaluation.proposing.lines import append_lines

    known = {one.id for one in read_golden(args.file)} if args.file and args.file.exists() else set()
    made = list(golden_from_feedback(desk))
    lines = [one.line for one in made if one.line is not None and one.line["id"] not in known]
    if args.file is None:
        sys.stdout.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    else:
        append_lines(args.file, lines)
    for one in made:
        if one.line is None:
            sys.stderr.write(f"left out: {' '.join(one.question.split())!r}: {one.why_not}\n")
    where = f" added to {args.file}" if args.file else ""
    sys.stderr.write(f"{len(lines)} golden question{'' if len(lines) == 1 else 's'}{where}\n")
    return 0


def _lines(found: Sequence[Misfit]) -> list[str]:
    from app.evaluation.report.comparison_text import one_line

    lines = []
    for one in found:
        lines.append(f"{one_line(one.id)}  {one.state}: {one_line(one.detail)}")
        lines += [f"    was  {one_line(one.quote)}"] if one.quote else []
        lines += [f"    now  {one_line(one.now)}"] if one.now else []
    return lines


def _sum(questions: int, found: Sequence[Misfit]) -> str:
    unfit = len({one.id for one in found})
    if not unfit:
        return f"All {questions} questions fit the library."
    counts = {state: sum(one.state == state for one in found) for state in ("gone", "changed", "unstated")}
    told = ", ".join(f"{number} {state}" for state, number in counts.items() if number)
    return f"{unfit} of {questions} questions do not fit the library any more: {told}."
