"""Embeds one batch in threads of its own, while the next is read and planned and the last one is written.

The engine's work is outside Python, so that both go on at once. Leaves out: what is embedded (ingest).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event
from typing import Self

from index.chunktexts import ChunkText
from index.embedding.protocol import Embedder, TokenEmbedder
from index.storedvectors import StoredVectors, embed

EMBED_CHUNKS = 64
"""What the embedder is given at a time: so often progress is told, and giving up is noticed."""
PARTS_AT_ONCE = 2
"""An embedder on this machine computes one part while the next is cut into tokens; an endpoint gets one at a time."""


class Ahead:
    """A thread that embeds. Leaving it gives up what is under way, after the part that it is at."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._stopped = Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batch")
        at_once = PARTS_AT_ONCE if isinstance(embedder, TokenEmbedder) else 1
        self._parts = ThreadPoolExecutor(at_once, thread_name_prefix="embedding")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._parts.shutdown(wait=True, cancel_futures=True)

    def begin(self, texts: Sequence[ChunkText]) -> Embedding:
        """Embeds the texts, after those begun before."""
        told: SimpleQueue[int | None] = SimpleQueue()
        return Embedding(self._thread.submit(self._embed, texts, told), told)

    def _embed(self, texts: Sequence[ChunkText], told: SimpleQueue[int | None]) -> list[StoredVectors]:
        """The vectors, in the order of the texts. Those of like length go together: little is padded."""
        rows: dict[int, StoredVectors] = {}
        by_length = sorted(range(len(texts)), key=lambda row: len(texts[row].text))
        parts = [by_length[first : first + EMBED_CHUNKS] for first in range(0, len(by_length), EMBED_CHUNKS)]
        underway = [self._parts.submit(self._part, [texts[row] for row in part]) for part in parts]
        try:
            for part, future in zip(parts, underway, strict=True):
                rows.update(zip(part, future.result(), strict=True))
                told.put(len(rows))
        except _GivenUpError:
            return []
        finally:
            for future in underway:
                future.cancel()
            told.put(None)
        return [rows[row] for row in sorted(rows)]

    def _part(self, texts: list[ChunkText]) -> list[StoredVectors]:
        if self._stopped.is_set():
            raise _GivenUpError
        return embed(self._embedder, texts)


class _GivenUpError(Exception):
    """Nobody waits for the vectors any more."""


class Embedding:
    """A batch on its way."""

    def __init__(self, future: Future[list[StoredVectors]], told: SimpleQueue[int | None]) -> None:
        self._future = future
        self._told = told

    def done(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self._future.done()

    def parts(self) -> Iterator[int]:
        """How many texts are done, each time some more are, until all are or the embedder has failed."""
        while (done := self._told.get()) is not None:
            yield done

    def rows(self) -> list[StoredVectors]:
        """The vectors, in the order of the texts, once all are done. Raises what the embedder raised."""
        return self._future.result()
