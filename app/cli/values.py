"""Option values from text. Leaves out: which options there are (parser)."""

from __future__ import annotations

import argparse
import re
from datetime import date
from pathlib import Path

_INTERVAL = re.compile(r"(\d{1,6})(m|h|d)", re.ASCII)
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}
LEAST_SECONDS = 60
"""Whoever runs a site should not feel that somebody reads its feed."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def day(text: str) -> date:
    """A day written as 2023-02-28."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # a form that is right with a day that is not, such as 2023-02-30
    raise argparse.ArgumentTypeError(f"{text!r} is not a day: write it as year-month-day, such as 2023-02-28")


def count(text: str) -> int:
    """A whole number from 1 up."""
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def port(text: str) -> int:
    """A TCP port; 0 lets the system choose."""
    if not text.isascii() or not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to 65535")
    return int(text)


def interval(text: str) -> float:
    """A time between two readings, such as 30m, 2h or 1d, in seconds; a minute at least."""
    found = _INTERVAL.fullmatch(text.strip().lower())
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if seconds < LEAST_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r} is no time from a minute up: write it as 30m, 2h or 1d")
    return float(seconds)


def folder(text: str) -> Path:
    """A folder's path, which need not exist."""
    if not text.strip():
        raise argparse.ArgumentTypeError("an empty text names no folder")
    return Path(text)


def question(text: str) -> str:
    """A question; bytes that the terminal's encoding cannot read become U+FFFD."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty: say what you want to know")
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
