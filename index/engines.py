"""The two boundaries behind which an engine can be exchanged: nearest vectors, and words. Leaves out: the engines.

Both are derived from the library and know it by its generations: an engine is told to catch up before each question,
and may embed nothing. What it gives may hold what the library no longer has, never less than it has: whoever asks
drops what is not live. An engine that cannot answer raises RetrievalError; nothing found is an empty result.
"""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from index.library import Library
from index.restriction import Restriction

Field = Literal["title", "lead", "body", "source"]
Scored = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Ids and their scores, best first."""


class Vectors(Protocol):
    """Finds the chunks nearest to a question."""

    @property
    def engine(self) -> str:
        """What ranks."""

    @property
    def generation(self) -> int:
        """The library's generation it reflects; -1 where there is none yet."""

    @property
    def chunks(self) -> int | None:
        """The number of chunks it holds, None where that cannot be told."""

    def close(self) -> None:
        """Lets go of what it holds. Twice is no error."""

    def catch_up(self, library: Library, *, wait: bool = False) -> None:
        """Brings it to the library's latest generation; without `wait` what takes long may go on in the background."""

    def rebuild(self, library: Library) -> None:
        """Builds it anew."""

    def search(self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None) -> Scored:
        """The at most `k` chunks nearest to a unit vector (dimension,), of those `allowed` (ascending ids) where given.

        Scores are cosine similarities.
        """


class Keywords(Protocol):
    """Finds chunks and articles by their words. Scores are BM25's, above 0; coverage is in 0..1."""

    @property
    def generation(self) -> int:
        """The library's generation it reflects; -1 where there is none yet."""

    @property
    def articles(self) -> int:
        """The number of articles it holds."""

    @property
    def chunks(self) -> int:
        """The number of chunks it holds."""

    def close(self) -> None:
        """Lets go of what it holds. Twice is no error."""

    def catch_up(self, library: Library) -> None:
        """Brings it to the library's latest generation."""

    def rebuild(self, library: Library) -> None:
        """Builds it anew."""

    def chunk_scores(self, question: str, k: int, within: Restriction | None = None) -> Scored:
        """The at most `k` chunks that share words with the question."""

    def chunk_coverage(self, question: str, k: int, within: Restriction | None = None) -> Scored:
        """The at most `k` chunks with the largest shares of the question's words, weighted by rarity."""

    def article_scores(self, question: str, k: int, field: Field, within: Restriction | None = None) -> Scored:
        """The at most `k` articles whose `field` shares words with the question, by `article_key`."""

    def article_coverage(self, question: str, k: int, within: Restriction | None = None) -> Scored:
        """As `chunk_coverage`, the words anywhere in the body of an article, by `article_key`."""

    def document_frequencies(self, question: str) -> dict[str, int]:
        """In how many articles each word of the question occurs, by stem, stop words included."""

    def chunk_frequencies(self, question: str) -> dict[str, int]:
        """In how many chunks, the same way."""
