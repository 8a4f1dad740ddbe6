"""`onrecord backup` and `onrecord restore`: a library to one file, and back. Leaves out: copying (index.backups)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.config import Settings
    from index.backups import Backup


def add_file(parser: argparse.ArgumentParser) -> None:
    """Give a parser the file that both verbs name."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the backup's file")


def backup(args: argparse.Namespace) -> int:
    """Put the library away; others may go on using it."""
    from app.cli.opening import load
    from index.backups import back_up

    settings = load(args)
    refuse_database(settings, "pg_dump --format=custom --file", args.file)
    return _told(args, "wrote", back_up(settings.library, args.file))


def restore(args: argparse.Namespace) -> int:
    """Make a library from a backup, where there is none."""
    from app.cli.opening import load
    from index.backups import restore as restored

    settings = load(args)
    refuse_database(settings, "pg_restore --clean --if-exists --dbname DATABASE", args.file)
    return _told(args, "restored", restored(args.file, settings.library))


def refuse_database(settings: Settings, instead: str, file: Path) -> None:
    """Raises BackupError where the library is in PostgreSQL, which has commands of its own for this."""
    from index.errors import BackupError

    if settings.database_url is not None:
        raise BackupError(
            f"the library is in PostgreSQL (ONRECORD_DATABASE_URL), whose own tools put it away and back: '{instead}"
            f" {file} ...'; after putting one back, 'onrecord doctor --rebuild' before anything is served"
        )


def _told(args: argparse.Namespace, done: str, kept: Backup) -> int:
    from app.cli import terminal

    if args.json:
        terminal.write_json({"path": str(kept.path), "bytes": kept.size, "articles": kept.articles})
    else:
        articles = f"{kept.articles:,} article{'' if kept.articles == 1 else 's'}"
        terminal.write(f"{done} {terminal.shown(str(kept.path))}: {articles}, {kept.size / 1e6:,.1f} MB")
    return 0
