"""llama-index's CitationQueryEngine over our library, answering like a Desk: what a reader would get from it instead.

It is given the same chunks with title and date, the same vectors, and the same writer, and its own prompt and its own
way otherwise: dense search, the best four chunks, one reply in one piece. It knows neither the asking date nor earlier
turns, so a follow-up reaches it as it was typed. Leaves out: anything that would make it better than it is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from uuid import uuid4

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from app.config import Settings
from app.describing import facts
from app.entries import ArticleSummary
from app.errors import WriterError
from app.evaluation.systems.bare_writer import open_bare_writer, spent
from app.evaluation.systems.engine_reply import answer_of
from app.schema import Answer
from app.wiring import open_embedder
from index.articles import Evidence, Retrieved, Version
from index.chunktexts import embedded_text
from index.embedding import Embedder
from index.embedding.llamaindex import LlamaIndexEmbedding
from index.exactvectors import ExactVectors
from index.library import Library

CHUNKS_READ = 4
"""As many as were best on our own news questions; with the library's chunks they are about 1,000 tokens."""
_CHUNK = "chunk"


class CitationEngine:
    """Asked like a Desk; its sentences cite whole chunks, and are checked as ours are."""

    def __init__(self, library: Library, embedder: Embedder, llm: LLM) -> None:
        self._library = library
        self._llm = llm
        self._retriever = DenseRetriever(library, LlamaIndexEmbedding(embedder))
        self._engine = CitationQueryEngine(self._retriever, llm=llm)

    def ask(
        self,
        question: str,
        *,
        as_of: date | str | None = None,  # noqa: ARG002 - as a Desk is asked
        quotes_only: bool = False,  # noqa: ARG002
        history: Sequence[tuple[str, str]] = (),  # noqa: ARG002
    ) -> Answer:
        """The engine's answer; the day, the history and the wish for quotes are nothing that it knows of.

        Raises WriterError when it gives none: that is a failure, no abstention.
        """
        spent(self._llm)  # what an earlier question cost that failed
        started = time.perf_counter()
        try:
            response = self._engine.query(question)
        except Exception as error:  # the border to llama-index, openai and httpx, which raise their own kinds
            raise WriterError(f"the CitationQueryEngine failed: {error}") from error
        return answer_of(
            str(response),
            [self._retriever.passage(node) for node in response.source_nodes],
            question=question,
            turn_id=uuid4().hex[:16],
            writer=self._llm.metadata.model_name,
            retrieval_seconds=self._retriever.latest.seconds,
            total_seconds=time.perf_counter() - started,
            tokens=spent(self._llm),
        )

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        as_of: date | str | None = None,  # noqa: ARG002
    ) -> Retrieved:
        """The best chunks for the question, and their articles."""
        evidence = tuple(map(self._retriever.passage, self._retriever.nearest(question, 4 * k)))
        articles = len(self._library.articles())
        return Retrieved(
            evidence=evidence[:k],
            articles=tuple((one.article_id, one.score) for one in evidence),
            as_of=None,
            library_articles=articles,
            allowed_articles=articles,
            undated_left_out=0,
        )

    def articles(self) -> list[ArticleSummary]:
        """The library's list."""
        return [
            ArticleSummary(**facts(entry), origin=entry.origin, words=entry.words, added_at=entry.added_at.isoformat())
            for entry in self._library.articles()
        ]

    def article(self, article_id: str, version: int | None = None) -> Version:
        """A version, the newest unless told otherwise."""
        return self._library.article(article_id, version)


class DenseRetriever(BaseRetriever):
    """The chunks nearest to the question, with title and date in front: what a vector store gives."""

    def __init__(self, library: Library, embedding: BaseEmbedding) -> None:
        self._library = library
        self._embedding = embedding
        self._vectors = ExactVectors(library.dimension)
        self._vectors.catch_up(library)
        self._catalogue = library.catalogue()
        self.latest = _Latest()
        super().__init__()

    def nearest(self, question: str, k: int) -> list[NodeWithScore]:
        """The `k` nearest chunks as nodes, best first; scores are cosines."""
        vector = np.array(self._embedding.get_query_embedding(question), np.float32)
        ids, similarities = self._vectors.search(vector, k)
        return [
            NodeWithScore(node=self._node(int(chunk_id)), score=float(similarity))
            for chunk_id, similarity in zip(ids, similarities, strict=True)
        ]

    def passage(self, node: NodeWithScore) -> Evidence:
        """The chunk that a node is about, also where the engine has made a numbered source of it."""
        similarity = float(node.score or 0.0)
        passage = self._chunk(int(node.node.metadata[_CHUNK]))
        return replace(passage, score=min(1.0, max(0.0, similarity)), similarity=similarity)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        started = time.perf_counter()
        nodes = self.nearest(query_bundle.query_str, CHUNKS_READ)
        self.latest.seconds = time.perf_counter() - started
        return nodes

    def _node(self, chunk_id: int) -> TextNode:
        passage = self._chunk(chunk_id)
        return TextNode(
            text=embedded_text(passage.title, passage.published_at, passage.quote),
            metadata={_CHUNK: chunk_id},
            excluded_llm_metadata_keys=[_CHUNK],
            excluded_embed_metadata_keys=[_CHUNK],
        )

    def _chunk(self, chunk_id: int) -> Evidence:
        catalogue = self._catalogue
        (place,) = catalogue.positions_of_chunks(np.array([chunk_id]))
        version = self._library.article(catalogue.article_ids[catalogue.chunk_articles[place]])
        start, end = int(catalogue.starts[place]), int(catalogue.ends[place])
        return Evidence(
            article_id=version.article_id,
            version=version.number,
            start=start,
            end=end,
            quote=version.text[start:end],
            score=0.0,
            title=version.title,
            source=version.source,
            published_at=version.published_at,
            url=version.url,
        )


class _Latest(threading.local):
    """How long this thread's latest search took."""

    seconds = 0.0


@contextmanager
def open_engine(settings: Settings) -> Iterator[CitationEngine]:
    """The engine over the library that the settings name, with the writer that they name.

    Raises WriterUnavailableError when its weights are not on this machine, LibraryError, ModelFileError.
    """
    with open_bare_writer(settings) as llm:
        embedder = open_embedder(settings)
        folder, name, dimension = settings.library, embedder.name, embedder.dimension
        with Library.open(folder, embedder_name=name, dimension=dimension) as library:
            yield CitationEngine(library, embedder, llm)
