"""The tables of a library and how its database is opened. Leaves out: what is read and written (library, commits), and
what PostgreSQL alone needs (postgresql).

A chunk belongs to the current version of a live article: replacing or removing an article deletes its chunks and
notes their ids in `dropped_chunks`, so that every derived index can be brought from any generation to the latest.
Identifiers of chunks and articles only ever grow and are never used again.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from index import postgresql
from index.errors import StorageError

SCHEMA_VERSION = 1
FILE_NAME = "library.sqlite3"

metadata = sql.MetaData()

meta = sql.Table(
    "meta",
    metadata,
    sql.Column("key", sql.Text, primary_key=True),
    sql.Column("value", sql.Text, nullable=False),
)

articles = sql.Table(
    "articles",
    metadata,
    sql.Column("article_key", postgresql.big(), primary_key=True),
    sql.Column("article_id", sql.Text, nullable=False, unique=True),
    sql.Column("identity", sql.Text, nullable=False, unique=True),  # how it is recognised when it is added again
    sql.Column("current_version", sql.Integer, nullable=False),
    sql.Column("removed_at", sql.Text),
    sqlite_autoincrement=True,
)

versions = sql.Table(
    "versions",
    metadata,
    sql.Column("article_id", sql.ForeignKey(articles.c.article_id), primary_key=True),
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("text", sql.Text, nullable=False),
    sql.Column("title", sql.Text, nullable=False),
    sql.Column("origin", sql.Text, nullable=False),
    sql.Column("source", sql.Text),
    sql.Column("author", sql.Text),
    sql.Column("published_at", sql.Text),
    sql.Column("url", sql.Text),
    sql.Column("words", sql.Integer, nullable=False),
    sql.Column("text_sha256", sql.Text, nullable=False),
    sql.Column("content_sha256", sql.Text, nullable=False, index=True),
    sql.Column("added_at", sql.Text, nullable=False),
)

vectors = sql.Table(
    "vectors",
    metadata,
    sql.Column("text_hash", sql.LargeBinary, primary_key=True),
    sql.Column("vector", sql.LargeBinary, nullable=False),
)

sentence_vectors = sql.Table(  # of a chunk's sentences, where the embedder tells them: `sentencevectors`
    "sentence_vectors",
    metadata,
    sql.Column("text_hash", sql.ForeignKey(vectors.c.text_hash, ondelete="CASCADE"), primary_key=True),
    sql.Column("spans", sql.LargeBinary, nullable=False),
    sql.Column("vectors", sql.LargeBinary, nullable=False),
)

staged_vectors = sql.Table(  # what `reembed` has done so far; nobody else reads it
    "staged_vectors",
    metadata,
    sql.Column("embedder", sql.Text, primary_key=True),
    sql.Column("text_hash", sql.LargeBinary, primary_key=True),
    sql.Column("vector", sql.LargeBinary, nullable=False),
)

staged_sentence_vectors = sql.Table(
    "staged_sentence_vectors",
    metadata,
    sql.Column("embedder", sql.Text, primary_key=True),
    sql.Column("text_hash", sql.LargeBinary, primary_key=True),
    sql.Column("spans", sql.LargeBinary, nullable=False),
    sql.Column("vectors", sql.LargeBinary, nullable=False),
)

chunks = sql.Table(
    "chunks",
    metadata,
    sql.Column("chunk_id", postgresql.big(), primary_key=True),
    sql.Column("article_key", sql.ForeignKey(articles.c.article_key), nullable=False, index=True),
    sql.Column("version", sql.Integer, nullable=False),
    sql.Column("ordinal", sql.Integer, nullable=False),
    sql.Column("start", sql.Integer, nullable=False),
    sql.Column("end", sql.Integer, nullable=False),
    sql.Column("text_hash", sql.ForeignKey(vectors.c.text_hash), nullable=False, index=True),
    sql.Column("generation", sql.Integer, nullable=False, index=True),
    sqlite_autoincrement=True,
)

dropped_chunks = sql.Table(
    "dropped_chunks",
    metadata,
    sql.Column("chunk_id", postgresql.big(), primary_key=True, autoincrement=False),
    sql.Column("added", sql.Integer, nullable=False),  # the generation that had added it
    sql.Column("generation", sql.Integer, nullable=False, index=True),
)

changes = sql.Table(  # the latest generation that touched an article; outlives a purged one
    "changes",
    metadata,
    sql.Column("article_key", postgresql.big(), primary_key=True, autoincrement=False),
    sql.Column("article_id", sql.Text, nullable=False),
    sql.Column("generation", sql.Integer, nullable=False, index=True),
)

sketches = sql.Table(  # which articles have been compared with all others, and as of which of their changes
    "sketches",
    metadata,
    sql.Column("article_key", postgresql.big(), primary_key=True, autoincrement=False),
    sql.Column("generation", sql.Integer, nullable=False),
    sql.Column("day", sql.Integer, nullable=False),
)

samples = sql.Table(  # the few shingles that stand for an article
    "samples",
    metadata,
    sql.Column("shingle", postgresql.big(), primary_key=True, autoincrement=False),
    sql.Column("article_key", postgresql.big(), primary_key=True, autoincrement=False, index=True),
    sqlite_with_rowid=False,
)

near_copies = sql.Table(  # each pair once, the smaller key first
    "near_copies",
    metadata,
    sql.Column("article_key", postgresql.big(), primary_key=True, autoincrement=False),
    sql.Column("other_key", postgresql.big(), primary_key=True, autoincrement=False, index=True),
    sqlite_with_rowid=False,
)

event.listen(
    versions,
    "after_create",
    sql.DDL(  # type: ignore[no-untyped-call]
        "CREATE TRIGGER versions_are_immutable BEFORE UPDATE ON versions"
        " BEGIN SELECT RAISE(ABORT, 'versions are immutable'); END"
    ).execute_if(dialect="sqlite"),
)
postgresql.immutable(versions)


def open_engine(folder: Path, database_url: str | None = None) -> sql.Engine:
    """An engine on the library file of `folder` (WAL, foreign keys, full synchronisation), or on a PostgreSQL database.

    Transactions are SQLite's own: `engine.begin()` reads from one snapshot; one of `writing(engine)` takes the write
    lock at once, so that what was read cannot go stale before it is written.
    """
    if database_url is not None:
        return postgresql.open_engine(database_url)
    engine = sql.create_engine(sql.URL.create("sqlite", database=str(folder / FILE_NAME)))

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()
        # SQLite's own lower() knows the letters of English alone.
        connection.create_function("casefold", 1, _casefold, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: sql.Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def writing(engine: sql.Engine) -> sql.Engine:
    """The engine for transactions that write."""
    return postgresql.writing(engine) if on_server(engine) else engine.execution_options(writing=True)


def exists(folder: Path, database_url: str | None = None) -> bool:
    """Whether there is a library. Makes none; raises StorageError where the database does not answer."""
    if database_url is None:
        return (folder.expanduser() / FILE_NAME).exists()
    with storage_errors(folder), peeking(folder, database_url) as connection:
        return sql.inspect(connection).has_table(meta.name)


@contextmanager
def peeking(folder: Path, database_url: str | None = None) -> Iterator[sql.Connection]:
    """A connection to what is there, for one look."""
    engine = open_engine(folder.expanduser(), database_url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def on_server(engine: sql.Engine) -> bool:
    """Whether the library is in PostgreSQL, and not in a file."""
    return engine.dialect.name == "postgresql"


def _casefold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


_FULL = ("disk is full", "no space left")
_FULL_BYTES = 65_536
_REMEDIES = (
    (_FULL, "the disk is full: free some space and run the command again"),
    (("readonly", "read-only", "permission denied"), "it cannot be written to: check its permissions and its disk"),
    (("locked",), "another process keeps it busy: wait for it or stop it, then try again"),
    (
        ("not a database", "malformed", "disk image", "corrupt"),
        "it is damaged: restore it from a backup, or move it away and add the articles again",
    ),
    (("unable to open",), "it cannot be opened: check that the folder exists and that you may read and write it"),
)


def _is_full(folder: Path) -> bool:
    """Whether there is no room left for even two pages: SQLite calls some of that an I/O error."""
    try:
        return shutil.disk_usage(folder).free < _FULL_BYTES
    except OSError:
        return False


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turns what the database and the disk report into a StorageError that says what to do; anything else passes."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if (told := postgresql.remedy(cause)) is not None:
            raise StorageError(told) from error
        found = _FULL[0] if _is_full(folder) and "i/o error" in str(cause) else str(cause).lower()
        for signs, remedy in _REMEDIES:
            if any(sign in found for sign in signs):
                raise StorageError(f"the library in {folder}: {remedy} ({cause})") from error
        if isinstance(cause, sqlite3.OperationalError | OSError):
            raise StorageError(f"the library in {folder} failed: {cause}: check its disk and try again") from error
        raise
