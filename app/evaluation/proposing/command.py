"""`onrecord golden new`: proposals that a person decides about, or all of them. Leaves out: making them."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from app.evaluation.golden.locating import golden_names
from app.evaluation.golden.reading import read_golden
from app.evaluation.proposing.choosing import Candidate, choose
from app.evaluation.proposing.lines import append_lines, line_of
from app.evaluation.proposing.reviewing import review
from app.evaluation.proposing.rules import Told
from app.evaluation.runs.running import AskedDesk

MOST_ARTICLES = 2_000
"""So many of a larger library are read, the newest: their sentences are kept in memory."""


def new(args: argparse.Namespace, desk: AskedDesk) -> int:
    """Propose questions; 0, or 1 where no article allowed any.

    With `--all` they go to the file, or to standard output; otherwise each is shown and, once accepted, added to the
    file at once. With `--json` nothing is asked, and what would be lines is printed as one object.
    """
    path: Path | None = args.output or args.file
    known = [question.question for question in read_golden(path)] if path and path.exists() else []
    candidates = choose(_articles(desk), count=args.count, seed=args.seed, known=known)
    if not candidates:
        sys.stderr.write("onrecord golden: the articles state nothing that could be turned into a question by rule\n")
        return 1
    if args.json or args.all:
        lines = [line_of(one) for one in candidates]
        if path:
            append_lines(path, lines)
        _print(lines, path, as_json=args.json)
        return 0
    assert path is not None, "the command line sees to it"
    return _reviewed(candidates, path)


def _reviewed(candidates: list[Candidate], path: Path) -> int:
    accepted = 0
    for one in review(candidates, ask=input, tell=print):
        append_lines(path, [line_of(one)])
        accepted += 1
    sys.stdout.write(f"\n{accepted} of {len(candidates)} questions are in {path}.\n")
    return 0


def _print(lines: list[dict[str, Any]], path: Path | None, *, as_json: bool) -> None:
    if as_json:
        told = {"file": str(path) if path else None, "questions": lines}
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    elif path:
        sys.stdout.write(f"{len(lines)} questions are in {path}: read them before you measure by them.\n")
    else:
        sys.stdout.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def _articles(desk: AskedDesk) -> list[Told]:
    listed = desk.articles()
    names = golden_names(listed)
    newest = sorted(listed, key=lambda one: one.published_at or "", reverse=True)[:MOST_ARTICLES]
    read = {one.article_id for one in newest}
    return [
        Told(
            name=names[one.article_id],
            title=one.title,
            text=desk.article(one.article_id).text,
            published=date.fromisoformat(one.published_at[:10]) if one.published_at else None,
        )
        for one in listed
        if one.article_id in read
    ]
