"""The sentences of articles as questions are compared with them: their words, and their vectors from the library.

Nothing is embedded here: where a library has no vectors of a chunk's sentences, the chunk's own stands for each.
Leaves out: choosing among them (passages), and reading them with the model (comparing).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import sqlalchemy as sql
from numpy.typing import NDArray

from index.articles import Version
from index.comparing import AskedQuestion
from index.embedding.protocol import Vectors
from index.kept import Kept
from index.library import Library
from index.sentences import Span, sentences
from index.storedvectors import StoredSentences, unpacked
from index.words import stems

KEPT_ARTICLES = 128
"""About 150 kB each of 60 sentences."""

_CHUNKS = """
SELECT a.article_id, c.version, c.start, c."end", v.vector, s.spans, s.vectors
FROM articles a JOIN chunks c ON c.article_key = a.article_key JOIN vectors v ON v.text_hash = c.text_hash
LEFT JOIN sentence_vectors s ON s.text_hash = c.text_hash
WHERE a.article_id IN :ids ORDER BY c.chunk_id
"""


_Number = TypeVar("_Number", np.int32, np.float32)


class _Part(NamedTuple):
    """A chunk, or a sentence of it, and its vector."""

    start: int
    end: int
    vector: Vectors


@dataclass(frozen=True, slots=True, eq=False)
class ArticleSentences:
    """An article, sentence by sentence: where each stands, the stems of its words, and its vector.

    `vectors` (n_sentences, dimension) float32 are as long as the sentence has characters, so that those of
    neighbours add up to that of the passage which they make; 0 where none is known. A run of sentences is the places
    of its first and of the one after its last.
    """

    version: Version
    spans: tuple[Span, ...]
    stems: tuple[frozenset[str], ...]
    vectors: Vectors

    def coverage(self, asked: AskedQuestion, runs: NDArray[np.int64]) -> NDArray[np.float64]:
        """The share, in [0, 1], of the question's weighted content words in each of the runs (n_runs, 2)."""
        weights = asked.word_weights
        here = np.array([[stem in stems for stem in weights] for stems in self.stems], np.int32)
        present = _sums(here.reshape(len(self.stems), len(weights)), runs) > 0
        shares = np.fromiter(weights.values(), np.float64, len(weights))
        covered: NDArray[np.float64] = present @ shares / (shares.sum() or 1.0)
        return covered

    def similarity(self, asked: AskedQuestion, runs: NDArray[np.int64]) -> NDArray[np.float64]:
        """The cosine of the question and each of the runs (n_runs, 2)."""
        rows = _sums(self.vectors, runs)
        lengths = np.linalg.norm(rows, axis=1)
        cosines: NDArray[np.float64] = rows @ asked.vector / np.where(lengths > 0, lengths, 1.0)
        return cosines


class SentenceShelf:
    """The sentences of a library's articles, those looked at last at hand. Safe between threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._kept: Kept[tuple[str, int], ArticleSentences] = Kept(KEPT_ARTICLES)

    def of(self, wanted: Sequence[tuple[str, int]]) -> list[ArticleSentences]:
        """Those of the versions asked for as (article id, number), in that order. Raises ArticleNotFoundError."""
        return self._kept.get(wanted, self._read)

    def _read(self, wanted: Sequence[tuple[str, int]]) -> list[ArticleSentences]:
        ids = [article_id for article_id, _ in wanted]
        dimension = self._library.dimension
        told: dict[tuple[str, int], list[_Part]] = defaultdict(list)
        chunks: dict[tuple[str, int], list[_Part]] = defaultdict(list)
        with self._library.reading() as connection:
            query = sql.text(_CHUNKS).bindparams(sql.bindparam("ids", expanding=True))
            rows = connection.execute(query, {"ids": ids}).all()
        for article_id, number, start, end, vector, spans, vectors in rows:
            if spans is None:
                chunks[article_id, number].append(_Part(start, end, np.frombuffer(vector, "<f4")))
            else:
                told[article_id, number] += _parts(start, *unpacked(StoredSentences(spans, vectors), dimension))
        return [
            _made(
                version, told[version.article_id, version.number], chunks[version.article_id, version.number], dimension
            )
            for version in self._library.versions_of(wanted)
        ]


def _parts(chunk_start: int, spans: NDArray[np.int32], vectors: Vectors) -> Iterable[_Part]:
    for (start, end), vector in zip((spans + chunk_start).tolist(), vectors, strict=True):
        yield _Part(start, end, vector)


def _made(version: Version, told: Sequence[_Part], chunks: Sequence[_Part], dimension: int) -> ArticleSentences:
    """Where every chunk has told its sentences, the text need not be cut again."""
    spans = _joined(told) if told and not chunks else sentences(version.text)
    starts = [start for start, _ in spans]
    vectors = np.zeros((len(spans), dimension), np.float32)
    for part in told:  # a sentence in two chunks has a vector from each
        vectors[np.searchsorted(starts, part.start, side="right") - 1] += part.vector
    for part in chunks:
        first, after = np.searchsorted(starts, [part.start, part.end])
        vectors[first:after] += part.vector
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    characters = np.array([[end - start] for start, end in spans], np.float32).reshape(-1, 1)
    scales: Vectors = np.divide(characters, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return ArticleSentences(
        version,
        tuple(spans),
        tuple(frozenset(stems(version.text[start:end])) for start, end in spans),
        vectors * scales,
    )


def _joined(parts: Sequence[_Part]) -> list[Span]:
    """The spans of the parts in order, each once; those of one long sentence, which two chunks share, made one."""
    spans: list[Span] = []
    for start, end in sorted({(part.start, part.end) for part in parts}):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _sums(rows: NDArray[_Number], runs: NDArray[np.int64]) -> NDArray[_Number]:
    """The sums of the rows of each run."""
    totals = np.concatenate([np.zeros((1, rows.shape[1]), rows.dtype), rows.cumsum(axis=0)])
    sums: NDArray[_Number] = totals[runs[:, 1]] - totals[runs[:, 0]]
    return sums
