"""Gives a library the vectors of another embedding model, or those of sentences that it lacks.

Leaves out: the derived indexes, which then catch up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sql

from index.ahead import EMBED_CHUNKS
from index.chunking import sentences
from index.chunktexts import ChunkText
from index.commits import insert_sentences, next_generation
from index.embedding.protocol import Embedder, TokenEmbedder
from index.library import Library
from index.locks import writing
from index.storedvectors import embed
from index.tables import chunks, meta, sentence_vectors, staged_sentence_vectors, staged_vectors

Progress = Callable[[int, int], None]
"""Called with the chunks that are done and the chunks in all."""

_CHUNKS = """
SELECT c.text_hash, v.title, v.published_at, v.text, c.start, c."end"
FROM chunks c JOIN articles a ON a.article_key = c.article_key
JOIN versions v ON v.article_id = a.article_id AND v.number = c.version
WHERE c.chunk_id IN (
  SELECT min(c.chunk_id) FROM chunks c WHERE {} GROUP BY c.text_hash ORDER BY min(c.chunk_id) LIMIT :most)
ORDER BY c.chunk_id
"""
_NOT_STAGED = "NOT EXISTS (SELECT 1 FROM staged_vectors s WHERE s.embedder = :embedder AND s.text_hash = c.text_hash)"
_NO_SENTENCES = "NOT EXISTS (SELECT 1 FROM sentence_vectors s WHERE s.text_hash = c.text_hash)"
_REPLACE = """
UPDATE vectors SET vector =
(SELECT s.vector FROM staged_vectors s WHERE s.embedder = :embedder AND s.text_hash = vectors.text_hash)
"""
_REPLACE_SENTENCES = """
INSERT INTO sentence_vectors SELECT text_hash, spans, vectors FROM staged_sentence_vectors
WHERE embedder = :embedder AND text_hash IN (SELECT text_hash FROM vectors)
"""
_UNUSED = "DELETE FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM chunks)"


def reembed(
    folder: Path,
    embedder: Embedder,
    progress: Progress | None = None,
    *,
    database_url: str | None = None,
) -> None:
    """Makes `embedder` the embedder of the library in `folder`: every chunk gets a vector of it, in one commit.

    What is embedded on the way is kept apart, so that an interrupted run goes on where it stopped; until the
    commit the library is as it was. Raises LibraryLockedError.
    """
    named = f"{embedder.name} {embedder.dimension}"
    with (
        Library.open_with_any_embedder(
            folder, embedder_name=embedder.name, dimension=embedder.dimension, database_url=database_url
        ) as library,
        writing(library),
    ):
        total, done = _count(library, "1 = 1"), 0
        for part in _parts(library, _NOT_STAGED, embedder=named):
            _stage(library, embedder, named, part)
            done += len(part)
            if progress is not None:
                progress(done, total)
        _replace(library, embedder, named)


def add_missing_sentences(library: Library, embedder: Embedder, progress: Progress | None = None) -> int:
    """Gives the chunks of a library made before there were vectors of sentences what they lack; tells how many.

    What is done stays when it is interrupted. Nothing is to do for an embedder that tells no vectors of sentences.
    Raises LibraryLockedError.
    """
    if not isinstance(embedder, TokenEmbedder):
        return 0
    with writing(library):
        total, done = _count(library, _NO_SENTENCES), 0
        for part in _parts(library, _NO_SENTENCES):
            made = dict(zip(part, embed(embedder, list(part.values())), strict=True))
            with library.transaction() as connection:
                insert_sentences(connection, {text_hash: stored.sentences for text_hash, stored in made.items()})
            done += len(part)
            if progress is not None:
                progress(done, total)
    return done


def _count(library: Library, condition: str) -> int:
    with library.reading() as connection:
        query = f"SELECT count(DISTINCT c.text_hash) FROM chunks c WHERE {condition}"  # noqa: S608
        return int(connection.exec_driver_sql(query).scalar_one())


def _parts(library: Library, condition: str, **values: str) -> Iterator[dict[bytes, ChunkText]]:
    """The chunks of which the condition holds by their texts' hashes, some at a time, until there are none."""
    while True:
        with library.reading() as connection:
            rows = connection.execute(sql.text(_CHUNKS.format(condition)), {**values, "most": EMBED_CHUNKS}).all()
        part = {}
        for text_hash, title, published_at, text, start, end in rows:
            day = datetime.fromisoformat(published_at) if published_at else None
            part[text_hash] = ChunkText.of(title, day, text, (start, end), sentences(text))
        if not part:
            return
        yield part


def _stage(library: Library, embedder: Embedder, named: str, part: dict[bytes, ChunkText]) -> None:
    made = dict(zip(part, embed(embedder, list(part.values())), strict=True))

    def row(text_hash: bytes, **values: Any) -> dict[str, Any]:
        return {"embedder": named, "text_hash": text_hash, **values}

    staged = [row(text_hash, vector=stored.vector) for text_hash, stored in made.items()]
    told = [row(text_hash, **one.sentences._asdict()) for text_hash, one in made.items() if one.sentences is not None]
    with library.transaction() as connection:
        connection.execute(staged_vectors.insert(), staged)
        if told:
            connection.execute(staged_sentence_vectors.insert(), told)


def _replace(library: Library, embedder: Embedder, named: str) -> None:
    with library.transaction() as connection:
        generation = next_generation(connection)
        connection.exec_driver_sql(_UNUSED)
        connection.execute(sql.text(_REPLACE), {"embedder": named})
        connection.execute(sentence_vectors.delete())
        connection.execute(sql.text(_REPLACE_SENTENCES), {"embedder": named})
        connection.execute(chunks.update().values(generation=generation))
        connection.execute(staged_vectors.delete())
        connection.execute(staged_sentence_vectors.delete())
        for key, value in (("embedder", embedder.name), ("dimension", str(embedder.dimension))):
            connection.execute(meta.update().where(meta.c.key == key).values(value=value))
