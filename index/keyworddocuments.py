"""What the keyword index is made of, read from the library. Leaves out: the index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sql

from index.catalogue import published_day
from index.chunktexts import embedded_text
from index.sentences import sentences

LEAD_WORDS = 60
ROWS = 1_000


class ArticleText(NamedTuple):
    """The fields of an article."""

    article_key: int
    title: str
    lead: str
    body: str
    source: str
    day: int


class ChunkText(NamedTuple):
    """A chunk with what stands in front of it."""

    chunk_id: int
    article_key: int
    body: str
    publisher: str
    day: int


_ARTICLES = """
SELECT a.article_key, v.title, v.text, v.source, v.published_at
FROM changes g JOIN articles a ON a.article_key = g.article_key
JOIN versions v ON v.article_id = a.article_id AND v.number = a.current_version
WHERE g.generation > :generation AND a.removed_at IS NULL ORDER BY a.article_key
"""
_CHUNKS = """
SELECT c.chunk_id, c.article_key, v.title, v.published_at, v.text, c.start, c."end", v.source
FROM changes g JOIN chunks c ON c.article_key = g.article_key
JOIN articles a ON a.article_key = c.article_key
JOIN versions v ON v.article_id = a.article_id AND v.number = c.version
WHERE g.generation > :generation ORDER BY c.article_key, c.ordinal
"""


def articles_changed(connection: sql.Connection, generation: int) -> Iterator[ArticleText]:
    """The live articles touched after `generation`."""
    for key, title, text, source, published_at in _rows(connection, _ARTICLES, generation):
        yield ArticleText(key, title, lead(text), text, source or "", published_day(published_at))


def chunks_changed(connection: sql.Connection, generation: int) -> Iterator[ChunkText]:
    """The chunks of the live articles touched after `generation`."""
    for chunk_id, key, title, published_at, text, start, end, source in _rows(connection, _CHUNKS, generation):
        moment = datetime.fromisoformat(published_at) if published_at else None
        body = embedded_text(title, moment, text[start:end])
        yield ChunkText(chunk_id, key, body, (source or "").casefold(), published_day(published_at))


def _rows(connection: sql.Connection, query: str, generation: int) -> Iterator[tuple[Any, ...]]:
    """The rows, some at a time in memory."""
    yield from connection.execute(sql.text(query).execution_options(yield_per=ROWS), {"generation": generation})


def lead(text: str) -> str:
    """The beginning of an article: whole sentences until LEAD_WORDS words are reached."""
    beginning = text[: LEAD_WORDS * 40]
    words = 0
    end = 0
    for start, end in sentences(beginning):
        words += len(beginning[start:end].split())
        if words >= LEAD_WORDS:
            break
    return beginning[:end]
