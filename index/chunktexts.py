"""What stands for a chunk in the embedding model and the keyword index: title, date, passage. Leaves out: cutting."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from index.sentences import Span

TITLE_CHARACTERS = 200
"""A longer title would take the place of the text in the few tokens that the embedding model reads."""


@dataclass(frozen=True, slots=True)
class ChunkText:
    """The text that is embedded for a chunk; from `passage_start` on it is the chunk itself.

    `sentences` are the chunk's, counted from where the chunk begins.
    """

    text: str
    passage_start: int
    sentences: tuple[Span, ...]

    @classmethod
    def of(
        cls, title: str, published_at: datetime | None, text: str, span: Span, sentence_spans: Sequence[Span]
    ) -> ChunkText:
        """That of the chunk `span` of an article's text, whose sentences are given."""
        start, end = span
        embedded = embedded_text(title, published_at, text[start:end])
        return cls(embedded, len(embedded) - (end - start), sentences_within(sentence_spans, start, end))

    @property
    def parts(self) -> list[Span]:
        """Where the sentences stand in `text`."""
        return [(self.passage_start + start, self.passage_start + end) for start, end in self.sentences]


def embedded_text(title: str, published_at: datetime | None, passage: str) -> str:
    """What stands for a passage in the embedding model and the keyword index: title, date, passage.

    >>> from datetime import UTC, datetime
    >>> embedded_text("A deal", datetime(2023, 2, 6, tzinfo=UTC), "They met.").splitlines()
    ['A deal (February 6, 2023)', 'They met.']
    """
    shown = title if len(title) <= TITLE_CHARACTERS else title[:TITLE_CHARACTERS].rsplit(" ", 1)[0]
    day = f" ({_MONTHS[published_at.month - 1]} {published_at.day}, {published_at.year})" if published_at else ""
    return f"{shown}{day}\n{passage}"


def text_hash(text: str) -> bytes:
    """What a vector is stored under: SHA-256 of the embedded text."""
    return hashlib.sha256(text.encode()).digest()


def sentences_within(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """The parts of a text's sentences that lie in `[start, end)`, counted from `start`.

    >>> sentences_within([(0, 5), (6, 9), (10, 30)], 6, 20)
    ((0, 3), (4, 14))
    """
    return tuple(
        (max(first, start) - start, min(last, end) - start) for first, last in spans if first < end and start < last
    )


_MONTHS = "January February March April May June July August September October November December".split()
