"""Adds, updates and removes: plan, embed, commit to the library, let the derived indexes catch up.

Leaves out: reading files and addresses (loading), and making vectors (embedding).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from index import commits, copies
from index.ahead import Ahead, Embedding
from index.articles import Added, Article
from index.chunktexts import ChunkText
from index.embedding.protocol import Embedder
from index.engines import Keywords, Vectors
from index.identity import article_id_candidates, content_sha256, identity
from index.library import Library
from index.locks import StillHeld, writing
from index.planning import Plan, plan
from index.storedvectors import StoredVectors

BATCH_CHUNKS = 256
"""What is embedded and committed at a time: some seconds of work, which is all that a crash can cost."""
CATCH_UP_CHUNKS = 4_096
"""How far the derived indexes may fall behind while articles are being added."""

Progress = Callable[[int, str], None]
"""Called with the number of inputs that are done, counting parts of a batch, and the title at work."""


class Ingest:
    """Changes a library and everything derived from it. One at a time: `add` and `remove` hold the writer lock."""

    def __init__(self, library: Library, embedder: Embedder, vectors: Vectors, keywords: Keywords) -> None:
        self._library = library
        self._embedder = embedder
        self._vectors = vectors
        self._keywords = keywords

    def add(self, inputs: Iterable[Article | Added], progress: Progress | None = None) -> Iterator[Added]:
        """What became of each input, in their order, as it is committed; those that failed before pass through.

        Nothing happens until the result is iterated. Raises LibraryLockedError when another process is writing,
        EmbeddingError and StorageError; what was yielded before is in the library, nothing else is.
        """
        with Ahead(self._embedder) as ahead, writing(self._library) as still_held:  # who is interrupted unlocks first
            line = _Line(self, ahead, progress, still_held)
            try:
                for article in inputs:
                    if isinstance(article, Article) and line.may_concern(article):
                        yield from line.finish()
                    yield from line.take(self._planned(article) if isinstance(article, Article) else article)
                yield from line.finish()
            except KeyboardInterrupt:
                line.behind = 0  # whoever asks next catches up: this process is to end
                raise
            finally:
                if line.behind:
                    self.catch_up()

    def remove(self, article_id: str, *, purge: bool = False) -> None:
        """Takes an article out of answers at once; `purge` erases every version of it.

        Raises ArticleNotFoundError, LibraryLockedError.
        """
        with writing(self._library):
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

    def unknown(self, plans: Iterable[Plan]) -> dict[bytes, ChunkText]:
        """The texts that the library has no vectors of, by hash."""
        texts = {
            text_hash: text for item in plans for text_hash, text in zip(item.text_hashes, item.texts, strict=True)
        }
        unknown = commits.unknown_hashes(self._library, list(texts))
        return {text_hash: text for text_hash, text in texts.items() if text_hash in unknown}

    def commit(self, plans: Sequence[Plan], new_vectors: Mapping[bytes, StoredVectors]) -> None:
        """Makes the plans true in the library."""
        commits.commit(self._library, plans, new_vectors)


def _identities(article: Article) -> set[str]:
    """All that another article could be recognised by, or clash with."""
    return {identity(article), content_sha256(article), *article_id_candidates(article)}


class _Batch:
    """Inputs on their way into one commit."""

    def __init__(self) -> None:
        self.items: list[Plan | Added] = []
        self.chunks = 0
        self._identities: set[str] = set()

    @property
    def plans(self) -> list[Plan]:
        """Those of the items that are to be committed."""
        return [item for item in self.items if isinstance(item, Plan)]

    def append(self, item: Plan | Added) -> None:
        self.items.append(item)
        if isinstance(item, Plan):
            self.chunks += len(item.spans)
            self._identities |= _identities(item.article)

    def may_concern(self, article: Article) -> bool:
        """Whether a plan for the article could depend on one that is not committed yet."""
        return bool(self._identities) and not self._identities.isdisjoint(_identities(article))


class _Line:
    """Two batches: one is being filled while the one before it is embedded. Inputs leave in the order they came."""

    def __init__(self, ingest: Ingest, ahead: Ahead, progress: Progress | None, still_held: StillHeld) -> None:
        self.behind = 0
        self._ingest = ingest
        self._ahead = ahead
        self._progress = progress
        self._still_held = still_held
        self._filling = _Batch()
        self._underway: tuple[_Batch, list[bytes], Embedding] | None = None
        self._done = 0

    def may_concern(self, article: Article) -> bool:
        """As that of either batch."""
        before = self._underway[0] if self._underway else None
        return self._filling.may_concern(article) or (before is not None and before.may_concern(article))

    def take(self, item: Plan | Added) -> Iterator[Added]:
        """Puts an input in, and gives what came out by that."""
        self._filling.append(item)
        if self._filling.chunks >= BATCH_CHUNKS:
            yield from self._move_on()
        elif self._underway is not None and self._underway[2].done():
            yield from self._settle()
        if self._underway is None and not self._filling.chunks:
            yield from self._told(self._filling)
            self._filling = _Batch()

    def finish(self) -> Iterator[Added]:
        """Brings out everything that is in."""
        yield from self._move_on()
        yield from self._settle()

    def _move_on(self) -> Iterator[Added]:
        """The batch before is committed, and the next one embedded, while the derived indexes catch up if they must."""
        before = list(self._settle())
        batch, self._filling = self._filling, _Batch()
        wanted = self._ingest.unknown(batch.plans)
        self._underway = batch, list(wanted), self._ahead.begin(list(wanted.values()))
        if self.behind >= CATCH_UP_CHUNKS:
            self._ingest.catch_up()
            self.behind = 0
        yield from before

    def _settle(self) -> Iterator[Added]:
        """Waits for the batch under way, and commits it."""
        if self._underway is None:
            return
        (batch, hashes, embedding), self._underway = self._underway, None
        for done in embedding.parts():
            self._report(batch, done / len(hashes))
        rows = embedding.rows()
        if batch.chunks:
            self._still_held()
            self._ingest.commit(batch.plans, dict(zip(hashes, rows, strict=True)))
            self.behind += batch.chunks
        yield from self._told(batch)

    def _told(self, batch: _Batch) -> Iterator[Added]:
        self._done += len(batch.items)
        if self._progress is not None and batch.items:
            self._progress(self._done, _title(batch.items[-1]))
        yield from (item.added if isinstance(item, Plan) else item for item in batch.items)

    def _report(self, batch: _Batch, share: float) -> None:
        if self._progress is not None:
            position = min(int(share * len(batch.items)), len(batch.items) - 1)
            self._progress(self._done + position, _title(batch.items[position]))


def _title(item: Plan | Added) -> str:
    return item.article.title if isinstance(item, Plan) else item.title or item.origin
