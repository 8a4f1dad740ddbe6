"""The exact product of a question with every chunk's vector, read from the library into memory.

What a process uses that does not own the Chroma collection, and what ranks a part of the library exactly. Rows stand
in the order of their articles' days: what a range of days lets through lies together, and only that is multiplied.
Where that is very much, the rows that may be nearest are found along few axes first (sketches).
"""

from __future__ import annotations

from threading import Lock

import numpy as np
import sqlalchemy as sql
from numpy.typing import NDArray

from index.catalogue import published_day
from index.library import Library
from index.products import products
from index.sketches import Sketch

Found = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Chunk ids and their cosine similarities, best first."""

SKETCHED = 40_000
"""So many allowed rows and more are looked at along few axes first: what takes time is reading them."""
LIKELY = 2_048
"""So many of these are then multiplied whole (docs/decisions/0021-a-few-axes-first.md)."""

_ADDED = """
SELECT c.chunk_id, v.vector FROM chunks c JOIN vectors v ON v.text_hash = c.text_hash
WHERE c.generation > :generation ORDER BY c.chunk_id
"""
_DAYS = """
SELECT c.chunk_id, v.published_at FROM chunks c JOIN articles a ON a.article_key = c.article_key
JOIN versions v ON v.article_id = a.article_id AND v.number = c.version
WHERE c.generation > :generation ORDER BY c.chunk_id
"""
_DROPPED = "SELECT chunk_id FROM dropped_chunks WHERE generation > :generation"
_NOW = "SELECT value FROM meta WHERE key = 'generation'"


class ExactVectors:
    """All vectors of a library's live chunks, (n_chunks, dimension) float32 in memory. Safe between threads.

    Exact below `sketched_from` rows; from so many on, a few of the nearest may be missed.
    """

    def __init__(self, dimension: int, *, sketched_from: int = SKETCHED) -> None:
        self._sketched_from = sketched_from
        self._sketch: Sketch | None = None
        self._ids = np.empty(0, dtype=np.int64)
        self._days = np.empty(0, dtype=np.int32)
        self._rows = np.empty((0, dimension), dtype=np.float32)
        self._by_id = np.empty(0, dtype=np.int64)
        self._ascending = np.empty(0, dtype=np.int64)
        self._generation = 0
        self._lock = Lock()

    @property
    def generation(self) -> int:
        """The library's generation it reflects."""
        return self._generation

    def catch_up(self, library: Library) -> None:
        """Reads what has changed since it last looked."""
        with self._lock:
            if library.generation() == self._generation:
                return
            with library.reading() as connection:
                generation = int(connection.exec_driver_sql(_NOW).scalar_one())
                dropped = vectors_dropped(connection, self._generation)
                added, rows = vectors_added(connection, self._generation, library.dimension)
                days = _days_added(connection, self._generation)
            kept = ~np.isin(self._ids, np.concatenate([dropped, added]))
            ids = np.concatenate([self._ids[kept], added])
            days = np.concatenate([self._days[kept], days])
            order = np.lexsort((ids, days))
            joined = np.concatenate([self._rows[kept], rows]) if kept.any() else rows
            self._ids, self._days, self._rows = ids[order], days[order], joined[order]
            self._sketch = self._sketched(kept, rows, order)
            self._by_id = np.argsort(self._ids)
            self._ascending = self._ids[self._by_id]
            self._generation = generation

    def search(self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> Found:
        """The `k` chunks (of those `allowed`, ascending ids, where given) nearest to a unit vector, best first."""
        with self._lock:
            ids, rows, by_id, ascending = self._ids, self._rows, self._by_id, self._ascending
            sketch = self._sketch
        inside = by_id[positions(ascending, allowed)] if allowed is not None else np.arange(len(ids))
        if sketch is not None and len(inside) >= self._sketched_from:
            inside = sketch.likely(vector, inside, max(LIKELY, 8 * k))
        return best(ids[inside], products(rows, inside, vector), k)

    def _sketched(self, kept: NDArray[np.bool_], added: NDArray[np.float32], order: NDArray[np.int64]) -> Sketch | None:
        """The sketch of the rows as they are now; its axes stay until there are twice as many."""
        if len(self._rows) < self._sketched_from:
            return None
        before = self._sketch
        if before is None or len(self._rows) > 2 * before.n_fitted:
            return Sketch.of(self._rows)
        return before.brought_on(kept, added, order)


def positions(ids: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where those of the `wanted` ids that are among `ids` stand; both ascending."""
    if len(ids) and ids[-1] - ids[0] == len(ids) - 1:  # none was ever removed: nothing has to be looked for
        dense: NDArray[np.int64] = wanted[(wanted >= ids[0]) & (wanted <= ids[-1])] - ids[0]
        return dense
    places = np.searchsorted(ids, wanted)
    places = places[: int(np.searchsorted(places, len(ids)))]
    found: NDArray[np.int64] = places[ids[places] == wanted[: len(places)]]
    return found


def best(ids: NDArray[np.int64], similarities: NDArray[np.float32], k: int) -> Found:
    """The `k` most similar, best first; of equals the smaller id comes first."""
    if k < len(ids):
        chosen = np.argpartition(-similarities, k)[:k] if k > 0 else np.empty(0, dtype=np.int64)
        ids, similarities = ids[chosen], similarities[chosen]
    order = np.lexsort((ids, -similarities))
    return ids[order], similarities[order]


def vectors_added(
    connection: sql.Connection, generation: int, dimension: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Ids (n,) ascending and vectors (n, dimension) of the live chunks that were added after `generation`."""
    rows = connection.execute(sql.text(_ADDED), {"generation": generation}).all()
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").reshape(len(rows), dimension)
    return ids, matrix.astype(np.float32, copy=False)


def _days_added(connection: sql.Connection, generation: int) -> NDArray[np.int32]:
    """The days of the articles of those chunks, in their order."""
    rows = connection.execute(sql.text(_DAYS), {"generation": generation})
    return np.array([published_day(published_at) for _, published_at in rows], dtype=np.int32)


def vectors_dropped(connection: sql.Connection, generation: int) -> NDArray[np.int64]:
    """Ids of the chunks that were dropped after `generation`."""
    dropped = connection.execute(sql.text(_DROPPED), {"generation": generation})
    return np.array(list(dropped.scalars()), dtype=np.int64)
