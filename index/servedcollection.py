"""A library's collection on a Chroma server: one of its name, with the generation it was built from in its metadata.

Chroma forgets nothing it has acknowledged, and `_bring` may be repeated: a process that dies halfway leaves a
collection with more or less than its generation says, which whoever writes next makes whole from that generation on.
Leaves out: who may write (locks), and answering meanwhile (servedvectors).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import sqlalchemy as sql
from numpy.typing import NDArray

from index.chromavectors import FORMAT, SEARCH_WIDTH, count_at
from index.errors import RetrievalError
from index.exactvectors import Found, vectors_dropped
from index.library import Library

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 60.0
SLICE = 500
ASKED_BY_ID = 20_000
"""So many chunks are named in the question, which costs 2 ms a thousand; of more, the best of all are sifted."""

_ADDED = """
SELECT c.chunk_id, v.vector FROM chunks c JOIN vectors v ON v.text_hash = c.text_hash
WHERE c.generation > :after AND c.generation <= :upto AND c.chunk_id > :last ORDER BY c.chunk_id LIMIT :most
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The collection as it was found: what it says of itself, and how many chunks it holds."""

    collection: Any
    format: str
    generation: int
    unfinished: bool
    size: int

    def search(self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None) -> Found:
        """The `k` chunks nearest to a unit vector, of those allowed (ascending ids), best first."""
        from chromadb.errors import InternalError

        if allowed is None:
            return self._query(vector, k)
        if not len(allowed):
            return _NOTHING
        if len(allowed) <= ASKED_BY_ID:
            try:
                return self._query(vector, k, ids=[str(chunk_id) for chunk_id in allowed])
            except InternalError:  # one of them has just been deleted by another process: Chroma refuses them all
                logger.debug("chunks named in a question are gone", exc_info=True)
        most = 2 * self.size + k  # it may have grown since it was looked at
        wanted = min(2 * k * max(1, self.size // len(allowed)), most)
        while True:
            ids, similarities = self._query(vector, wanted)
            places = np.minimum(np.searchsorted(allowed, ids), len(allowed) - 1)
            inside = np.flatnonzero(allowed[places] == ids)[:k]
            if len(inside) == k or wanted >= most:
                return ids[inside], similarities[inside]
            wanted = min(4 * wanted, most)

    def _query(self, vector: NDArray[np.float32], k: int, **options: Any) -> Found:
        if k <= 0 or self.collection is None:
            return _NOTHING
        answer = self.collection.query(query_embeddings=[vector], n_results=k, include=["distances"], **options)
        ids = np.array([int(chunk_id) for chunk_id in answer["ids"][0]], dtype=np.int64)
        return ids, 1 - np.array(answer["distances"][0], dtype=np.float32)


_NOTHING: Found = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


class ChromaServer:
    """A connection to the server, and the one collection of a library there. Safe between threads."""

    def __init__(self, url: str, library: Library) -> None:
        self._url = url
        self._name = f"onrecord-{library.library_id}"
        self._format = f"{FORMAT} {library.embedder_name} {library.dimension}"
        self._client: Any = None

    def close(self) -> None:
        """Ends the connection. Twice is no error."""
        client, self._client = self._client, None
        if client is not None:
            for one in (client, client._admin_client):  # closing the client alone leaves their connections open
                one._server._session.close()
            client.close()

    def find(self) -> Served | None:
        """The collection, None where the server has none of that library and format."""
        from chromadb.errors import NotFoundError

        try:
            collection = self._connected().get_collection(self._name, embedding_function=None)
            size = int(collection.count())
        except NotFoundError:
            return None
        said = collection.metadata or {}
        found = Served(
            collection=collection,
            format=str(said.get("format")),
            generation=int(said.get("generation", 0)),
            unfinished=bool(said.get("unfinished")),
            size=size,
        )
        return found if found.format == self._format else None

    def make(self) -> Served:
        """An empty collection in the place of what there is. The caller holds the lock over it."""
        self.drop()
        collection = self._connected().create_collection(
            self._name,
            embedding_function=None,
            metadata=self._said(0, unfinished=True),
            configuration={
                "hnsw": {
                    "space": "ip",
                    "ef_construction": 100,
                    "max_neighbors": 16,
                    "ef_search": SEARCH_WIDTH,
                    "num_threads": min(4, os.cpu_count() or 1),
                }
            },
        )
        return Served(collection=collection, format=self._format, generation=0, unfinished=True, size=0)

    def drop(self) -> None:
        """Deletes the collection, if there is one. The caller holds the lock over it."""
        from chromadb.errors import NotFoundError

        try:
            self._connected().delete_collection(self._name)
        except NotFoundError:
            return

    def bring(self, found: Served, library: Library, latest: int, stopped: Event) -> bool:
        """Makes the collection that of generation `latest`; False when `stopped` was set before.

        The caller holds the lock over it. Raises RetrievalError where it then does not hold what the library does.
        """
        collection = found.collection
        collection.modify(metadata=self._said(found.generation, unfinished=True))
        with library.reading() as connection:
            dropped = vectors_dropped(connection, found.generation)
        for first in range(0, len(dropped), SLICE):
            collection.delete(ids=[str(chunk_id) for chunk_id in dropped[first : first + SLICE]])
        for ids, rows in _added(library, found.generation, latest):
            if stopped.is_set():
                return False
            collection.upsert(ids=ids, embeddings=rows)
        if library.generation() == latest and (size := int(collection.count())) != count_at(library, latest):
            raise RetrievalError(f"the vector index at {self._url} came to hold {size:,} chunks: it is built anew")
        collection.modify(metadata=self._said(latest, unfinished=False))
        return True

    def is_whole(self, found: Served, library: Library) -> bool:
        """Whether it holds as many chunks as its generation had. The caller holds the lock over it."""
        return found.unfinished or found.size == count_at(library, found.generation)

    def _said(self, generation: int, *, unfinished: bool) -> dict[str, Any]:
        return {"format": self._format, "generation": generation, "unfinished": unfinished}

    def _connected(self) -> Any:
        if self._client is None:
            self._client = connect(self._url)
        return self._client


def connect(url: str) -> Any:
    """A silent client of the server that gives up in time, which by itself it would not."""
    import chromadb
    import httpx
    from chromadb.config import Settings

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RetrievalError(f"ONRECORD_CHROMA_URL={url!r} is no address: write http://HOST:PORT")
    limits = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    httpx.get(f"{url.rstrip('/')}/api/v2/heartbeat", timeout=limits)  # the client would wait for its own for ever
    secure = parts.scheme == "https"
    client = chromadb.HttpClient(
        host=parts.hostname,
        port=parts.port or (443 if secure else 8000),
        ssl=secure,
        settings=Settings(anonymized_telemetry=False),
    )
    client._server._session.timeout = limits  # type: ignore[attr-defined]
    return client


def _added(library: Library, after: int, upto: int) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    """The ids and vectors of the chunks added in those generations, some at a time, each from a snapshot of its own."""
    last = 0
    while True:
        values = {"after": after, "upto": upto, "last": last, "most": SLICE}
        with library.reading() as connection:
            rows = connection.execute(sql.text(_ADDED), values).all()
        if not rows:
            return
        matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").reshape(len(rows), library.dimension)
        yield [str(row[0]) for row in rows], matrix.astype(np.float32)
        last = rows[-1][0]
