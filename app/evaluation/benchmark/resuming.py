"""Long runs over questions of others that go on where the file of their output ends: a line for each reply.

Leaves out: what is asked and measured.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Protocol, TypeVar


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


Reply = TypeVar("Reply", bound=_Dataclass)
"""A dataclass that JSON can hold."""


def options_of(about: str | None, *, data: str, questions: int, which: str) -> argparse.ArgumentParser:
    """The options of such a run; `about` is its module's docstring, `data` and `which` say what is to be given."""
    parser = argparse.ArgumentParser(description=(about or "").split("\n", 1)[0])
    parser.add_argument("--data", type=_there, required=True, help=data)
    parser.add_argument("--output", type=Path, required=True, help="a line for each question is added to this file")
    parser.add_argument("--questions", type=int, default=questions, help=f"{which} (default: {questions})")
    parser.add_argument("--quotes-only", action="store_true", help="answer with quotes (default: the writer)")
    parser.add_argument("--minutes", type=float, default=8.0, help="ask nothing more after so many (default: 8)")
    return parser


def _there(given: str) -> Path:
    path = Path(given)
    if not path.exists():
        raise argparse.ArgumentTypeError(f"there is no {given!r}: give the path of the data to measure on")
    return path


def written(output: Path, form: type[Reply]) -> list[Reply]:
    """The replies in the file, none where it is not there yet."""
    if not output.exists():
        return []
    lines: list[dict[str, Any]] = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    return [form(**line) for line in lines]


def kept(output: Path, replies: Iterator[Reply], *, minutes: float) -> Iterator[Reply]:
    """The replies, each added to the file as it comes, until so many minutes have passed."""
    until = monotonic() + 60 * minutes
    with output.open("a", encoding="utf-8") as file:
        for reply in replies:
            file.write(json.dumps(asdict(reply)) + "\n")
            file.flush()
            yield reply
            if monotonic() > until:
                return
