"""What changes a library: adding planned articles, removing and purging them. Each is one transaction.

Leaves out: the writer lock, which the caller holds, and the derived indexes, which catch up afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sql

from index.articles import Article
from index.errors import ArticleNotFoundError
from index.identity import text_sha256
from index.library import SLICE, Library
from index.planning import Plan
from index.storedvectors import StoredSentences, StoredVectors
from index.tables import (
    articles,
    changes,
    chunks,
    dropped_chunks,
    meta,
    sentence_vectors,
    storage_errors,
    vectors,
    versions,
)
from index.upserting import put, put_new


def unknown_hashes(library: Library, text_hashes: Sequence[bytes]) -> set[bytes]:
    """Those of the hashes that have no vector yet."""
    wanted = list(set(text_hashes))
    known: set[bytes] = set()
    with library.reading() as connection:
        for first in range(0, len(wanted), SLICE):
            query = sql.select(vectors.c.text_hash).where(vectors.c.text_hash.in_(wanted[first : first + SLICE]))
            known.update(connection.scalars(query))
    return set(wanted) - known


def commit(library: Library, plans: Sequence[Plan], new_vectors: Mapping[bytes, StoredVectors]) -> int:
    """Makes the plans true, all or none, and gives the new generation. `new_vectors` are by text hash."""
    with library.transaction() as connection:
        generation = next_generation(connection)
        _insert_vectors(connection, new_vectors)
        freed: set[bytes] = set()
        for plan in plans:
            freed |= _write(connection, plan, generation)
        delete_unused_vectors(connection, freed)
    return generation


def remove(library: Library, article_id: str, *, purge: bool = False) -> int:
    """Takes an article out of answers at once, and gives the new generation; `purge` erases every version of it.

    Without `purge` the versions stay for the answers that cite them. Raises ArticleNotFoundError when no such
    article is live (with `purge`: when there never was one).
    """
    with library.transaction() as connection:
        row = connection.execute(
            sql.select(articles.c.article_key, articles.c.removed_at).where(articles.c.article_id == article_id)
        ).one_or_none()
        if row is None or (row.removed_at is not None and not purge):
            raise ArticleNotFoundError(
                f"there is no article '{article_id}' in this library: 'onrecord list' shows what there is"
            )
        if purge and not library.on_server:
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        generation = next_generation(connection)
        delete_unused_vectors(connection, _drop_chunks(connection, row.article_key, generation))
        _note_change(connection, row.article_key, article_id, generation)
        if purge:
            for hook in library.purge_hooks:
                hook(connection, article_id)
            connection.execute(versions.delete().where(versions.c.article_id == article_id))
            connection.execute(articles.delete().where(articles.c.article_key == row.article_key))
        else:
            removed = articles.update().where(articles.c.article_key == row.article_key)
            connection.execute(removed.values(removed_at=_now()))
    if purge and not library.on_server:
        _empty_write_ahead_log(library)
    return generation


def _empty_write_ahead_log(library: Library) -> None:
    """It still holds what was erased, unless somebody is reading: then it is emptied at the next occasion."""
    with storage_errors(library.folder):
        connection = library.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def next_generation(connection: sql.Connection) -> int:
    """Takes the next generation number, inside a transaction that changes what can be found."""
    generation = int(connection.execute(sql.select(meta.c.value).where(meta.c.key == "generation")).scalar_one()) + 1
    connection.execute(meta.update().where(meta.c.key == "generation").values(value=str(generation)))
    return generation


def take_new_id(library: Library) -> None:
    """Gives the library another identifier, so that nothing derived from it anywhere is taken for its own any more."""
    library.library_id = uuid4().hex
    with library.transaction() as connection:
        connection.execute(meta.update().where(meta.c.key == "library_id").values(value=library.library_id))


def _write(connection: sql.Connection, plan: Plan, generation: int) -> set[bytes]:
    """Writes one plan; gives the hashes of the texts whose vectors may have lost their last chunk."""
    freed: set[bytes] = set()
    if plan.new_article:
        row = {"article_id": plan.article_id, "identity": plan.identity, "current_version": plan.version}
        article_key = connection.execute(articles.insert().values(**row)).inserted_primary_key[0]  # type: ignore[index]
    else:
        found = sql.select(articles.c.article_key).where(articles.c.article_id == plan.article_id)
        article_key = connection.execute(found).scalar_one()
        alive = articles.update().where(articles.c.article_key == article_key)
        connection.execute(alive.values(current_version=plan.version, removed_at=None))
        freed = _drop_chunks(connection, article_key, generation)
    if plan.new_version:
        connection.execute(versions.insert(), _version_row(plan))
    pieces = enumerate(zip(plan.spans, plan.text_hashes, strict=True))
    connection.execute(
        chunks.insert(),
        [
            {
                "article_key": article_key,
                "version": plan.version,
                "ordinal": ordinal,
                "start": start,
                "end": end,
                "text_hash": text_hash,
                "generation": generation,
            }
            for ordinal, ((start, end), text_hash) in pieces
        ],
    )
    _note_change(connection, article_key, plan.article_id, generation)
    return freed


def _insert_vectors(connection: sql.Connection, made: Mapping[bytes, StoredVectors]) -> None:
    if made:
        rows = [{"text_hash": text_hash, "vector": stored.vector} for text_hash, stored in made.items()]
        put_new(connection, vectors, rows)
    insert_sentences(connection, {text_hash: stored.sentences for text_hash, stored in made.items()})


def insert_sentences(connection: sql.Connection, made: Mapping[bytes, StoredSentences | None]) -> None:
    """Adds the vectors of the sentences of chunks that have vectors themselves, by text hash; None adds nothing."""
    rows = [{"text_hash": text_hash, **stored._asdict()} for text_hash, stored in made.items() if stored is not None]
    if rows:
        put_new(connection, sentence_vectors, rows)


def _version_row(plan: Plan) -> dict[str, object]:
    article: Article = plan.article
    return {
        "article_id": plan.article_id,
        "number": plan.version,
        "text": article.text,
        "title": article.title,
        "origin": article.origin,
        "source": article.source,
        "author": article.author,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "url": article.url,
        "words": len(article.text.split()),
        "text_sha256": text_sha256(article.text),
        "content_sha256": plan.content_sha256,
        "added_at": _now(),
    }


def _drop_chunks(connection: sql.Connection, article_key: int, generation: int) -> set[bytes]:
    """Deletes an article's chunks and notes their ids; gives the hashes of their texts."""
    query = sql.select(chunks.c.chunk_id, chunks.c.text_hash, chunks.c.generation).where(
        chunks.c.article_key == article_key
    )
    dropped = connection.execute(query).all()
    if not dropped:
        return set()
    notes = [{"chunk_id": row.chunk_id, "added": row.generation, "generation": generation} for row in dropped]
    connection.execute(dropped_chunks.insert(), notes)
    connection.execute(chunks.delete().where(chunks.c.article_key == article_key))
    return {row.text_hash for row in dropped}


def delete_unused_vectors(connection: sql.Connection, text_hashes: Iterable[bytes]) -> None:
    """Deletes those of the vectors that no chunk refers to."""
    statement = sql.text(
        "DELETE FROM vectors WHERE text_hash = :text_hash"
        " AND NOT EXISTS (SELECT 1 FROM chunks WHERE chunks.text_hash = :text_hash)"
    )
    rows = [{"text_hash": text_hash} for text_hash in text_hashes]
    if rows:
        connection.execute(statement, rows)


def _note_change(connection: sql.Connection, article_key: int, article_id: str, generation: int) -> None:
    row = {"article_key": article_key, "article_id": article_id, "generation": generation}
    put(connection, changes, [row])


def _now() -> str:
    return datetime.now(UTC).isoformat()
