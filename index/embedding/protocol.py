"""What every embedder offers. Leaves out: how vectors come about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


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
