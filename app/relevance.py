"""How well a text meets a question: its words by weight, its meaning by vectors. Leaves out: deciding anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.words import words


class Measures(Protocol):
    """What retrieval can say about texts beside a question."""

    def word_weights(self, question: str) -> Mapping[str, float]:
        """Each content word's stem and its weight."""
        ...

    def similarities(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """The cosine of the question and each text, (n_texts,)."""
        ...


@dataclass(frozen=True, slots=True)
class Relevance:
    """One question's measure of texts: `asked` as it was put, `question` as it can be understood alone."""

    asked: str
    question: str
    weights: Mapping[str, float]
    measures: Measures

    @classmethod
    def of(cls, asked: str, question: str, measures: Measures) -> Relevance:
        """The measure of a question."""
        return cls(asked, question, measures.word_weights(question), measures)

    def coverage(self, text: str) -> float:
        """The share, in [0, 1], of the question's weighted content words that occur in the text; 0 if it has none."""
        total = sum(self.weights.values())
        if not total:
            return 0.0
        here = {word.stem for word in words(text)}
        return sum(weight for stem, weight in self.weights.items() if stem in here) / total

    def similarities(self, texts: Sequence[str]) -> list[float]:
        """The cosine of the question and each text."""
        return [float(value) for value in self.measures.similarities(self.question, texts)] if texts else []
