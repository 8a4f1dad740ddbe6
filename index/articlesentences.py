"""The sentences of articles as questions are compared with them: their words, and their vectors from the library.

Nothing is embedded here: where a library has no vectors of a chunk's sentences, the chunk's own stands for each.
Leaves out: choosing among them (passages), and reading them with the model (comparing).
"""

from __future__ import annotations

from bisect import bisect_right
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
from index.words import StemSearch

KEPT_ARTICLES = 128
"""About 150 kB each of 60 sentences."""

_CHUNKS = """
SELECT a.article_id, c.version, c.start, c."end", v.vector, s.spans, s.vectors
FROM articles a JOIN chunks c ON c.article_key = a.article_key JOIN vectors v ON v.text_hash = c.text_hash
LEFT JOIN sentence_vectors s ON s.text_hash = c.text_hash
WHERE a.article_id IN :ids ORDER BY c.chunk_id
"""


_Number = TypeVar("_Number", np.int32, np.float32)


class _Parts(NamedTuple):
    """Chunks, or sentences of chunks, of one article: `spans` (n, 2), and `vectors` (n, dimension) of unit length."""

    spans: NDArray[np.int32]
    vectors: Vectors


@dataclass(frozen=True, slots=True, eq=False)
class ArticleSentences:
    """An article, sentence by sentence: where each stands, and its vector.

    `vectors` (n_sentences, dimension) float32 are as long as the sentence has characters, so that those of
    neighbours add up to that of the passage which they make; 0 where none is known. A run of sentences is the places
    of its first and of the one after its last.
    """

    version: Version
    spans: tuple[Span, ...]
    vectors: Vectors

    def holding(self, wanted: Iterable[str]) -> NDArray[np.bool_]:
        """(n_sentences, n_stems): which of the stems each sentence has a word with."""
        search = StemSearch(wanted)
        here = np.zeros((len(self.spans), len(search.wanted)), np.bool_)
        starts = [start for start, _ in self.spans]
        for number, place in search.occurrences(self.version.text):
            here[bisect_right(starts, place) - 1, number] = True
        return here

    def coverage(self, asked: AskedQuestion, runs: NDArray[np.int64]) -> NDArray[np.float64]:
        """The share, in [0, 1], of the question's weighted content words in each of the runs (n_runs, 2)."""
        weights = asked.word_weights
        present = _sums(self.holding(weights).astype(np.int32), runs) > 0
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
        rows: dict[tuple[str, int], list[_Row]] = defaultdict(list)
        with self._library.reading() as connection:
            query = sql.text(_CHUNKS).bindparams(sql.bindparam("ids", expanding=True))
            for article_id, number, *row in connection.execute(query, {"ids": ids}):
                rows[article_id, number].append(_Row(*row))
        dimension = self._library.dimension
        return [
            _made(version, rows[version.article_id, version.number], dimension)
            for version in self._library.versions_of(wanted)
        ]


class _Row(NamedTuple):
    """A chunk as the library keeps it; `sentences` and `sentence_vectors` are None where it has none of them."""

    start: int
    end: int
    vector: bytes
    sentences: bytes | None
    sentence_vectors: bytes | None


def _made(version: Version, rows: Sequence[_Row], dimension: int) -> ArticleSentences:
    """Where every chunk has told its sentences, the text need not be cut again."""
    told, chunks = _told(rows, dimension), _untold(rows, dimension)
    spans = _joined(told.spans) if len(told.spans) and not len(chunks.spans) else sentences(version.text)
    vectors = np.zeros((len(spans), dimension), np.float32)
    if spans:
        starts, ends = np.array(spans, np.int32).T
        _add(vectors, np.searchsorted(starts, told.spans[:, 0], side="right") - 1, told.vectors)
        for (start, end), vector in zip(chunks.spans, chunks.vectors, strict=True):
            first, after = np.searchsorted(starts, [start, end])
            vectors[first:after] += vector
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        characters = (ends - starts).astype(np.float32).reshape(-1, 1)
        vectors *= np.divide(characters, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return ArticleSentences(version, tuple(spans), vectors)


def _told(rows: Sequence[_Row], dimension: int) -> _Parts:
    """The sentences that chunks have told, unpacked at once."""
    told = [(row, row.sentences, row.sentence_vectors or b"") for row in rows if row.sentences is not None]
    stored = StoredSentences(b"".join(spans for _, spans, _ in told), b"".join(vectors for *_, vectors in told))
    spans, vectors = unpacked(stored, dimension)
    starts = np.repeat(np.array([row.start for row, *_ in told], np.int32), [len(one) // 8 for _, one, _ in told])
    return _Parts(spans + starts[:, None], vectors)


def _untold(rows: Sequence[_Row], dimension: int) -> _Parts:
    """The chunks that have told no sentences."""
    chunks = [row for row in rows if row.sentences is None]
    spans = np.array([(row.start, row.end) for row in chunks], np.int32).reshape(-1, 2)
    vectors = np.frombuffer(b"".join(row.vector for row in chunks), "<f4").reshape(-1, dimension)
    return _Parts(spans, vectors)


def _add(totals: Vectors, places: NDArray[np.int64], vectors: Vectors) -> None:
    """Adds each vector to the total at its place; a sentence in two chunks has a vector from each."""
    once, first = np.unique(places, return_index=True)
    totals[once] += vectors[first]
    again = np.setdiff1d(np.arange(len(places)), first)
    np.add.at(totals, places[again], vectors[again])


def _joined(parts: NDArray[np.int32]) -> list[Span]:
    """The spans (n, 2) in order, each once; those of one long sentence, which two chunks share, made one."""
    spans: list[Span] = []
    for start, end in sorted({(start, end) for start, end in parts.tolist()}):
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
