"""The vector index of a library on a Chroma server that many processes share. Leaves out: what is in the collection.

No process holds the vectors. What the collection does not have yet is read from the library and multiplied beside it,
so that a question never waits for Chroma to take something in, and finds no less than the library holds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event, Lock, RLock, Thread
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.errors import OnRecordError, RetrievalError
from index.exactvectors import Found, best, positions, vectors_added
from index.library import Library
from index.locks import index_lock
from index.products import product
from index.servedcollection import ChromaServer, Served

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How old what is known of the collection may get: it costs 4 ms to look."""
BESIDE_CHUNKS = 50_000
"""So many chunks may be missing from the collection while questions are answered: 77 MB, and 8 ms a question."""
BUILD_SECONDS = 600.0
LOCK = "chroma"

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """The collection, and the chunks that the library added after generation `since` and up to `upto`.

    Those the collection may lack; `missing` tells how many they are, also where they are too many to be read.
    """

    served: Served
    since: int
    upto: int
    ids: NDArray[np.int64]
    rows: NDArray[np.float32]
    missing: int
    looked_at: float


class ServedVectors:
    """Finds the chunks nearest to a question. Open one with `ServedVectors.open`; safe to share between threads.

    Any number of processes ask one collection; whoever finds it behind the library brings it up to date, under a lock
    of the library's, in the background.
    """

    def __init__(self, library: Library, url: str) -> None:
        self._library = library
        self._url = url
        self._server = ChromaServer(url, library)
        self._view: _View | None = None
        self._wanted = -1
        self._checked = False
        self._looking = RLock()
        self._bringing = Lock()
        self._stopped = Event()
        self._thread: Thread | None = None

    @classmethod
    def open(cls, library: Library, url: str, *, wait: bool = True) -> Self:
        """The index of `library` at a server's address. A server that does not answer is told of when it is asked."""
        index = cls(library, url)
        index.catch_up(library, wait=wait)
        return index

    @property
    def engine(self) -> str:
        """What ranks."""
        return "chroma server"

    @property
    def generation(self) -> int:
        """The library's generation that the collection was last seen to reflect; -1 before."""
        return self._view.served.generation if self._view else -1

    @property
    def chunks(self) -> int | None:
        """The number of chunks in the collection when last seen."""
        return self._view.served.size if self._view else None

    def close(self) -> None:
        """Ends the connection. Twice is no error."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self._view = None
        self._server.close()

    def catch_up(self, library: Library, *, wait: bool = False) -> None:
        """Takes note of the library's latest generation, and has the collection brought to it.

        With `wait` that is waited for. A server that does not answer is only logged: the library has what was added.
        """
        self._wanted = library.generation()
        try:
            if wait:
                self._bring(BUILD_SECONDS)
            self._look()
        except OnRecordError:
            raise
        except Exception as error:  # noqa: BLE001 - the border to Chroma: asked again with the next question
            self._lost(error)

    def rebuild(self, library: Library) -> None:
        """Builds the collection anew. Raises RetrievalError where the server does not answer."""
        self.drop(library)
        self._wanted = library.generation()
        self._asked(lambda: self._bring(BUILD_SECONDS))
        self._asked(self._look)

    def drop(self, library: Library) -> None:
        """Deletes the collection from the server. Raises RetrievalError where that does not answer."""
        with index_lock(library, LOCK, wait_seconds=BUILD_SECONDS) as held:
            if not held:
                raise RetrievalError("another process has been building the vector index for too long: stop it")
            self._asked(self._server.drop)

    def search(self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> Found:
        """The at most `k` chunks nearest to a unit vector (dimension,), best first.

        Gives their ids (int64) and cosine similarities (float32, -1..1). With `allowed` (ascending chunk ids),
        only of those. Raises RetrievalError while the server does not answer, or lacks too much.
        """
        return self._asked(lambda: self._search(vector, k, allowed))

    def _search(self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None) -> Found:
        view = self._current()
        if view.missing > BESIDE_CHUNKS:
            raise RetrievalError(
                f"the vector index at {self._url} is being built, {view.missing:,} chunks are still missing: try again"
                " in some minutes"
            )
        if not len(view.ids):
            return view.served.search(vector, k, allowed)
        there = allowed if allowed is None else np.setdiff1d(allowed, view.ids, assume_unique=True)
        ids, similarities = view.served.search(vector, k, there)
        beside = slice(None) if allowed is None else positions(view.ids, allowed)
        both = np.concatenate([ids, view.ids[beside]])
        found = np.concatenate([similarities, product(view.rows[beside], vector)])
        _, first = np.unique(both, return_index=True)  # what the collection has taken in already is there twice
        return best(both[first], found[first], k)

    def _asked(self, ask: Callable[[], _Result]) -> _Result:
        """What the server answers. One that was started again, or lost the collection, is asked a second time."""
        try:
            return ask()
        except OnRecordError:
            raise
        except Exception as error:  # noqa: BLE001 - the border to Chroma
            self._lost(error)
        try:
            return ask()
        except OnRecordError:
            raise
        except Exception as error:
            self._lost(error)
            said = " ".join(str(error).split())[:200] or type(error).__name__
            raise RetrievalError(
                f"the Chroma server at {self._url} does not answer ({said}): check that it runs, and"
                " ONRECORD_CHROMA_URL"
            ) from error

    def _lost(self, error: Exception) -> None:
        """Whatever was known of the collection may be so no longer."""
        logger.info("the Chroma server at %s: %s", self._url, error)
        self._view = None

    def _current(self) -> _View:
        view = self._view
        if view is not None and time.monotonic() - view.looked_at < LOOK_SECONDS:
            return view
        if view is None or self._looking.acquire(blocking=False):
            try:
                return self._look()
            finally:
                if view is not None:
                    self._looking.release()
        return view  # another thread is looking

    def _look(self) -> _View:
        """Reads what the collection says of itself, and from the library what it lacks."""
        with self._looking:
            served = self._server.find()
            behind = served is None or served.generation < self._wanted or not self._checked
            if behind:
                self._begin_to_bring()
            if served is None:
                served = Served(collection=None, format="", generation=0, unfinished=True, size=0)
            self._view = self._seen(served)
            return self._view

    def _seen(self, served: Served) -> _View:
        before, now, since = self._view, time.monotonic(), served.generation
        ids, rows = np.empty(0, dtype=np.int64), np.empty((0, self._library.dimension), dtype=np.float32)
        if since >= self._wanted:
            return _View(served, since, since, ids, rows, 0, now)
        if before is not None and before.since <= since and before.upto >= self._wanted:
            return replace(before, served=served, looked_at=now)
        missing = self._library.chunks_added_since(since)
        if missing <= BESIDE_CHUNKS:
            with self._library.reading() as connection:
                ids, rows = vectors_added(connection, since, self._library.dimension)
        return _View(served, since, self._wanted, ids, rows, missing, now)

    def _begin_to_bring(self) -> None:
        if self._stopped.is_set() or (self._thread is not None and self._thread.is_alive()):
            return
        self._thread = Thread(target=self._bring_later, name="chroma-catch-up", daemon=True)
        self._thread.start()

    def _bring_later(self) -> None:
        try:
            self._bring(0.0)
            with self._looking:
                if (served := self._server.find()) is not None and not self._stopped.is_set():
                    self._view = self._seen(served)
        except Exception as error:  # noqa: BLE001 - the border to Chroma: tried again at the next look
            logger.warning("the vector index at %s could not be brought up to date: %s", self._url, error)

    def _bring(self, patience: float) -> None:
        """Brings the collection to the library's latest generation, unless another process is at it all the time."""
        with self._bringing, index_lock(self._library, LOCK, wait_seconds=patience) as held:
            if not held:
                return
            served, latest = self._server.find(), self._library.generation()
            if served is not None and not self._checked and not self._server.is_whole(served, self._library):
                logger.warning("the vector index at %s does not hold what it says and is built anew", self._url)
                served = None
            if served is None or served.generation > latest:
                served = self._server.make()
            if served.unfinished or served.generation < latest:
                try:
                    self._checked = self._server.bring(served, self._library, latest, self._stopped)
                except RetrievalError as error:
                    logger.warning("%s", error)
                    self._checked = self._server.bring(self._server.make(), self._library, latest, self._stopped)
            else:
                self._checked = True
