"""What every embedder offers, and what one that runs here offers beyond it. Leaves out: how vectors come about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A text as the model reads it, token by token, each in the light of the others.

    `vector` (dimension,) float32, unit length, is the whole text's, as `embed_texts` gives it; `tokens` (n_tokens,
    dimension) float16 the tokens', as unit rows; `spans` (n_tokens, 2) int32 their characters, start and end. Special
    tokens are left out, and so is what lies beyond the embedder's `max_tokens`.
    """

    vector: Vectors
    tokens: npt.NDArray[np.float16]
    spans: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """A text's vector, and those of parts of it in the light of the rest of it, from one pass of the model.

    `vector` (dimension,) float32, unit length, is the whole text's, as `embed_texts` gives it; `parts` (n_parts,
    dimension) float32, unit rows, are the directions of the mean of each part's tokens (late chunking, Guenther et al.
    2024, arXiv:2409.04701). A part of which the model saw nothing is a row of 0.
    """

    vector: Vectors
    parts: Vectors


class Embedder(Protocol):
    """Texts to vectors. Calls may come from several threads at once."""

    @property
    def name(self) -> str:
        """The model's name: a library remembers it."""
        ...

    @property
    def dimension(self) -> int:
        """Length of its vectors."""
        ...

    @property
    def max_tokens(self) -> int:
        """The model's own tokens after which a text is cut off."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """(n_texts, dimension) float32, unit rows in the order of `texts`. Raises EmbeddingError."""
        ...

    def embed_question(self, question: str) -> Vectors:
        """(dimension,) float32, unit length. Raises EmbeddingError."""
        ...


@runtime_checkable
class TokenEmbedder(Embedder, Protocol):
    """An embedder that also tells the vectors of a text's tokens; an endpoint does not."""

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """The texts' readings, in their order. Raises EmbeddingError."""
        ...

    def embed_with_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedded]:
        """The texts' vectors and those of their parts, in their order; `parts` are spans of each text's characters.

        Raises EmbeddingError.
        """
        ...
