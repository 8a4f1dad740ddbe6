"""An embedder that hashes words and tells the vectors of parts of a text, too."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from store_parts import HashEmbedder

from index.embedding import Embedded, Reading
from index.embedding.protocol import Span


class PartsEmbedder(HashEmbedder):
    """The vectors of parts are those of their words alone, and so are those of tokens, which are words."""

    def read(self, texts: Sequence[str]) -> list[Reading]:
        vectors = self.embed_texts(texts)
        alone = HashEmbedder(self.name, self.dimension)
        readings = []
        for text, vector in zip(texts, vectors, strict=True):
            spans = [match.span() for match in re.finditer(r"\S+", text)]
            tokens = alone.embed_texts([text[start:end] for start, end in spans]).astype(np.float16)
            readings.append(Reading(vector, tokens, np.array(spans, np.int32).reshape(-1, 2)))
        return readings

    def embed_with_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Embedded]:
        vectors = self.embed_texts(texts)
        alone = HashEmbedder(self.name, self.dimension)
        return [
            Embedded(vector, alone.embed_texts([text[start:end] for start, end in spans]))
            for text, vector, spans in zip(texts, vectors, parts, strict=True)
        ]
