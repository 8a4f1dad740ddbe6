"""Vectors as a library keeps them: a chunk's, and those of its sentences where the embedder tells them.

A chunk's is little-endian float32. Of a sentence's, only the direction matters: its numbers are bytes of -127 to 127,
the greatest of them as 127, which takes a quarter of the space. Leaves out: comparing them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.chunktexts import ChunkText
from index.embedding.protocol import Embedder, TokenEmbedder, Vectors
from index.errors import EmbeddingError
from index.sentences import Span

_GREATEST = 127


class StoredVectors(NamedTuple):
    """A chunk's vector, and its sentences' with their spans; None where the embedder tells no vectors of sentences."""

    vector: bytes
    sentences: StoredSentences | None


class StoredSentences(NamedTuple):
    """The sentences of a chunk: where they stand, counted from where it begins, and their vectors."""

    spans: bytes
    vectors: bytes


def embed(embedder: Embedder, texts: Sequence[ChunkText]) -> list[StoredVectors]:
    """The vectors of the chunks, in their order.

    Raises EmbeddingError when the embedder gives something else than finite vectors of its dimension.
    """
    if isinstance(embedder, TokenEmbedder):
        embedded = embedder.embed_with_parts([one.text for one in texts], [one.parts for one in texts])
        rows = [one.vector for one in embedded]
        sentences = [packed(text.sentences, one.parts) for text, one in zip(texts, embedded, strict=True)]
        return list(map(StoredVectors, _checked(embedder, rows, len(texts)), sentences))
    rows = list(embedder.embed_texts([one.text for one in texts]))
    return [StoredVectors(vector, None) for vector in _checked(embedder, rows, len(texts))]


def packed(spans: Sequence[Span], vectors: Vectors) -> StoredSentences:
    """Spans and (n_sentences, dimension) vectors of any length, as stored."""
    greatest = np.abs(vectors).max(axis=1, initial=0.0, keepdims=True)
    rows = np.rint(vectors * (_GREATEST / np.where(greatest > 0, greatest, 1.0))).astype(np.int8)
    return StoredSentences(np.array(spans, "<i4").tobytes(), rows.tobytes())


def unpacked(stored: StoredSentences, dimension: int) -> tuple[NDArray[np.int32], Vectors]:
    """Spans (n_sentences, 2) int32, and vectors (n_sentences, dimension) float32: unit rows, or 0 where unseen."""
    rows = np.frombuffer(stored.vectors, np.int8).reshape(-1, dimension).astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.frombuffer(stored.spans, "<i4").reshape(-1, 2), rows / np.maximum(lengths, 1.0)


def _checked(embedder: Embedder, rows: Sequence[Vectors], n_texts: int) -> list[bytes]:
    found = np.array(rows, dtype="<f4")
    if found.shape != (n_texts, embedder.dimension) or not np.isfinite(found).all():
        raise EmbeddingError(
            f"the embedding model '{embedder.name}' gave an array of shape {found.shape} for {n_texts} texts where"
            f" ({n_texts}, {embedder.dimension}) finite numbers are needed: check its settings"
        )
    return [row.tobytes() for row in found]
