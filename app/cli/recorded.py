"""What the verbs about answers given before do: verify, export, stale. Leaves out: the options (parser).

Nothing heavy is imported before a verb runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.cli.beside import Beside
    from app.desk import Desk
    from app.entries import ArticleChange, StaleTurn
    from app.verifying import Fault, Verification


def verify(args: argparse.Namespace) -> int:
    """Check a stored turn or a file of answers again; 1 when anything of it does not hold."""
    from dataclasses import asdict

    from app.cli import terminal
    from app.cli.opening import opened_desk

    path = Path(args.target)
    with opened_desk(args, writer=False) as desk:
        found = desk.verify(path if path.is_file() else args.target)
    if args.json:
        terminal.write_json({"holds": not found.faults, **asdict(found)})
    else:
        terminal.write("\n".join([*map(_fault_line, found.faults), _verdict(found)]))
    return 1 if found.faults else 0


def export(args: argparse.Namespace) -> int:
    """Write an answer to standard output; --json is --format json."""
    from app.cli import terminal
    from app.cli.opening import opened_desk

    form = "json" if args.json or args.format == "json" else "markdown"
    with opened_desk(args, writer=False) as desk:
        text = desk.export(args.turn, "json" if form == "json" else "markdown")
    terminal.write_exactly(text)
    return 0


def stale(args: argparse.Namespace) -> int:
    """List the turns that quote what was changed or removed, or ask them again."""
    from dataclasses import asdict

    from app.cli import terminal
    from app.cli.beside import find
    from app.cli.opening import load, opened_desk
    from app.cli.printing import answer_text

    server = find(load(args)) if args.again else None
    with opened_desk(args, writer=args.again and server is None) as desk:
        turns = [turn for turn in desk.stale() if not args.turn or turn.turn_id in args.turn]
        if args.again:
            asked: Desk | Beside = server or desk
            asked.wait_for_writer()
            answers = [asked.ask_again(turn.turn_id) for turn in turns]
    if args.again and args.json:
        terminal.write_json([answer.to_json() for answer in answers])
    elif args.json:
        terminal.write_json([asdict(turn) for turn in turns])
    elif not turns:
        terminal.write("No answer is stale: what they quote stands as it was quoted.")
    elif args.again:
        terminal.write("\n\n".join(f"{terminal.shown(one.question)}\n\n{answer_text(one)}" for one in answers))
    else:
        terminal.write("\n\n".join(_stale_text(turn) for turn in turns))
    return 0


def _fault_line(fault: Fault) -> str:
    from app.cli import terminal

    names = {
        "citation": f"citation [{fault.number}]",
        "answer": "the answer",
        "nearest": f"near passage {fault.number}",
    }
    part = names.get(fault.part, f"{fault.part} {fault.number}")
    return terminal.wrapped(f"{fault.turn_id}, {part}: {terminal.shown(fault.problem)}", rest="  ")


def _verdict(found: Verification) -> str:
    looked_at = f"{_counted(found.answers, 'answer')} with {_counted(found.citations, 'citation')}"
    holds = f"{_counted(len(found.faults), 'thing')} in it no longer hold" if found.faults else "everything holds"
    return f"{looked_at}: {holds}."


def _stale_text(turn: StaleTurn) -> str:
    from app.cli import terminal

    lines = [f"{turn.turn_id}  {terminal.shown(turn.question)}"]
    lines += [terminal.wrapped(_change(change), first="  ", rest="    ") for change in turn.changes]
    return "\n".join(lines)


def _change(change: ArticleChange) -> str:
    from app.cli import terminal

    cited = f"“{terminal.shown(change.title)}” ({change.article_id} v{change.cited_version})"
    if change.current_version is None:
        return f"{cited} was removed"
    says = "still says what is quoted" if change.still_says else "no longer says what is quoted"
    return f"{cited} was changed: version {change.current_version} {says}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
