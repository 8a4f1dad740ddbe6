"""What an examination finds. Leaves out: how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "problem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line about one thing. A note is worth knowing; a problem says what to do."""

    about: str
    state: State
    detail: str


def ok(about: str, detail: str) -> Finding:
    """All is well with it."""
    return Finding(about=about, state="ok", detail=detail)


def note(about: str, detail: str) -> Finding:
    """Worth knowing."""
    return Finding(about=about, state="note", detail=detail)


def problem(about: str, detail: str) -> Finding:
    """Something is wrong."""
    return Finding(about=about, state="problem", detail=detail)
