"""The library: the one source of truth about articles, versions, chunks and vectors. Leaves out: deciding what an
input means (planning), committing it (commits), and everything derived (vectors, keywords).

Any number of processes may read and ask; one at a time writes, behind `locks.writer_lock`. Each commit that changes
what can be found adds one to the generation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

import sqlalchemy as sql

from index import postgresql, storedversions, tables
from index.articles import ArticleEntry, Chunk, Version
from index.catalogue import Catalogue, load_catalogue
from index.chunking import CHUNK_TOKENS, OVERLAP_TOKENS
from index.errors import EmbeddingMismatchError, LibraryVersionError, StorageError
from index.identity import given_id
from index.tables import articles, changes, chunks, meta, storage_errors, versions

PurgeHook = Callable[[sql.Connection, str], None]
"""Called inside the transaction that purges an article, with its id, before its rows go."""

SLICE = 500  # values in one IN (...): every SQLite takes that many


class Library:
    """An open library. Make one with `Library.open`; it is a context manager, and safe to share between threads.

    `engine` serves those who keep tables of their own in the same database; `transaction()` is how they write.
    `folder` holds the library's file, and in any case what is derived from it on this machine.
    `library_id` is made once and tells whether something derived belongs to this library.
    """

    def __init__(self, folder: Path, engine: sql.Engine, settings: dict[str, str]) -> None:
        self.folder = folder
        self.engine = engine
        self._writing_engine = tables.writing(engine)
        self.library_id = settings["library_id"]
        self.embedder_name = settings["embedder"]
        self.dimension = int(settings["dimension"])
        self.chunk_tokens = int(settings["chunk_tokens"])
        self.overlap_tokens = int(settings["overlap_tokens"])
        self.purge_hooks: list[PurgeHook] = []

    @classmethod
    def open(cls, folder: Path, *, embedder_name: str, dimension: int, database_url: str | None = None) -> Self:
        """Opens the library in `folder`, or in the PostgreSQL database that is named; makes it where there is none.

        Raises LibraryVersionError when a newer OnRecord made it, EmbeddingMismatchError when another embedding
        model did, StorageError when the disk or the file does not allow it.
        """
        library = cls.open_with_any_embedder(
            folder, embedder_name=embedder_name, dimension=dimension, database_url=database_url
        )
        if (library.embedder_name, library.dimension) != (embedder_name, dimension):
            library.close()
            raise embedding_mismatch(library.embedder_name, embedder_name)
        return library

    @classmethod
    def open_with_any_embedder(
        cls, folder: Path, *, embedder_name: str, dimension: int, database_url: str | None = None
    ) -> Self:
        """As `open`, for those who replace or need none of its vectors; a new library takes the embedder named."""
        folder = folder.expanduser().absolute()
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            engine = tables.open_engine(folder, database_url)
            try:
                settings = _settings(folder, engine, embedder_name, dimension)
            except BaseException:
                engine.dispose()
                raise
        return cls(folder, engine, settings)

    @property
    def on_server(self) -> bool:
        """Whether it is in a PostgreSQL database, and not in a file of `folder`."""
        return tables.on_server(self.engine)

    @property
    def place(self) -> str:
        """Where it is, as it may be shown."""
        return postgresql.place(self.engine) if self.on_server else str(self.folder)

    def close(self) -> None:
        """Closes its connections. Twice is no error."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[sql.Connection]:
        """A connection that reads one snapshot."""
        with storage_errors(self.folder), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[sql.Connection]:
        """A connection that writes: committed at the end, rolled back on an exception."""
        with storage_errors(self.folder), self._writing_engine.begin() as connection:
            yield connection

    def generation(self) -> int:
        """The number of the latest commit that changed what can be found.

        Raises EmbeddingMismatchError when another process has since rebuilt the library with another model.
        """
        with self.reading() as connection:
            found = {str(key): str(value) for key, value in connection.exec_driver_sql(_GENERATION)}
        if found["embedder"] != self.embedder_name:
            raise embedding_mismatch(found["embedder"], self.embedder_name)
        return int(found["generation"])

    def changes_since(self, generation: int) -> list[str]:
        """The ids of the articles added, updated, removed or purged after `generation`."""
        query = (
            sql.select(changes.c.article_id).where(changes.c.generation > generation).order_by(changes.c.article_key)
        )
        with self.reading() as connection:
            return list(connection.scalars(query))

    def keys_changed_since(self, generation: int) -> list[int]:
        """As `changes_since`, by article key, which also a purged article keeps."""
        query = sql.select(changes.c.article_key).where(changes.c.generation > generation)
        with self.reading() as connection:
            return list(connection.scalars(query))

    def chunks_added_since(self, generation: int) -> int:
        """How many of the live chunks were added after `generation`."""
        query = sql.select(sql.func.count()).select_from(chunks).where(chunks.c.generation > generation)
        with self.reading() as connection:
            return connection.execute(query).scalar_one()

    def catalogue(self, before: Catalogue | None = None) -> Catalogue:
        """All live articles and chunks as arrays, from one snapshot; quicker with one from `before`."""
        with self.reading() as connection:
            return load_catalogue(connection, before)

    def articles(self) -> list[ArticleEntry]:
        """The live articles, in the order in which they were first added."""
        columns = [column for column in versions.c if column.name not in _NOT_LISTED]
        query = sql.select(*columns).join(articles, storedversions.is_current()).where(articles.c.removed_at.is_(None))
        with self.reading() as connection:
            rows = connection.execute(query.order_by(articles.c.article_key)).mappings().all()
        return [ArticleEntry(**storedversions.with_times(dict(row), number_as="version")) for row in rows]

    def article(self, article_id: str, version: int | None = None) -> Version:
        """The version of an article: the current one of a live article, or the one numbered, of a removed one too.

        Raises ArticleNotFoundError.
        """
        return self.versions_of([(article_id, version)])[0]

    def versions_of(self, wanted: Sequence[tuple[str, int | None]]) -> list[Version]:
        """The versions asked for as (article id, number or None for the current one), in that order.

        Raises ArticleNotFoundError for the first that is not there.
        """
        with self.reading() as connection:
            found = storedversions.versions_left(connection, wanted)
        for article_id, number in wanted:
            if (article_id, number) not in found:
                raise storedversions.not_found(article_id, number)
        return [found[one] for one in wanted]

    def versions_left(self, wanted: Sequence[tuple[str, int | None]]) -> list[Version]:
        """As `versions_of`, without those that are gone by now."""
        with self.reading() as connection:
            found = storedversions.versions_left(connection, wanted)
        return [found[one] for one in wanted if one in found]

    def history(self, article_id: str) -> list[Version]:
        """Every version of an article, oldest first, whether it is live or removed."""
        with self.reading() as connection:
            found = storedversions.history(connection, article_id)
        if not found:
            raise storedversions.not_found(article_id, None)
        return found

    def given_id(self, article_id: str) -> str | None:
        """The identifier that an article brought along, by which alone it is recognised when it comes again.

        None where it brought none. Raises ArticleNotFoundError; a removed article is still there.
        """
        query = sql.select(articles.c.identity).where(articles.c.article_id == article_id)
        with self.reading() as connection:
            identity = connection.execute(query).scalar_one_or_none()
        if identity is None:
            raise storedversions.not_found(article_id, None)
        return given_id(str(identity))

    def chunks_of(self, article_ids: Sequence[str]) -> list[Chunk]:
        """The chunks of the live articles named, in the order of their ids."""
        query = sql.select(
            chunks.c.chunk_id, articles.c.article_id, chunks.c.version, chunks.c.ordinal, chunks.c.start, chunks.c.end
        ).join(articles)
        found: list[Chunk] = []
        with self.reading() as connection:
            for first in range(0, len(article_ids), SLICE):
                rows = connection.execute(query.where(articles.c.article_id.in_(article_ids[first : first + SLICE])))
                found.extend(Chunk(**row) for row in rows.mappings())
        return sorted(found, key=lambda chunk: chunk.chunk_id)


def embedding_mismatch(built_with: str, asked_for: str) -> EmbeddingMismatchError:
    """The error for a library that was built with another embedding model, with its remedy."""
    return EmbeddingMismatchError(
        f"this library was built with '{built_with}', the settings say '{asked_for}': run 'onrecord doctor --rebuild'"
    )


_GENERATION = "SELECT key, value FROM meta WHERE key IN ('generation', 'embedder')"
_NOT_LISTED = {"text", "text_sha256", "content_sha256"}


def _settings(folder: Path, engine: sql.Engine, embedder_name: str, dimension: int) -> dict[str, str]:
    """What the library says of itself; written first where there is none."""
    with engine.connect() as connection:
        exists = sql.inspect(connection).has_table(meta.name)
    if not exists:
        with tables.writing(engine).begin() as connection:
            if not sql.inspect(connection).has_table(meta.name):
                if tables.on_server(engine):
                    postgresql.make_functions(connection)
                tables.metadata.create_all(connection, checkfirst=False)
                made = {
                    "schema_version": tables.SCHEMA_VERSION,
                    "library_id": uuid4().hex,
                    "embedder": embedder_name,
                    "dimension": dimension,
                    "chunk_tokens": CHUNK_TOKENS,
                    "overlap_tokens": OVERLAP_TOKENS,
                    "generation": 0,
                }
                connection.execute(meta.insert(), [{"key": key, "value": str(value)} for key, value in made.items()])
    with engine.connect() as connection:
        settings = {str(key): str(value) for key, value in connection.execute(sql.select(meta.c.key, meta.c.value))}
    _check_schema(folder, settings)
    _add_later_tables(engine)
    return settings


def _add_later_tables(engine: sql.Engine) -> None:
    """A library made earlier has no tables for what it holds by now.

    Near-copies are looked for when it is next asked; vectors of sentences come with 'doctor --rebuild'.
    """
    with engine.connect() as connection:
        present = set(sql.inspect(connection).get_table_names())
    if not present.issuperset(tables.metadata.tables):
        with tables.writing(engine).begin() as connection:
            tables.metadata.create_all(connection)


def _check_schema(folder: Path, settings: dict[str, str]) -> None:
    found = settings.get("schema_version", "")
    if not found.isdigit():
        raise StorageError(f"the library in {folder} is not one of OnRecord's: name another folder with --library")
    if int(found) > tables.SCHEMA_VERSION:
        raise LibraryVersionError(
            f"the library in {folder} was made by a newer OnRecord (its format is {found}, this one reads up to"
            f" {tables.SCHEMA_VERSION}): upgrade OnRecord, or name another folder with --library"
        )
