"""How well a passage and its sentences meet a question. Leaves out: how that is measured (index), deciding anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.questions import asked_for
from index.chunking import Span
from index.comparing import AskedQuestion
from index.interaction import Closeness


class Comparing(Protocol):
    """What retrieval can say about texts beside a question."""

    def question(self, question: str) -> AskedQuestion:
        """A question as it is compared."""
        ...

    def parts(self, asked: AskedQuestion, text: str, spans: Sequence[Span]) -> list[Closeness]:
        """How near parts of a text come to the question, each read together with the rest of it."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Relevance:
    """One question's measure of texts: `asked` as it was put, `question` as it can be understood alone."""

    asked: str
    question: str
    compared: AskedQuestion
    comparing: Comparing

    @classmethod
    def of(cls, asked: str, question: str, comparing: Comparing) -> Relevance:
        """The measure of a question. Raises EmbeddingError."""
        return cls(asked, question, comparing.question(question), comparing)

    def coverage(self, text: str) -> float:
        """The share, in [0, 1], of the question's weighted content words that occur in the text; 0 if it has none."""
        return self.compared.coverage(text)

    def closeness(self, text: str, spans: Sequence[Span]) -> list[Closeness]:
        """How near parts of a text come to the question."""
        return self.comparing.parts(self.compared, text, spans)

    def closeness_to_asked(self, text: str, spans: Sequence[Span]) -> list[float]:
        """How near parts of a text come to what is asked for alone: "sport" of "what sport does he play?"; 0 where
        nothing is named.
        """
        place = asked_for(self.question)
        if place is None or self.compared.reading is None:
            return [0.0] * len(spans)
        only = self.compared.only(*place)
        return [near.interaction for near in self.comparing.parts(only, text, spans)]
