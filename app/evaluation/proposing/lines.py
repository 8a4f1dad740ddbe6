"""Proposals as lines of a golden file. Leaves out: what a line may hold (golden.lines)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.evaluation.proposing.choosing import Candidate
from index.errors import StorageError


def line_of(candidate: Candidate) -> dict[str, Any]:
    """The line of a golden file; the question is asked from the day of its article, where that has one.

    The id is made of the question, so that proposing again gives the same. A twin names its question as `twin_of`.
    """
    proposal, article = candidate.proposal, candidate.article
    answerable = bool(proposal.accept)
    line: dict[str, Any] = {
        "id": f"new-{proposal.kind}-{_short_hash(proposal.question)}",
        "question": proposal.question,
        "history": [],
        "date": article.published.isoformat() if article.published else None,
        "accept": [list(alternatives) for alternatives in proposal.accept],
        "gold": [{"article": article.name, "quote": proposal.quote}] if answerable else [],
        "answerable": answerable,
        "kind": proposal.kind,
    }
    return line if candidate.twin_of is None else line | {"twin_of": candidate.twin_of}


def append_lines(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    """Add lines at the end of the file, which is made where there is none. Raises StorageError where that fails."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    try:
        before = path.read_bytes() if path.exists() else b""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(("" if not before or before.endswith(b"\n") else "\n") + text)
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}): name another file") from error


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
