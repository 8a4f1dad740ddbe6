"""The streams of a terminal: what may be written to them, and in which encoding. Leaves out: what is written."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import textwrap
import unicodedata
from typing import Any

_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # without them some scripts and signs read otherwise
_NARROWEST = 40


def shown(text: str) -> str:
    r"""The text on one line, without what could steer a terminal: articles, names and addresses come from outside.

    >>> shown("a\n\x1b[31mb")
    'a [31mb'
    """
    plain = (
        char if char in _JOINERS or unicodedata.category(char) not in _UNSHOWN else " "
        for char in text.replace("\u00ad", "")
    )
    return " ".join("".join(plain).split())


def prepare() -> None:
    """What the terminal's encoding lacks is replaced instead of failing."""
    for stream, errors in ((sys.stdout, "replace"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def write(text: str) -> None:
    """Text and a line break to standard output."""
    sys.stdout.write(f"{text}\n")


def write_exactly(text: str) -> None:
    """The text in UTF-8, byte for byte, whatever the terminal's encoding and line ends are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.flush()


def write_json(value: Any, *, indent: int | None = 2) -> None:
    """JSON and a line break; plain ASCII where standard output is not UTF-8."""
    unicode = (sys.stdout.encoding or "ascii").lower().replace("-", "") in {"utf8", "utf8sig"}
    text = json.dumps(value, indent=indent, ensure_ascii=not unicode)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can carry
        text = json.dumps(value, indent=indent)
    write(text)


def tell(text: str) -> None:
    """One line to standard error."""
    sys.stderr.write(f"onrecord: {shown(text)}\n")


def wrapped(text: str, *, first: str = "", rest: str = "") -> str:
    """One paragraph, broken to the terminal's width; one line where standard output is no terminal.

    `first` and `rest` stand before its first and its other lines.
    """
    line = shown(text)
    if not sys.stdout.isatty():
        return f"{first}{line}"
    width = max(shutil.get_terminal_size().columns - 1, _NARROWEST)
    return textwrap.fill(
        line, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def silence() -> None:
    """Nobody reads standard output any more: what is still to be flushed at the end must not fail."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # not a stream of the operating system
        sys.stdout = io.StringIO()
