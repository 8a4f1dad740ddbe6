"""All live articles and chunks as arrays, for ranking and filtering. Leaves out: texts and vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

import numpy as np
import sqlalchemy as sql
from numpy.typing import NDArray

UNDATED = np.int32(np.iinfo(np.int32).min)
"""The published day of an article without a date."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalogue:
    """What was live at one generation. Two groups of aligned arrays:

    per article, ascending by `article_keys` (int64): ids, current versions (int32), titles, sources, and
    `published_days` (int32, days since 1970-01-01 as the article writes its date; UNDATED where it has none);
    per chunk, ascending by `chunk_ids` (int64): `chunk_articles` (int32, an index into the arrays of articles),
    ordinals, starts, ends (int32).

    `copies` tells, for each article that has near-copies, where those stand in the arrays of articles.
    """

    generation: int
    article_keys: NDArray[np.int64]
    article_ids: tuple[str, ...]
    versions: NDArray[np.int32]
    titles: tuple[str, ...]
    sources: tuple[str | None, ...]
    published_days: NDArray[np.int32]
    chunk_ids: NDArray[np.int64]
    chunk_articles: NDArray[np.int32]
    ordinals: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    copies: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def positions_of_articles(self, article_keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where the keys stand in the arrays of articles; -1 for those that are not live."""
        return _positions(self.article_keys, article_keys)

    def positions_of_chunks(self, chunk_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where the ids stand in the arrays of chunks; -1 for those that are not live."""
        return _positions(self.chunk_ids, chunk_ids)


def days_since_epoch(day: date) -> int:
    """The number of a day in `Catalogue.published_days`."""
    return day.toordinal() - _EPOCH


def published_day(published_at: str | None) -> int:
    """The day of a stored moment as it was written, as `Catalogue.published_days`; UNDATED for None."""
    return days_since_epoch(date.fromisoformat(published_at[:10])) if published_at else int(UNDATED)


_EPOCH = date(1970, 1, 1).toordinal()

_ARTICLES = """
SELECT a.article_key, a.article_id, v.number, v.title, v.source, substr(v.published_at, 1, 10)
FROM articles a JOIN versions v ON v.article_id = a.article_id AND v.number = a.current_version
WHERE a.removed_at IS NULL ORDER BY a.article_key
"""
_CHUNKS = 'SELECT chunk_id, article_key, ordinal, start, "end" FROM chunks ORDER BY chunk_id'
_PAIRS = "SELECT article_key, other_key FROM near_copies"
_GENERATION = "SELECT value FROM meta WHERE key = 'generation'"


def load_catalogue(connection: sql.Connection) -> Catalogue:
    """The catalogue as `connection` sees it."""
    generation = int(connection.exec_driver_sql(_GENERATION).scalar_one())
    rows = connection.exec_driver_sql(_ARTICLES).all()
    keys, ids, numbers, titles, sources, days = zip(*rows, strict=True) if rows else ((), (), (), (), (), ())
    article_keys = np.array(keys, dtype=np.int64)
    cells = _cells(connection)
    return Catalogue(
        generation=generation,
        article_keys=article_keys,
        article_ids=tuple(ids),
        versions=np.array(numbers, dtype=np.int32),
        titles=tuple(titles),
        sources=tuple(sources),
        published_days=np.array([published_day(day) for day in days], dtype=np.int32),
        chunk_ids=cells[:, 0].copy(),
        chunk_articles=_positions(article_keys, cells[:, 1]).astype(np.int32),
        ordinals=cells[:, 2].astype(np.int32),
        starts=cells[:, 3].astype(np.int32),
        ends=cells[:, 4].astype(np.int32),
        copies=_copies(connection, article_keys),
    )


def _copies(connection: sql.Connection, article_keys: NDArray[np.int64]) -> dict[int, tuple[int, ...]]:
    pairs = np.array([tuple(row) for row in connection.exec_driver_sql(_PAIRS)], dtype=np.int64).reshape(-1, 2)
    places = _positions(article_keys, pairs.ravel()).reshape(-1, 2)
    found: dict[int, list[int]] = {}
    for one, other in places[(places >= 0).all(axis=1)].tolist():
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return {place: tuple(sorted(others)) for place, others in found.items()}


def _cells(connection: sql.Connection) -> NDArray[np.int64]:
    """The rows of _CHUNKS, (n_chunks, 5), by the driver itself: half the time of SQLAlchemy's rows."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(_CHUNKS)
        return np.fromiter(chain.from_iterable(cursor.fetchall()), dtype=np.int64).reshape(-1, 5)
    finally:
        cursor.close()


def _positions(ascending: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    if not len(ascending):
        return np.full(len(wanted), -1, dtype=np.int64)
    found = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    return np.where(ascending[found] == wanted, found, -1)
