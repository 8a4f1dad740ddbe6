"""What `onrecord eval` and `golden` open: a desk, several systems in turn, or nothing. Leaves out: what they do."""

from __future__ import annotations

import argparse

from app.cli import terminal
from app.cli.opening import load, open_desk
from app.evaluation import command, comparisons, golden_command, repeating

MISUSED = 2


def run(args: argparse.Namespace) -> int:
    """The exit code of the run, or of the comparison."""
    if args.repeat is not None:
        return repeating.repeat(args, load(args), open_desk)
    wanted = comparisons.wanted(args)
    if wanted.runs:
        return comparisons.compare_runs(args, *wanted.runs)
    if args.file is None:
        terminal.tell("name a file of golden questions, such as tests/golden/seeds.jsonl")
        return MISUSED
    if wanted.systems:
        return comparisons.compare_systems(args, wanted.systems, settings=load(args), open_desk=open_desk)
    settings = load(args)
    with open_desk(settings, writer=not (args.quotes_only or args.retrieval_only)) as desk:
        desk.wait_for_writer()
        return command.run(args, desk, settings=settings)


def golden(args: argparse.Namespace) -> int:
    """The exit code of what is to be done with golden questions."""
    action = golden_command.action_of(args)
    if action == "schema":
        return golden_command.print_schema()
    if action is None:
        terminal.tell(f"say what to do with golden questions: {', '.join(golden_command.ACTIONS)}")
        return MISUSED
    if action == "check" and args.file is None:
        terminal.tell(f"name the file to {action}, such as tests/golden/seeds.jsonl")
        return MISUSED
    if action == golden_command.NEW and not golden_command.has_place(args):
        terminal.tell("name a file to add accepted questions to with --output, or take every proposal with --all")
        return MISUSED
    with open_desk(load(args), writer=False) as desk:
        if action == golden_command.NEW:
            return golden_command.new(args, desk)
        return (golden_command.check if action == "check" else golden_command.from_feedback)(args, desk)
