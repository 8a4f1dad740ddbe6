"""A library multiplied for measuring at scale: copies of its articles with words and vectors perturbed.

No copy is embedded: a vector becomes its original's with noise added, of unit length again; those of sentences stay as
they are. Leaves out: the derived indexes, which catch up as after any change.
"""

from __future__ import annotations

import hashlib
import random
import re
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sql

from index.commits import insert_sentences, next_generation
from index.library import Library
from index.storedvectors import StoredSentences
from index.tables import FILE_NAME, articles, changes, chunks, sentence_vectors, vectors, versions

NOISE = 0.35
"""Length of the noise beside a unit vector: a copy's cosine to its original is about .94."""
CHANGED_WORDS = 0.15
_SLICE = 200
_WORD = re.compile(r"[A-Za-z]{4,}")


def copy_of(library: Library, folder: Path) -> Library:
    """The same library in another folder, without its derived indexes."""
    folder.mkdir(parents=True)
    with library.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
        shutil.copy(library.folder / FILE_NAME, folder / FILE_NAME)
        for ending in ("-wal",):
            log = library.folder / f"{FILE_NAME}{ending}"
            if log.exists():
                shutil.copy(log, folder / log.name)
    return Library.open(folder, embedder_name=library.embedder_name, dimension=library.dimension)


def grow(library: Library, n_articles: int, *, seed: int = 11) -> None:
    """Adds perturbed copies until the library holds `n_articles`, in commits of 200 articles."""
    catalogue = library.catalogue()
    originals = catalogue.article_ids
    draw = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    noise = np.random.default_rng(seed)
    vocabulary: dict[int, list[str]] = defaultdict(list)
    for article_id in originals[::7]:
        for word in _WORD.findall(library.article(article_id).text)[:200]:
            vocabulary[len(word)].append(word)
    wanted = [
        (number // len(originals), originals[number % len(originals)]) for number in range(len(originals), n_articles)
    ]
    for first in range(0, len(wanted), _SLICE):
        _add(library, wanted[first : first + _SLICE], vocabulary, draw, noise)


def _add(
    library: Library,
    copies: Sequence[tuple[int, str]],
    vocabulary: Mapping[int, Sequence[str]],
    draw: random.Random,
    noise: np.random.Generator,
) -> None:
    with library.transaction() as connection:
        generation = next_generation(connection)
        for number, article_id in copies:
            name = f"{article_id}~{number}"
            version = dict(_current(connection, article_id))
            text = perturbed(version["text"], vocabulary, draw)
            key = connection.execute(
                articles.insert().values(article_id=name, identity=f"copy:{name}", current_version=1)
            ).inserted_primary_key[0]  # type: ignore[index]
            told = {
                "article_id": name,
                "number": 1,
                "text": text,
                "content_sha256": hashlib.sha256(name.encode()).hexdigest(),
            }
            connection.execute(versions.insert().values(**{**version, **told}))
            _copy_chunks(connection, library.dimension, article_id, name, int(key), generation, noise)
            connection.execute(changes.insert().values(article_key=key, article_id=name, generation=generation))


def perturbed(text: str, vocabulary: Mapping[int, Sequence[str]], draw: random.Random) -> str:
    """The text with some words replaced by others of the same length, so that every span stays where it is."""

    def other(found: re.Match[str]) -> str:
        word = found.group()
        return (
            draw.choice(vocabulary[len(word)]) if vocabulary.get(len(word)) and draw.random() < CHANGED_WORDS else word
        )

    return _WORD.sub(other, text)


def _current(connection: sql.Connection, article_id: str) -> Mapping[str, Any]:
    query = sql.select(versions).join(
        articles, (articles.c.article_id == versions.c.article_id) & (articles.c.current_version == versions.c.number)
    )
    return connection.execute(query.where(versions.c.article_id == article_id)).mappings().one()  # type: ignore[return-value]


def _copy_chunks(
    connection: sql.Connection,
    dimension: int,
    article_id: str,
    name: str,
    key: int,
    generation: int,
    noise: np.random.Generator,
) -> None:
    query = sql.select(chunks, vectors.c.vector, sentence_vectors.c.spans, sentence_vectors.c.vectors)
    query = query.join(articles, articles.c.article_key == chunks.c.article_key)
    query = query.join(vectors, vectors.c.text_hash == chunks.c.text_hash)
    query = query.outerjoin(sentence_vectors, sentence_vectors.c.text_hash == chunks.c.text_hash)
    rows = connection.execute(query.where(articles.c.article_id == article_id)).all()
    matrix = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f4").reshape(-1, dimension)
    moved = matrix + NOISE * noise.standard_normal(matrix.shape, dtype=np.float32) / np.sqrt(dimension)
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    hashes = [hashlib.sha256(f"{name} {row.ordinal}".encode()).digest() for row in rows]
    pairs = [
        {"text_hash": text_hash, "vector": vector.astype("<f4").tobytes()}
        for text_hash, vector in zip(hashes, moved, strict=True)
    ]
    pieces = [
        {
            "article_key": key,
            "version": 1,
            "ordinal": row.ordinal,
            "start": row.start,
            "end": row.end,
            "text_hash": text_hash,
            "generation": generation,
        }
        for row, text_hash in zip(rows, hashes, strict=True)
    ]
    connection.execute(vectors.insert(), pairs)
    told = {
        text_hash: StoredSentences(row.spans, row.vectors)
        for row, text_hash in zip(rows, hashes, strict=True)
        if row.spans is not None
    }
    insert_sentences(connection, told)
    connection.execute(chunks.insert(), pieces)
