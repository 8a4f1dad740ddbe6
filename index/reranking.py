"""Rerankers: they put evidence into another order, and fetch nothing. Off unless the user configures one.

Two kinds: an endpoint of Cohere's form (Cohere, Jina, vLLM, llama.cpp's server), and any llama-index node
postprocessor, which is how a local cross-encoder comes in. Leaves out: finding the evidence (retrieval).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import httpx

from index.articles import Evidence
from index.errors import RetrievalError

if TYPE_CHECKING:
    from llama_index.core.postprocessor.types import BaseNodePostprocessor

RERANKED = 20
"""So many passages are put to a reranker, or as many as are asked for where that is more."""


class Reranker(Protocol):
    """What every reranker offers. Calls may come from several threads at once."""

    def order(self, question: str, texts: Sequence[str]) -> list[int]:
        """Positions of the texts, best first, none twice; one it leaves out is dropped. Raises RetrievalError."""
        ...


class EndpointReranker:
    """`model` at `base_url`/rerank, in Cohere's form. Nothing is sent until something is to be ordered."""

    def __init__(self, base_url: str, model: str, api_key: str | None = None, *, timeout_seconds: float = 30.0) -> None:
        self.base_url = base_url.rstrip("/")
        self.model = model
        self._api_key = api_key
        self._timeout_seconds = timeout_seconds

    def order(self, question: str, texts: Sequence[str]) -> list[int]:
        """Positions of the texts by descending relevance. Raises RetrievalError."""
        documents = [text.encode("utf-8", "replace").decode() for text in texts]
        asked = {"model": self.model, "query": question, "documents": documents, "top_n": len(documents)}
        try:
            reply = self._client.post(f"{self.base_url}/rerank", json=asked)
            reply.raise_for_status()
            results = reply.json()["results"]
            found = [(-float(one["relevance_score"]), int(one["index"])) for one in results]
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
            raise RetrievalError(
                f"the rerank endpoint {self.base_url} failed for model '{self.model}' ({error}): "
                "check ONRECORD_RERANK_BASE_URL, _MODEL and _API_KEY"
            ) from error
        return _valid([place for _, place in sorted(found)], len(texts), self.base_url)

    @cached_property
    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self._api_key}"} if self._api_key else {}
        return httpx.Client(headers=headers, timeout=self._timeout_seconds)


class PostprocessorReranker:
    """Any llama-index node postprocessor: its order is taken, its scores are not."""

    def __init__(self, postprocessor: BaseNodePostprocessor) -> None:
        self._postprocessor = postprocessor

    def order(self, question: str, texts: Sequence[str]) -> list[int]:
        """Positions of the texts as the postprocessor returns them. Raises RetrievalError."""
        from llama_index.core.schema import NodeWithScore, TextNode

        nodes = [
            NodeWithScore(node=TextNode(id_=str(place), text=text), score=1 / (1 + place))
            for place, text in enumerate(texts)
        ]
        try:
            kept = self._postprocessor.postprocess_nodes(nodes, query_str=question)
        except Exception as error:  # the border to whatever the user configured
            name = type(self._postprocessor).__name__
            raise RetrievalError(f"the reranker {name} failed ({error}): mend it, or take it out") from error
        return _valid([int(node.node.node_id) for node in kept], len(texts), type(self._postprocessor).__name__)


def reranked(evidence: Sequence[Evidence], question: str, reranker: Reranker, *, k: int) -> list[Evidence]:
    """The at most `k` passages that the reranker puts first, in its order; the scores stay in descending order.

    It is shown each passage under its title. Raises RetrievalError.
    """
    if not evidence:
        return []
    order = reranker.order(question, [f"{passage.title}\n{passage.quote}" for passage in evidence])
    return [replace(evidence[place], score=better.score) for place, better in zip(order[:k], evidence, strict=False)]


def in_the_order_of(ordered: Sequence[Evidence], passages: Sequence[Evidence]) -> list[Evidence]:
    """The passages in another order of theirs, with the scores that they have in descending order."""
    places = {(one.article_id, one.version, one.start): place for place, one in enumerate(ordered)}
    kept = sorted(passages, key=lambda one: places[one.article_id, one.version, one.start])
    scores = sorted((one.score for one in passages), reverse=True)
    return [replace(passage, score=score) for passage, score in zip(kept, scores, strict=True)]


def _valid(order: list[int], n_texts: int, name: str) -> list[int]:
    if len(set(order)) != len(order) or not all(0 <= place < n_texts for place in order):
        raise RetrievalError(f"the reranker {name} gave positions {order} for {n_texts} texts: check what it is")
    return order
