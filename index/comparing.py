"""Questions and passages side by side: what both were read for once is kept. Leaves out: choosing passages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.chunking import Span
from index.embedding.protocol import Embedder, Reading, TokenEmbedder
from index.interaction import Closeness, QuestionReading
from index.words import stems

KEPT_READINGS = 512
"""Passages kept as read: about 60 kB each of 80 tokens."""
KEPT_VECTORS = 4_096
KEPT_QUESTIONS = 64

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


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
        self._readings: _Kept[str, Reading] = _Kept(KEPT_READINGS)
        self._vectors: _Kept[str, NDArray[np.float32]] = _Kept(KEPT_VECTORS)
        self._questions: _Kept[str, Reading] = _Kept(KEPT_QUESTIONS)

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


class _Kept(Generic[_Key, _Value]):
    """What was made last, at most so many of it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[_Key, _Value] = OrderedDict()
        self._lock = Lock()

    def get(self, keys: Sequence[_Key], make: Callable[[list[_Key]], Sequence[_Value]]) -> list[_Value]:
        """The values of the keys, those that are not there made together."""
        with self._lock:
            found = {key: self._values[key] for key in keys if key in self._values}
        unknown = [key for key in dict.fromkeys(keys) if key not in found]
        made = dict(zip(unknown, make(unknown), strict=True)) if unknown else {}
        with self._lock:
            for key in [*found, *made]:
                self._values.pop(key, None)
            self._values.update(found | made)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return [found[key] if key in found else made[key] for key in keys]
