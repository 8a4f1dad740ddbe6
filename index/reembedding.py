"""Gives a library the vectors of another embedding model. Leaves out: the derived indexes, which then catch up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import sqlalchemy as sql

from index.ahead import EMBED_CHUNKS, vector_bytes
from index.commits import next_generation
from index.embedding.protocol import Embedder
from index.library import Library
from index.locks import writer_lock
from index.planning import embedded_text
from index.tables import chunks, meta, staged_vectors

_MISSING = """
SELECT c.text_hash, v.title, v.published_at, v.text, c.start, c."end"
FROM chunks c JOIN articles a ON a.article_key = c.article_key
JOIN versions v ON v.article_id = a.article_id AND v.number = c.version
WHERE NOT EXISTS (SELECT 1 FROM staged_vectors s WHERE s.embedder = ? AND s.text_hash = c.text_hash)
GROUP BY c.text_hash ORDER BY min(c.chunk_id) LIMIT ?
"""
_REPLACE = """
UPDATE vectors SET vector =
(SELECT s.vector FROM staged_vectors s WHERE s.embedder = ? AND s.text_hash = vectors.text_hash)
"""
_UNUSED = "DELETE FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM chunks)"


def reembed(folder: Path, embedder: Embedder, progress: Callable[[int, int], None] | None = None) -> None:
    """Makes `embedder` the embedder of the library in `folder`: every chunk gets a vector of it, in one commit.

    What is embedded on the way is kept apart, so that an interrupted run goes on where it stopped; until the
    commit the library is as it was. `progress` gets chunks done and chunks in all. Raises LibraryLockedError.
    """
    named = f"{embedder.name} {embedder.dimension}"
    with (
        Library.open_with_any_embedder(folder, embedder_name=embedder.name, dimension=embedder.dimension) as library,
        writer_lock(library.folder),
    ):
        with library.reading() as connection:
            total = connection.execute(sql.select(sql.func.count(chunks.c.text_hash.distinct()))).scalar_one()
        done = 0
        for part in _missing(library, named):
            rows = vector_bytes(embedder, [text for _, text in part])
            staged = [
                {"embedder": named, "text_hash": text_hash, "vector": vector}
                for (text_hash, _), vector in zip(part, rows, strict=True)
            ]
            with library.transaction() as connection:
                connection.execute(staged_vectors.insert(), staged)
            done += len(part)
            if progress is not None:
                progress(done, total)
        _replace(library, embedder, named)


def _missing(library: Library, named: str) -> Iterator[list[tuple[bytes, str]]]:
    """The hashes and texts that are not staged yet, some at a time, until there are none."""
    while True:
        part: list[tuple[bytes, str]] = []
        with library.reading() as connection:
            rows = connection.exec_driver_sql(_MISSING, (named, EMBED_CHUNKS)).all()
        for text_hash, title, published_at, text, start, end in rows:
            day = datetime.fromisoformat(published_at) if published_at else None
            part.append((text_hash, embedded_text(title, day, text[start:end])))
        if not part:
            return
        yield part


def _replace(library: Library, embedder: Embedder, named: str) -> None:
    with library.transaction() as connection:
        generation = next_generation(connection)
        connection.exec_driver_sql(_UNUSED)
        connection.exec_driver_sql(_REPLACE, (named,))
        connection.execute(chunks.update().values(generation=generation))
        connection.execute(staged_vectors.delete())
        for key, value in (("embedder", embedder.name), ("dimension", str(embedder.dimension))):
            connection.execute(meta.update().where(meta.c.key == key).values(value=value))
