"""The keyword index of a library: BM25 over chunks, and over the titles, leads, bodies and sources of articles.

Two tantivy indexes, so that lengths and frequencies of chunks and of whole articles stay apart: one chunk is
compared with other chunks, one title with other titles. Leaves out: how scores are weighed (retrieval).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Self

import numpy as np
import tantivy

from index import derived, keywordtext
from index.engines import Field, Scored
from index.errors import RetrievalError
from index.keyworddocuments import articles_changed, chunks_changed
from index.keywordfiles import damaged_files
from index.keywordqueries import restricted, words_query
from index.keywordschema import SCHEMAS, article_document, chunk_document, open_index
from index.library import Library
from index.restriction import Restriction
from index.tables import storage_errors

logger = logging.getLogger(__name__)

FORMAT = "keywords-2"
"""To be raised whenever the fields, the analysis or the text that is indexed changes."""
LOCK_SECONDS = 2.0
BUILD_SECONDS = 600.0
"""How long to wait where there is nothing to search in before another process has built it."""

_HEAP_BYTES = 48_000_000
_SMALL_HEAP_BYTES = 15_000_000
"""For a few articles, the least that tantivy takes: a third of either it reserves for a table, whatever comes."""
_FEW_ARTICLES = 100


class KeywordIndex:
    """Finds chunks and articles by their words. Open one with `KeywordIndex.open`; safe to share between threads.

    Any number of processes may read it; whichever first finds it behind the library brings it up to date, the
    others see that at their own next `catch_up`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mark: derived.Mark | None = None
        self._chunks: tantivy.Index | None = None
        self._articles: tantivy.Index | None = None
        self._lock = Lock()

    @classmethod
    def open(cls, library: Library) -> Self:
        """The index of `library`, brought to its latest generation."""
        index = cls(library.folder / "keywords")
        index.catch_up(library)
        return index

    @property
    def generation(self) -> int:
        """The library's generation it reflects; -1 when another process is still building it."""
        return self._mark.generation if self._mark else -1

    def close(self) -> None:
        """Lets go of the files. Twice is no error."""
        self._mark = self._chunks = self._articles = None

    def catch_up(self, library: Library) -> None:
        """Brings the index to the library's latest generation. Embeds nothing; may be done twice without harm.

        When another process is at it for longer than LOCK_SECONDS, what is there already is used as it is; where
        there is nothing yet, it is waited for. Raises RetrievalError when even that takes too long.
        """
        with self._lock:
            latest = library.generation()
            if self._is_at(library, latest) or self._reopen(library, latest):
                return
            patience = BUILD_SECONDS if self._mark is None else LOCK_SECONDS
            with derived.index_lock(library.folder / "keywords.lock", wait_seconds=patience) as held:
                if self._reopen(library, latest) or (self._mark and not held):
                    return
                if not held:
                    raise RetrievalError("another process has been building the keyword index for too long: stop it")
                if self._mark is None or not self._brought(library, self._mark, latest):
                    self._build(library, latest)

    def rebuild(self, library: Library) -> None:
        """Builds the index anew. Raises RetrievalError when another process does not let go of it."""
        with self._lock, derived.index_lock(library.folder / "keywords.lock", wait_seconds=BUILD_SECONDS) as held:
            if not held:
                raise RetrievalError("another process has been building the keyword index for too long: stop it")
            self._build(library, library.generation())

    def chunk_scores(self, question: str, k: int, within: Restriction | None = None) -> Scored:
        """The at most `k` chunks that share words with the question."""
        return self._scores(self._chunks, "body", "chunk_id", question, k, within)

    def article_scores(self, question: str, k: int, field: Field, within: Restriction | None = None) -> Scored:
        """The at most `k` articles whose `field` shares words with the question, by `article_key`."""
        return self._scores(self._articles, field, "article_key", question, k, within)

    def chunk_coverage(self, question: str, k: int, within: Restriction | None = None) -> Scored:
        """The at most `k` chunks with the largest shares of the question's words, weighted by rarity, in 0..1."""
        return self._scores(self._chunks, "body", "chunk_id", question, k, within, coverage=True)

    def article_coverage(self, question: str, k: int, within: Restriction | None = None) -> Scored:
        """As `chunk_coverage`, the words anywhere in the body of an article, by `article_key`."""
        return self._scores(self._articles, "body", "article_key", question, k, within, coverage=True)

    def document_frequencies(self, question: str) -> dict[str, int]:
        """In how many articles each word of the question occurs, by stem, stop words included."""
        return _frequencies(self._articles, question)

    def chunk_frequencies(self, question: str) -> dict[str, int]:
        """In how many chunks, the same way."""
        return _frequencies(self._chunks, question)

    @property
    def articles(self) -> int:
        """The number of articles in the index."""
        return int(self._articles.searcher().num_docs) if self._articles is not None else 0

    @property
    def chunks(self) -> int:
        """The number of chunks in the index."""
        return int(self._chunks.searcher().num_docs) if self._chunks is not None else 0

    def _scores(
        self,
        index: tantivy.Index | None,
        field: str,
        key: str,
        question: str,
        k: int,
        within: Restriction | None,
        *,
        coverage: bool = False,
    ) -> Scored:
        terms = keywordtext.terms(question)
        if index is None or not terms or k <= 0:
            return _NOTHING
        searcher = index.searcher()
        query = words_query(index.schema, searcher, field, terms, coverage=coverage)
        query = restricted(index.schema, query, within)
        hits = searcher.search(query, limit=max(1, min(k, searcher.num_docs)), count=False).hits
        ids = np.array(searcher.fast_field_values(key, [address for _, address in hits]), dtype=np.int64)
        return ids, np.array([score for score, _ in hits], dtype=np.float32)

    def _is_at(self, library: Library, latest: int) -> bool:
        mark = self._mark
        return mark is not None and mark.library_id == library.library_id and mark.generation == latest

    def _reopen(self, library: Library, latest: int) -> bool:
        """Looks at what is on the disk; whether that is already at the latest generation."""
        mark = derived.read_mark(self._folder)
        if mark is None or not mark.follows(library, index_format=FORMAT, latest=latest):
            self.close()
            return False
        try:
            if self._mark is None or self._mark.build != mark.build:
                damaged = damaged_files(self._folder)  # tantivy reads without looking at its checksums
                if damaged:
                    raise ValueError(f"{damaged[0]} is not what was written")
                self._chunks = open_index(self._folder / mark.build / "chunks", "chunks")
                self._articles = open_index(self._folder / mark.build / "articles", "articles")
            for index in (self._chunks, self._articles):
                if index is not None:
                    index.reload()
        except (ValueError, OSError) as error:
            logger.debug("the keyword index of %s cannot be used", library.folder, exc_info=True)
            derived.tell_anew("the keyword index", library, error, left=derived.was_left(self._folder))
            self.close()
            return False
        self._mark = mark
        return mark.generation == latest

    def _build(self, library: Library, latest: int) -> None:
        mark = derived.new_mark(library, index_format=FORMAT, generation=0)
        with storage_errors(library.folder):
            for name in SCHEMAS:
                (self._folder / mark.build / name).mkdir(parents=True)
            self._chunks = open_index(self._folder / mark.build / "chunks", "chunks", create=True)
            self._articles = open_index(self._folder / mark.build / "articles", "articles", create=True)
        self._bring_to(library, mark, latest)
        derived.delete_other_builds(self._folder, keep=mark.build)

    def _brought(self, library: Library, mark: derived.Mark, latest: int) -> bool:
        """Whether the build could be brought to the latest generation.

        It cannot where files of it are damaged, or where a process was killed at the end of a commit: what it had
        written under the names of the next commit's files is in the way of every later one.
        """
        left = derived.was_left(self._folder)
        try:
            self._bring_to(library, mark, latest)
        except (ValueError, OSError) as error:
            logger.debug("the keyword index of %s cannot be used", library.folder, exc_info=True)
            derived.tell_anew("the keyword index", library, error, left=left)
            self.close()
            return False
        return True

    def _bring_to(self, library: Library, mark: derived.Mark, latest: int) -> None:
        """Takes every article touched since the mark out of the index and puts its current version in."""
        chunk_index, article_index = self._chunks, self._articles
        if chunk_index is None or article_index is None:
            raise RetrievalError("the keyword index was closed while it was being brought up to date: open it again")
        changed = library.keys_changed_since(mark.generation)
        heap_bytes = _SMALL_HEAP_BYTES if len(changed) <= _FEW_ARTICLES else _HEAP_BYTES
        with storage_errors(library.folder):
            derived.begin_change(self._folder)
        with (
            storage_errors(library.folder),
            _writing(chunk_index, heap_bytes) as chunk_writer,
            _writing(article_index, heap_bytes) as article_writer,
        ):
            for article_key in changed:
                chunk_writer.delete_documents_by_term("article_key", article_key)
                article_writer.delete_documents_by_term("article_key", article_key)
            with library.reading() as connection:
                for article in articles_changed(connection, mark.generation):
                    article_writer.add_document(article_document(article))
                for chunk in chunks_changed(connection, mark.generation):
                    chunk_writer.add_document(chunk_document(chunk))
            chunk_writer.commit()
            article_writer.commit()
        with storage_errors(library.folder):
            chunk_index.reload()
            article_index.reload()
            self._mark = derived.at_generation(mark, latest)
            derived.write_mark(self._folder, self._mark)
            derived.end_change(self._folder)


@contextmanager
def _writing(index: tantivy.Index, heap_bytes: int) -> Iterator[tantivy.IndexWriter]:
    """A writer that lets go of its lock however its block ends: what was not committed is as if never written."""
    writer = index.writer(heap_bytes, 1)
    try:
        yield writer
    finally:
        writer.wait_merging_threads()


_NOTHING: Scored = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


def _frequencies(index: tantivy.Index | None, question: str) -> dict[str, int]:
    if index is None:
        return {}
    searcher = index.searcher()
    return {term: searcher.doc_freq("body", term) for term in keywordtext.terms(question, stop_words=True)}
