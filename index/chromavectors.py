"""The Chroma collection of a library's vectors, owned by one process at a time. Leaves out: who owns it (vectors).

Two processes that write one collection damage it, and a reader does not see what another process adds: so it is
opened only under its lock, and every change comes from the library.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import sqlalchemy as sql
from numpy.typing import NDArray

from index import derived, seals
from index.exactvectors import Found, vectors_added, vectors_dropped
from index.library import Library
from index.tables import storage_errors

logger = logging.getLogger(__name__)

FORMAT = "chroma-1"
"""To be raised whenever what is in the collection, or how it is built, changes."""
SEARCH_WIDTH = 400
"""hnsw:ef_search. Of 2,902 news chunks and 100 questions, the best 10 and 50 came back whole and the best 200 at 0.998
recall; of 15,500 made-up vectors (800 clusters) the best 10 whole, the best 200 at 0.945 (0.86 with 100), in 3 ms."""

COLLECTION = "chunks"
_SLICE = 500


class ChromaVectors:
    """The collection. Searches may go on in other threads while one thread catches up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client: Any = None
        self._collection: Any = None
        self._mark: derived.Mark | None = None
        self._size = 0
        self._known: seals.Known = {}

    @property
    def generation(self) -> int:
        """The library's generation it reflects; -1 before the first `catch_up`."""
        return self._mark.generation if self._mark else -1

    @property
    def is_open(self) -> bool:
        """Whether there is a collection to search in and to add to."""
        return self._mark is not None

    def __len__(self) -> int:
        return self._size

    def close(self) -> None:
        """Lets go of the files. Twice is no error."""
        client, self._client, self._collection, self._mark = self._client, None, None, None
        if client is not None:
            client.close()

    def discard(self) -> None:
        """Makes the next `catch_up` build anew: what is there gave an error."""
        self.close()
        (self._folder / derived.MARK_NAME).unlink(missing_ok=True)

    def catch_up(self, library: Library, *, stopped: Event | None = None) -> None:
        """Brings the collection to the library's latest generation, from the vectors the library keeps.

        What is missing, damaged or of another format is built anew. Gives up halfway, without harm, once
        `stopped` is set.
        """
        latest = library.generation()
        if self._mark is None:
            self._open(library, latest)
        if self._mark is not None and self._mark.follows(library, index_format=_format(library), latest=latest):
            if self._mark.generation < latest:
                self._bring_to(library, self._mark, latest, stopped)
            return
        self._build(library, latest, stopped)

    def search(self, vector: NDArray[np.float32], k: int) -> Found:
        """The `k` chunks nearest to a unit vector, best first, nearly always the true ones."""
        collection, k = self._collection, min(k, len(self))
        if k <= 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        answer = collection.query(query_embeddings=[vector], n_results=k, include=["distances"])
        ids = np.array([int(chunk_id) for chunk_id in answer["ids"][0]], dtype=np.int64)
        return ids, 1 - np.array(answer["distances"][0], dtype=np.float32)

    def _open(self, library: Library, latest: int) -> None:
        """Opens the build in use, if there is one that can be brought to the latest generation."""
        mark = derived.read_mark(self._folder)
        if mark is None or not mark.follows(library, index_format=_format(library), latest=latest):
            return
        if not (self._folder / mark.build).is_dir():
            return
        damaged = seals.broken(self._folder, mark.build)
        if damaged:
            self._tell_anew(library, damaged[0])
            return
        try:
            self._client = open_client(self._folder / mark.build)
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
            self._size = int(self._collection.count())
            if self._size != count_at(library, mark.generation):
                raise ValueError("the collection does not hold what its mark says")
        except Exception as error:
            logger.debug("the vector index of %s cannot be used", library.folder, exc_info=True)
            self._tell_anew(library, error)
            self.close()
            return
        self._mark = mark

    def _tell_anew(self, library: Library, why: object) -> None:
        if why == seals.SEAL_NAME and not seals.is_sealed(self._folder):
            logger.info("the vector index of %s has no checksums yet and is built anew", library.folder)
        else:
            derived.tell_anew("the vector index", library, why, left=derived.was_left(self._folder))

    def _build(self, library: Library, latest: int, stopped: Event | None) -> None:
        self.close()
        with storage_errors(library.folder):
            self._folder.mkdir(exist_ok=True)
            mark = derived.new_mark(library, index_format=_format(library), generation=0)
            derived.delete_other_builds(self._folder, keep=mark.build)
            self._client = open_client(self._folder / mark.build)
            self._collection = self._client.create_collection(
                COLLECTION,
                embedding_function=None,
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
        self._bring_to(library, mark, latest, stopped)

    def _bring_to(self, library: Library, mark: derived.Mark, latest: int, stopped: Event | None) -> None:
        with library.reading() as connection:
            dropped = vectors_dropped(connection, mark.generation)
            ids, rows = vectors_added(connection, mark.generation, library.dimension)
        size = min(_SLICE, self._client.get_max_batch_size())
        with storage_errors(library.folder):
            derived.begin_change(self._folder)
            for first in range(0, len(dropped), size):
                self._collection.delete(ids=[str(chunk_id) for chunk_id in dropped[first : first + size]])
            for first in range(0, len(ids), size):
                if stopped is not None and stopped.is_set():
                    return
                self._collection.upsert(
                    ids=[str(chunk_id) for chunk_id in ids[first : first + size]],
                    embeddings=rows[first : first + size],
                )
            self._size = int(self._collection.count())
            self._known = seals.seal(self._folder, mark.build, self._known)
            self._mark = derived.at_generation(mark, latest)
            derived.write_mark(self._folder, self._mark)
            derived.end_change(self._folder)


def count_at(library: Library, generation: int) -> int:
    """How many chunks were live at a generation, which is how many a collection of it holds."""
    query = (
        "SELECT (SELECT count(*) FROM chunks WHERE generation <= :at)"
        " + (SELECT count(*) FROM dropped_chunks WHERE generation > :at AND added <= :at)"
    )
    with library.reading() as connection:
        return int(connection.execute(sql.text(query), {"at": generation}).scalar_one())


def _format(library: Library) -> str:
    return f"{FORMAT} {library.embedder_name} {library.dimension}"


def open_client(path: Path) -> Any:
    """Chroma over the files of one build, silent."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(path), settings=Settings(anonymized_telemetry=False))
