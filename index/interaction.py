"""How near a sentence comes to a question, word by word and as a whole, in the light of the sentences around it.

Late interaction (Khattab & Zaharia 2020, arXiv:2004.12832): each word of the question looks for its nearest token of
the sentence, so that "exit" finds "departure" and "managers" finds "executives"; and late chunking (Guenther et al.
2024, arXiv:2409.04701): the sentence's own vector is the mean of its tokens, which were read together with the
sentences around it. Both come from one reading of the passage. Asked for the sentence that states the answer, of all
of an article's, the two put it first for .91 of 242 SQuAD questions and .74 of 39 about the seeds; the share of the
question's words and the vector of the sentence alone do for .87 and .64.

Leaves out: which passages to compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.embedding.protocol import Reading
from index.words import STOP_WORDS, words

STOP_WORD_WEIGHT = 0.5
"""What a word without content counts: "why" finds "because", and "who" a person. The least that another one weighs."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """`interaction`: the weighted mean, over the question's words, of the cosine of each and the token nearest to it;
    `similarity`: the cosine of the question and the sentence as a whole.
    """

    interaction: float
    similarity: float


@dataclass(frozen=True, slots=True, eq=False)
class QuestionReading:
    """A question as passages are compared with it.

    `vector` (dimension,) float32 is the question's, `words` (n_words, dimension) float32 its words' as unit rows,
    `weights` (n_words,) float32 what each of them counts, 1 together, and `places` where each begins in the question.
    """

    vector: NDArray[np.float32]
    words: NDArray[np.float32]
    weights: NDArray[np.float32]
    places: tuple[int, ...] = ()

    @classmethod
    def of(cls, question: str, reading: Reading, word_weights: Mapping[str, float]) -> QuestionReading:
        """The question, read; `word_weights` maps the stems of its content words to their weights."""
        vectors, weights, places = [], [], []
        for word in words(question):
            tokens = reading.tokens[_within(reading, word.start, word.end)]
            if len(tokens):
                vectors.append(tokens.astype(np.float32).mean(axis=0))
                places.append(word.start)
                is_stop_word = question[word.start : word.end].lower() in STOP_WORDS
                weights.append(STOP_WORD_WEIGHT if is_stop_word else word_weights.get(word.stem, 1.0))
        if not vectors:  # a question of signs
            return cls(reading.vector, reading.vector[None, :], np.ones(1, np.float32))
        rows, shares = np.stack(vectors), np.array(weights, np.float32)
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return cls(reading.vector, unit, shares / shares.sum(), tuple(places))

    def only(self, start: int, end: int) -> QuestionReading:
        """The same with the words alone that begin in `[start, end)`; itself where none does."""
        inside = np.array([start <= place < end for place in self.places], np.bool_)
        if not inside.any():
            return self
        weights = self.weights[inside]
        return replace(self, words=self.words[inside], weights=weights / weights.sum(), places=())

    def closeness(self, passage: Reading, start: int, end: int) -> Closeness:
        """How near the part `[start, end)` of a passage comes; the whole passage where the model saw none of it."""
        inside = _within(passage, start, end)
        tokens = (passage.tokens[inside] if inside.any() else passage.tokens).astype(np.float32)
        if not len(tokens):
            return Closeness(0.0, 0.0)
        mean = tokens.mean(axis=0)
        return Closeness(
            interaction=float((self.words @ tokens.T).max(axis=1) @ self.weights),
            similarity=float(mean @ self.vector / (np.linalg.norm(mean) or 1.0)),
        )


def _within(reading: Reading, start: int, end: int) -> NDArray[np.bool_]:
    """Which tokens lie in `[start, end)`, (n_tokens,)."""
    inside: NDArray[np.bool_] = (
        (reading.spans[:, 0] >= start) & (reading.spans[:, 1] <= end) & (reading.spans[:, 0] < reading.spans[:, 1])
    )
    return inside
