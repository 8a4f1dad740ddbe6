"""Vectors from any OpenAI-compatible /embeddings endpoint. Leaves out: the local model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from index.embedding.protocol import Vectors
from index.errors import EmbeddingError

if TYPE_CHECKING:
    from openai import OpenAI

BATCH_TEXTS = 64
MAX_TOKENS = 512  # what the smaller of the common embedding models take


class EndpointEmbedder:
    """`model` at `base_url`, asked in batches; rows are brought to unit length here.

    Nothing is sent until something is to be embedded, or `dimension` is asked for. Several threads may
    share it.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str | None = None,
        *,
        timeout_seconds: float = 60.0,
        max_tokens: int = MAX_TOKENS,
        batch_texts: int = BATCH_TEXTS,
    ) -> None:
        self.base_url = base_url
        self.name = model
        self.max_tokens = max_tokens
        self._api_key = api_key
        self._timeout_seconds = timeout_seconds
        self._batch_texts = batch_texts

    @cached_property
    def dimension(self) -> int:
        """Length of the model's vectors, asked of the endpoint once. Raises EmbeddingError."""
        return int(self._ask(["dimension"]).shape[1])

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """(n_texts, dimension) float32, unit rows in the order of `texts`. Raises EmbeddingError."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        starts = range(0, len(texts), self._batch_texts)
        return np.concatenate([self._ask(texts[start : start + self._batch_texts]) for start in starts])

    def embed_question(self, question: str) -> Vectors:
        """(dimension,) float32, unit length. Raises EmbeddingError."""
        vector: Vectors = self._ask([question])[0]
        return vector

    @cached_property
    def _client(self) -> OpenAI:
        # Importing it takes a second, and most users never need it.
        from openai import OpenAI

        # The client insists on a key; servers on one's own machine mostly want none.
        return OpenAI(
            base_url=self.base_url, api_key=self._api_key or "none", timeout=self._timeout_seconds, max_retries=2
        )

    def _ask(self, texts: Sequence[str]) -> Vectors:
        from openai import OpenAIError

        # An empty text is refused by most endpoints; lone surrogates cannot be sent.
        inputs = [text.encode("utf-8", "replace").decode("utf-8") or " " for text in texts]
        try:
            reply = self._client.embeddings.create(model=self.name, input=inputs, encoding_format="float")
            rows = [item.embedding for item in sorted(reply.data, key=lambda item: item.index)]
            with np.errstate(over="ignore"):  # an infinite length is told below
                vectors = np.array(rows, np.float64).astype(np.float32)
        except (OpenAIError, ValueError, TypeError, AttributeError) as error:
            raise EmbeddingError(
                f"the embedding endpoint {self.base_url} failed for model '{self.name}' ({error}): "
                "check ONRECORD_EMBEDDING_BASE_URL, _MODEL and _API_KEY"
            ) from error
        return self._unit(vectors, len(texts))

    def _unit(self, vectors: Vectors, n_texts: int) -> Vectors:
        if vectors.ndim != 2 or len(vectors) != n_texts:
            raise EmbeddingError(
                f"the embedding endpoint {self.base_url} gave {len(vectors)} vectors for {n_texts} texts: "
                f"is '{self.name}' an embedding model?"
            )
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise EmbeddingError(
                f"the embedding endpoint {self.base_url} gave a vector of no direction (zero or not a number): "
                f"try another model than '{self.name}'"
            )
        unit: Vectors = vectors / lengths
        return unit
