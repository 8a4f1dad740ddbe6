"""The vector index of a library: Chroma where this process owns it, an exact product where another does.

Leaves out: how vectors come about (embedding), and ranking by anything else.
"""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Self

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from index.chromavectors import ChromaVectors
from index.errors import OnRecordError
from index.exactvectors import ExactVectors, Found
from index.library import Library
from index.tables import storage_errors

logger = logging.getLogger(__name__)

ENOUGH_ALLOWED = 0.5
"""Where a filter lets fewer chunks through, the exact product over them is as quick as asking Chroma for more."""

INLINE_CHUNKS = 512
"""What Chroma takes in at once, in about 0.3 s; more is done while the exact product answers."""


class VectorIndex:
    """Finds the chunks nearest to a question. Open one with `VectorIndex.open`; safe to share between threads.

    One process at a time owns a library's Chroma collection; within it every index of that library shares it.
    Another process ranks exactly, from the library, until the collection is free.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._shared: _Shared | None = None
        self._exact = ExactVectors(library.dimension)

    @classmethod
    def open(cls, library: Library, *, wait: bool = True) -> Self:
        """The index of `library`, brought to its latest generation.

        Without `wait`, Chroma (whose import alone takes about a second) is opened while the exact product answers.
        """
        index = cls(library)
        index.catch_up(library, wait=wait)
        return index

    @property
    def engine(self) -> str:
        """What ranks: "chroma" or "exact"."""
        return "chroma" if self._shared and self._shared.ready else "exact"

    @property
    def generation(self) -> int:
        """The library's generation it reflects."""
        shared = self._shared
        return shared.chroma.generation if shared and shared.ready else self._exact.generation

    @property
    def chunks(self) -> int | None:
        """The number of chunks in the collection; None where another process owns it."""
        shared = self._shared
        return len(shared.chroma) if shared and shared.ready else None

    def close(self) -> None:
        """Lets another process have the collection. Twice is no error."""
        shared, self._shared = self._shared, None
        if shared is not None:
            _release(shared)

    def catch_up(self, library: Library, *, wait: bool = False) -> None:
        """Brings the index to the library's latest generation. Embeds nothing; may be done twice without harm.

        Where Chroma has much to take in, the exact product answers meanwhile; with `wait`, Chroma is waited for.
        """
        if self._shared is None:
            self._shared = _own(library.folder)
        if self._shared is None or not self._shared.catch_up(library, wait=wait):
            self._exact.catch_up(library)

    def rebuild(self, library: Library) -> None:
        """Builds what is derived anew. Embeds nothing."""
        if self._shared is not None:
            self._shared.discard()
        self._exact = ExactVectors(library.dimension)
        self.catch_up(library, wait=True)

    def search(self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> Found:
        """The at most `k` chunks nearest to a unit vector (dimension,), best first.

        Gives their ids (int64) and cosine similarities (float32, -1..1). With `allowed` (ascending chunk ids),
        only of those. A chunk dropped since the index last caught up may still be among them.
        """
        shared = self._shared
        if shared is not None and shared.ready:
            found = shared.search(vector, k, allowed)
            if found is not None:
                return found
            self._exact.catch_up(self._library)
        return self._exact.search(vector, k, allowed)


class _Shared:
    """A collection that this process owns, its file lock, and how many indexes of this process use it."""

    def __init__(self, folder: Path, file_lock: FileLock) -> None:
        self.folder = folder
        self.chroma = ChromaVectors(folder / "chroma")
        self.file_lock = file_lock
        self.users = 1
        self.ready = False
        self._bringing = Lock()
        self._stopped = Event()
        self._thread: Thread | None = None

    def catch_up(self, library: Library, *, wait: bool) -> bool:
        """Whether the collection is at the library's latest generation now; if not, it is on its way there."""
        with self._bringing:
            thread = self._thread
            if thread is not None and thread.is_alive():
                if not wait:
                    return False
                thread.join()
            if self.ready and self.chroma.generation == library.generation():
                return True
            few = self.chroma.is_open and library.chunks_added_since(self.chroma.generation) <= INLINE_CHUNKS
            if wait or few:
                return self._bring(library)
            self.ready = False
            self._thread = Thread(target=self._bring_later, args=(library,), name="chroma-catch-up")
            self._thread.start()
            return False

    def search(self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None) -> Found | None:
        """What Chroma finds; None where the exact product is to be asked."""
        if allowed is not None and len(allowed) < len(self.chroma) * ENOUGH_ALLOWED:
            return None
        try:
            ids, similarities = self.chroma.search(vector, k if allowed is None else 2 * k)
        except Exception:
            logger.exception("the vector index of %s gave an error and will be built anew", self.folder)
            self.ready = False
            self.chroma.discard()
            return None
        if allowed is not None:
            places = np.minimum(np.searchsorted(allowed, ids), len(allowed) - 1)
            inside = np.flatnonzero(allowed[places] == ids)[:k]
            if len(inside) < min(k, len(allowed)):
                return None
            ids, similarities = ids[inside], similarities[inside]
        return ids, similarities

    def discard(self) -> None:
        with self._bringing:
            if self._thread is not None:
                self._thread.join()
            self.ready = False
            self.chroma.discard()

    def close(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self.ready = False
        self.chroma.close()
        self.file_lock.release()

    def _bring(self, library: Library) -> bool:
        try:
            self.chroma.catch_up(library, stopped=self._stopped)
        except OnRecordError:
            raise
        except Exception:
            logger.exception("the vector index of %s gave an error and will be built anew", self.folder)
            self.ready = False
            self.chroma.discard()
            return False
        self.ready = not self._stopped.is_set()
        return self.ready

    def _bring_later(self, library: Library) -> None:
        try:
            self._bring(library)
        except OnRecordError:
            logger.warning("the vector index of %s could not be brought up to date", self.folder, exc_info=True)


_owned: dict[Path, _Shared] = {}
_owning = Lock()


def _own(folder: Path) -> _Shared | None:
    """The collection of the library in `folder`, unless another process has it."""
    with _owning:
        shared = _owned.get(folder)
        if shared is not None:
            shared.users += 1
            return shared
        file_lock = FileLock(folder / "chroma.lock", thread_local=False)
        with storage_errors(folder):
            try:
                file_lock.acquire(timeout=0)
            except Timeout:
                return None
        _owned[folder] = _Shared(folder, file_lock)
        return _owned[folder]


def _release(shared: _Shared) -> None:
    with _owning:
        shared.users -= 1
        if shared.users == 0:
            del _owned[shared.folder]
            shared.close()
