"""What of a damaged library can still be read, and what is lost. Leaves out: saving it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from index.identity import text_sha256

SHOWN = 3


def losses(path: Path) -> str:
    """In a few words how many articles of the SQLite file can still be read whole, and which cannot.

    Only the file itself is read. An article is whole when the text of its current version has the hash that was kept.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            names, complete = _names(connection)
            lost = [name for name in names if not _is_whole(connection, name)]
    except sqlite3.Error:
        names, complete, lost = [], False, []
    if not names:
        return "nothing of it can be read"
    rest = "" if complete else ", and there may have been more"
    if not lost:
        return f"all of the {len(names):,} articles that it lists can still be read{rest}"
    some = ", ".join(lost[:SHOWN]) + (", ..." if len(lost) > SHOWN else "")
    return f"{len(names) - len(lost):,} of {len(names):,} articles can still be read, lost: {some}{rest}"


def _names(connection: sqlite3.Connection) -> tuple[list[str], bool]:
    """The ids of the live articles as far as they can be read, and whether that was to the end."""
    names: list[str] = []
    try:
        for (name,) in connection.execute("SELECT article_id FROM articles NOT INDEXED WHERE removed_at IS NULL"):
            names.append(str(name))
    except sqlite3.Error:
        return names, False
    return names, True


def _is_whole(connection: sqlite3.Connection, article_id: str) -> bool:
    query = (
        "SELECT v.text, v.text_sha256 FROM versions v JOIN articles a ON a.article_id = v.article_id"
        " AND a.current_version = v.number WHERE a.article_id = ?"
    )
    try:
        row = connection.execute(query, (article_id,)).fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        return False
    return row is not None and isinstance(row[0], str) and text_sha256(row[0]) == row[1]
