"""Adds, updates and removes: plan, embed, commit to the library, let the derived indexes catch up.

Leaves out: reading files and addresses (loading), and making vectors (embedding).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from index import commits, copies
from index.articles import Added, Article
from index.embedding.protocol import Embedder
from index.errors import EmbeddingError
from index.identity import article_id_candidates, content_sha256, identity
from index.keywords import KeywordIndex
from index.library import Library
from index.locks import writer_lock
from index.planning import Plan, plan
from index.vectors import VectorIndex

BATCH_CHUNKS = 256
"""What is embedded and committed at a time: some seconds of work, which is all that a crash can cost."""
CATCH_UP_CHUNKS = 4_096
"""How far the derived indexes may fall behind while articles are being added."""
EMBED_CHUNKS = 64

Progress = Callable[[int, str], None]
"""Called with the number of inputs that are done, counting parts of a batch, and the title at work."""


class Ingest:
    """Changes a library and everything derived from it. One at a time: `add` and `remove` hold the writer lock."""

    def __init__(self, library: Library, embedder: Embedder, vectors: VectorIndex, keywords: KeywordIndex) -> None:
        self._library = library
        self._embedder = embedder
        self._vectors = vectors
        self._keywords = keywords

    def add(self, inputs: Iterable[Article | Added], progress: Progress | None = None) -> Iterator[Added]:
        """What became of each input, in their order, as it is committed; those that failed before pass through.

        Nothing happens until the result is iterated. Raises LibraryLockedError when another process is writing,
        EmbeddingError and StorageError; what was yielded before is in the library, nothing else is.
        """
        batch = _Batch(progress)
        with writer_lock(self._library.folder):
            try:
                for article in inputs:
                    if isinstance(article, Article) and batch.may_concern(article):
                        yield from self._commit(batch)
                    batch.append(self._planned(article) if isinstance(article, Article) else article)
                    if batch.chunks >= BATCH_CHUNKS or not batch.chunks:
                        yield from self._commit(batch)
                yield from self._commit(batch)
            finally:
                if batch.behind:
                    self.catch_up()

    def remove(self, article_id: str, *, purge: bool = False) -> None:
        """Takes an article out of answers at once; `purge` erases every version of it.

        Raises ArticleNotFoundError, LibraryLockedError.
        """
        with writer_lock(self._library.folder):
            commits.remove(self._library, article_id, purge=purge)
            self.catch_up()

    def catch_up(self) -> None:
        """Brings what is derived to the library's latest generation."""
        copies.catch_up(self._library)
        self._keywords.catch_up(self._library)
        self._vectors.catch_up(self._library, wait=True)

    def _planned(self, article: Article) -> Plan | Added:
        with self._library.reading() as connection:
            return plan(self._library, connection, article)

    def _commit(self, batch: _Batch) -> Iterator[Added]:
        plans = [item for item in batch.items if isinstance(item, Plan)]
        if plans:
            commits.commit(self._library, plans, self._new_vectors(plans, batch))
            batch.behind += batch.chunks
        done = [item.added if isinstance(item, Plan) else item for item in batch.items]
        batch.clear()
        if batch.behind >= CATCH_UP_CHUNKS:
            self.catch_up()
            batch.behind = 0
        yield from done

    def _new_vectors(self, plans: list[Plan], batch: _Batch) -> dict[bytes, bytes]:
        """The vectors of the texts that the library does not know yet, by hash."""
        texts: dict[bytes, tuple[str, int]] = {}
        for position, item in enumerate(plans):
            for text_hash, text in zip(item.text_hashes, item.embedded_texts, strict=True):
                texts.setdefault(text_hash, (text, position))
        unknown = commits.unknown_hashes(self._library, list(texts))
        wanted = [(text_hash, *texts[text_hash]) for text_hash in texts if text_hash in unknown]
        made: dict[bytes, bytes] = {}
        for first in range(0, len(wanted), EMBED_CHUNKS):
            part = wanted[first : first + EMBED_CHUNKS]
            batch.report(part[0][2], plans[part[0][2]])
            rows = vector_bytes(self._embedder, [text for _, text, _ in part])
            made.update(zip((text_hash for text_hash, _, _ in part), rows, strict=True))
        return made


def _identities(article: Article) -> set[str]:
    """All that another article could be recognised by, or clash with."""
    return {identity(article), content_sha256(article), *article_id_candidates(article)}


class _Batch:
    """Inputs on their way into one commit."""

    def __init__(self, progress: Progress | None) -> None:
        self.items: list[Plan | Added] = []
        self.chunks = 0
        self.behind = 0
        self._progress = progress
        self._done = 0
        self._identities: set[str] = set()

    def append(self, item: Plan | Added) -> None:
        self.items.append(item)
        if isinstance(item, Plan):
            self.chunks += len(item.spans)
            self._identities |= _identities(item.article)

    def may_concern(self, article: Article) -> bool:
        """Whether a plan for the article could depend on one that is not committed yet."""
        return bool(self._identities & _identities(article))

    def report(self, position: int, at_work: Plan) -> None:
        if self._progress is not None:
            self._progress(self._done + position, at_work.article.title)

    def clear(self) -> None:
        self._done += len(self.items)
        if self._progress is not None and self.items:
            last = self.items[-1]
            self._progress(self._done, last.article.title if isinstance(last, Plan) else last.title or last.origin)
        self.items.clear()
        self._identities.clear()
        self.chunks = 0


def vector_bytes(embedder: Embedder, texts: list[str]) -> list[bytes]:
    """The vectors of the texts as the library stores them: little-endian float32 bytes.

    Raises EmbeddingError when the embedder gives something else than unit vectors of its dimension.
    """
    rows = np.asarray(embedder.embed_texts(texts), dtype="<f4")
    if rows.shape != (len(texts), embedder.dimension) or not np.isfinite(rows).all():
        raise EmbeddingError(
            f"the embedding model '{embedder.name}' gave an array of shape {rows.shape} for {len(texts)} texts where"
            f" ({len(texts)}, {embedder.dimension}) finite numbers are needed: check its settings"
        )
    return [row.tobytes() for row in rows]
