"""A library as one file to put away, and back. Leaves out: the derived indexes, which are built anew from it.

Everything is in the library's SQLite file: articles, versions, vectors, conversations. SQLite copies it as of one
moment while others read and write (https://www.sqlite.org/backup.html).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from index.errors import BackupError
from index.locks import writer_lock
from index.tables import FILE_NAME, SCHEMA_VERSION, storage_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What was put away, or back: the file, its bytes, and how many live articles it holds."""

    path: Path
    size: int
    articles: int


def back_up(folder: Path, path: Path) -> Backup:
    """Writes the library in `folder` to the new file `path`, readable by its owner alone, as it is at this moment.

    Others may go on reading and writing. Whatever ends it before, no file of that name is left. Raises BackupError
    where there is no library, or a file of that name already; StorageError when the disk or the library does not
    allow it.
    """
    folder, path = folder.expanduser(), path.expanduser()
    if not (folder / FILE_NAME).exists():
        raise BackupError(f"there is no library in {folder}: name its folder with --library")
    if path.exists():
        raise BackupError(f"{path} is there already: name a new file, so that an older backup is never lost")
    with storage_errors(folder), _made_whole(path) as new, closing(_read(folder / FILE_NAME)) as library:
        articles = _copy(library, new)
    return Backup(path=path, size=path.stat().st_size, articles=articles)


def restore(path: Path, folder: Path) -> Backup:
    """Makes the library in `folder`, which holds none, from a file that `back_up` wrote.

    It is given an identifier of its own: an index built from another state of the library does not fit it, whatever its
    generation. Raises BackupError for a file that is none of ours and a folder that has a library; LibraryLockedError,
    StorageError.
    """
    folder, path = folder.expanduser(), path.expanduser()
    library = folder / FILE_NAME
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with writer_lock(folder), storage_errors(folder):
        if library.exists():
            raise BackupError(f"there is a library in {folder} already: move it away, or name another with --library")
        with closing(_opened_backup(path)) as backup, _made_whole(library) as new:
            articles = _copy(backup, new, library_id=uuid4().hex)
    return Backup(path=library, size=library.stat().st_size, articles=articles)


def _read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)


def _opened_backup(path: Path) -> sqlite3.Connection:
    """The file, read only; raises BackupError when it is no library of ours, or of a later form."""
    if not path.is_file():
        raise BackupError(f"there is no file {path}: name one that 'onrecord backup' wrote")
    connection = _read(path)
    try:
        found = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('schema_version', 'library_id')"))
        version = int(found["schema_version"])
    except (sqlite3.DatabaseError, KeyError, ValueError):
        connection.close()
        raise BackupError(f"{path} is no backup of a library, or it is damaged: try an older one") from None
    if version > SCHEMA_VERSION:
        connection.close()
        raise BackupError(f"{path} was written by a newer OnRecord (form {version}): install that, and restore with it")
    return connection


def _copy(source: sqlite3.Connection, new: Path, *, library_id: str | None = None) -> int:
    """Copies a database into the empty file `new`, checks it, and gives the number of its live articles."""
    with closing(sqlite3.connect(new)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE").fetchone()  # one file, with nothing beside it
        if library_id is not None:
            copy.execute("UPDATE meta SET value = ? WHERE key = 'library_id'", (library_id,))
            copy.commit()
        problem = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise sqlite3.DatabaseError(f"database disk image is malformed: {problem}")
        return int(copy.execute("SELECT count(*) FROM articles WHERE removed_at IS NULL").fetchone()[0])


@contextmanager
def _made_whole(path: Path) -> Iterator[Path]:
    """An empty file to write to, which takes the name `path` once it is on the disk whole; a failure leaves nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{uuid4().hex[:8]}.new")
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield new
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        new.rename(path)
    except BaseException:
        new.unlink(missing_ok=True)
        new.with_name(f"{new.name}-journal").unlink(missing_ok=True)
        raise
