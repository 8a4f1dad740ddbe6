"""`onrecord backup` and `onrecord restore`: a library to one file, and back. Leaves out: copying (index.backups)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.backups import Backup


def add_file(parser: argparse.ArgumentParser) -> None:
    """Give a parser the file that both verbs name."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the backup's file")


def backup(args: argparse.Namespace) -> int:
    """Put the library away; others may go on using it."""
    from app.cli.opening import load
    from index.backups import back_up

    return _told(args, "wrote", back_up(load(args).library, args.file))


def restore(args: argparse.Namespace) -> int:
    """Make a library from a backup, where there is none."""
    from app.cli.opening import load
    from index.backups import restore as restored

    return _told(args, "restored", restored(args.file, load(args).library))


def _told(args: argparse.Namespace, done: str, kept: Backup) -> int:
    from app.cli import terminal

    if args.json:
        terminal.write_json({"path": str(kept.path), "bytes": kept.size, "articles": kept.articles})
    else:
        articles = f"{kept.articles:,} article{'' if kept.articles == 1 else 's'}"
        terminal.write(f"{done} {terminal.shown(str(kept.path))}: {articles}, {kept.size / 1e6:,.1f} MB")
    return 0
