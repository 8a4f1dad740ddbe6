"""A library with everything derived from it, over an embedder that hashes words: what the store's tests share."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.articles import Added, Article
from index.engines import Vectors
from index.ingest import Ingest
from index.keywords import KeywordIndex
from index.library import Library
from index.servedvectors import ServedVectors
from index.vectors import VectorIndex


@dataclass
class HashEmbedder:
    """Unit vectors from the words of a text: the same on every machine, nearer the more words are shared."""

    name: str = "words"
    dimension: int = 64
    max_tokens: int = 256
    seen: list[str] = field(default_factory=list)
    fail_after: int | None = None

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.fail_after is not None and len(self.seen) + len(texts) > self.fail_after:
            raise RuntimeError("the embedder died")
        self.seen.extend(texts)
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[0] = 0.01
            for word in text.lower().split():
                row[zlib.crc32((self.name + word).encode()) % self.dimension] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def embed_question(self, question: str) -> NDArray[np.float32]:
        row: NDArray[np.float32] = HashEmbedder(self.name, self.dimension).embed_texts([question])[0]
        return row


class Store:
    """A library, its indexes and an ingest, opened together."""

    def __init__(
        self,
        folder: Path,
        embedder: HashEmbedder | None = None,
        *,
        database_url: str | None = None,
        chroma_url: str | None = None,
    ) -> None:
        self.folder = folder
        self.embedder = embedder or HashEmbedder()
        name, dimension = self.embedder.name, self.embedder.dimension
        self.library = Library.open(folder, embedder_name=name, dimension=dimension, database_url=database_url)
        self.vectors: Vectors = (
            VectorIndex.open(self.library) if chroma_url is None else ServedVectors.open(self.library, chroma_url)
        )
        self.keywords = KeywordIndex.open(self.library)
        self.ingest = Ingest(self.library, self.embedder, self.vectors, self.keywords)

    def add(self, *inputs: Article | Added) -> list[Added]:
        return list(self.ingest.add(inputs))

    def only_commit(self, *inputs: Article | Added) -> list[Added]:
        """As `add`, but the derived indexes are left behind, as by a crash right after the commit."""
        nothing: Any = _Nothing()
        return list(Ingest(self.library, self.embedder, nothing, nothing).add(inputs))

    def catch_up(self) -> None:
        self.vectors.catch_up(self.library, wait=True)
        self.keywords.catch_up(self.library)

    def nearest(self, question: str, k: int = 10) -> list[int]:
        return [int(i) for i in self.vectors.search(self.embedder.embed_question(question), k)[0]]

    def matching(self, question: str, k: int = 10) -> list[int]:
        return [int(i) for i in self.keywords.chunk_scores(question, k)[0]]

    def chunk_ids(self) -> set[int]:
        return {int(i) for i in self.library.catalogue().chunk_ids}

    def indexed(self) -> tuple[set[int], set[int]]:
        """The chunks that Chroma (or the exact product) and tantivy hold; `everywhere` is in every text."""
        found, matching = set(self.nearest("everywhere", 10_000)), set(self.matching("everywhere", 10_000))
        shared = self.vectors._shared if isinstance(self.vectors, VectorIndex) else None
        if (
            shared is not None and shared.ready
        ):  # its search is approximate: asked for all, it may miss one that is there
            found = {int(chunk_id) for chunk_id in shared.chroma._collection.get(include=[])["ids"]}
        return found, matching

    def close(self) -> None:
        self.vectors.close()
        self.keywords.close()
        self.library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Nothing:
    """An index that stays behind."""

    def catch_up(self, *_: object, **__: object) -> None:
        """Does nothing."""


def made_article(number: int, *, sentences: int = 3, **changed: Any) -> Article:
    """Article `number`: some sentences of its own, each with the word "everywhere"."""
    text = " ".join(
        f"Sentence {at} of story{number} says everywhere that deal{number}x{at} holds." for at in range(sentences)
    )
    values: dict[str, Any] = {"text": text, "title": f"Story {number}", "origin": f"/articles/{number}.txt"}
    return Article(**{**values, **changed})
