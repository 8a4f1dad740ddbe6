"""The native retriever as a llama-index one. Leaves out: finding anything (retrieval).

A `QueryBundle` carries no filters: what restricts a search is given when the adapter is made.
"""

from __future__ import annotations

from datetime import date

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from index.articles import Evidence, Filters
from index.retrieval import Retriever


class LibraryRetriever(BaseRetriever):
    """Evidence as nodes, best first, scores in [0, 1]; a node's text is the quote, `text[start:end]` of its version.

    The metadata are article_id, version, start, end, title, source, published_at (ISO, None where it is not known)
    and url; only title, source and published_at are shown to a model. What it is made with is as in
    `Retriever.retrieve`. Raises RetrievalError, EmbeddingError.
    """

    def __init__(
        self,
        retriever: Retriever,
        *,
        as_of: date | None = None,
        filters: Filters | None = None,
        k: int = 8,
        passage_characters: int | None = None,
    ) -> None:
        self._retriever = retriever
        self._as_of = as_of
        self._filters = filters
        self._k = k
        self._passage_characters = passage_characters
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._retriever.retrieve(
            query_bundle.query_str,
            as_of=self._as_of,
            filters=self._filters,
            k=self._k,
            passage_characters=self._passage_characters,
        )
        return [NodeWithScore(node=_node(passage), score=passage.score) for passage in found.evidence]


def _node(passage: Evidence) -> TextNode:
    """A node that is the same whenever the same span is found."""
    unread = ["article_id", "version", "start", "end", "url"]
    return TextNode(
        id_=f"{passage.article_id}:{passage.version}:{passage.start}-{passage.end}",
        text=passage.quote,
        metadata={
            "article_id": passage.article_id,
            "version": passage.version,
            "start": passage.start,
            "end": passage.end,
            "title": passage.title,
            "source": passage.source,
            "published_at": passage.published_at.isoformat() if passage.published_at else None,
            "url": passage.url,
        },
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        excluded_llm_metadata_keys=unread,
        excluded_embed_metadata_keys=unread,
    )
