"""Questions and passages side by side: what both were read for once is kept. Leaves out: choosing passages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.chunking import Span
from index.embedding.protocol import Embedder, Reading, TokenEmbedder
from index.interaction import Closeness, QuestionReading
from index.kept import Kept
from index.words import stems

KEPT_READINGS = 512
"""Passages kept as read: about 60 kB each of 80 tokens."""
KEPT_VECTORS = 4_096
KEPT_QUESTIONS = 64


@dataclass(frozen=True, slots=True, eq=False)
class AskedQuestion:
    """A question, ready to be compared: its vector (dimension,), the weights of its content words' stems, and, from an
    embedder that tells tokens, its reading.
    """

    vector: NDArray[np.float32]
    word_weights: Mapping[str, float]
    reading: QuestionReading | None

    def coverage(self, text: str) -> float:
        """The share, in [0, 1], of the question's weighted content words that occur in the text; 0 if it has none."""
        return self.covered_by(stems(text))

    def covered_by(self, here: AbstractSet[str]) -> float:
        """The same of a text whose words have these stems."""
        total = sum(self.word_weights.values())
        return sum(weight for stem, weight in self.word_weights.items() if stem in here) / total if total else 0.0

    def only(self, start: int, end: int) -> AskedQuestion:
        """The same question, of which no other words are compared than those in `[start, end)` of it."""
        return self if self.reading is None else replace(self, reading=self.reading.only(start, end))


class Comparer:
    """Compares questions with passages. Safe between threads."""

    def __init__(self, embedder: Embedder, word_weights: Callable[[str], Mapping[str, float]]) -> None:
        self._embedder = embedder
        self._tokens = embedder if isinstance(embedder, TokenEmbedder) else None
        self._word_weights = word_weights
        self._readings: Kept[str, Reading] = Kept(KEPT_READINGS)
        self._vectors: Kept[str, NDArray[np.float32]] = Kept(KEPT_VECTORS)
        self._questions: Kept[str, Reading] = Kept(KEPT_QUESTIONS)

    def question(self, question: str) -> AskedQuestion:
        """A question as it is compared. Raises EmbeddingError."""
        weights = self._word_weights(question)
        if self._tokens is None:
            return AskedQuestion(self._embedder.embed_question(question), weights, None)
        (reading,) = self._questions.get([question], self._tokens.read)
        return AskedQuestion(reading.vector, weights, QuestionReading.of(question, reading, weights))

    def texts(self, asked: AskedQuestion, texts: Sequence[str]) -> list[Closeness]:
        """How near each of the texts comes to the question, each taken whole."""
        if asked.reading is None or self._tokens is None:
            return [
                Closeness(interaction=asked.coverage(text), similarity=float(vector @ asked.vector))
                for text, vector in zip(texts, self._vectors.get(texts, self._embed), strict=True)
            ]
        readings = self._readings.get(texts, self._tokens.read)
        return [asked.reading.closeness(reading, 0, len(text)) for text, reading in zip(texts, readings, strict=True)]

    def parts(self, asked: AskedQuestion, text: str, spans: Sequence[Span]) -> list[Closeness]:
        """How near parts of a text come to the question, each read together with the rest of it."""
        if asked.reading is None or self._tokens is None:
            return self.texts(asked, [text[start:end] for start, end in spans])
        (reading,) = self._readings.get([text], self._tokens.read)
        return [asked.reading.closeness(reading, start, end) for start, end in spans]

    def _embed(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        return list(self._embedder.embed_texts(texts))
