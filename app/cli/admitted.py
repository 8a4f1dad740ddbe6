"""What `onrecord user` and `onrecord token` share: a name that is wanted, and a list. Leaves out: what each does."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TypeVar

from app.entries import Token, User

LIST = "list"

_Entry = TypeVar("_Entry", User, Token)


def name_of(args: argparse.Namespace, command: str, wanted: str) -> str | None:
    """The name given, its spaces made single; None, once that is told, where an action wants one and there is none."""
    from app.cli import terminal

    name = " ".join((args.name or "").split())
    if args.action != LIST and not name:
        terminal.tell(f"name {wanted}: {command} {args.action} NAME")
        return None
    return name


def listed(args: argparse.Namespace, found: Sequence[_Entry], line: Callable[[_Entry], str], none: str) -> int:
    """Prints what there is, a line each or as JSON; without any, `none` is told beside it. Gives the exit code."""
    from app.cli import terminal

    if args.json:
        terminal.write_json([asdict(one) for one in found])
    else:
        for one in found:
            terminal.write(line(one))
    if not found:
        terminal.tell(none)
    return 0
