"""Rerankers: an endpoint on loopback and a llama-index postprocessor put evidence into another order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle
from store_parts import Store, made_article

from app.config import load_settings
from app.errors import ConfigError
from app.wiring import open_reranker
from index.errors import RetrievalError
from index.reranking import EndpointReranker, PostprocessorReranker, Reranker
from index.retrieval import Retriever


class Endpoint:
    """Answers /rerank with `results`, and remembers what it was asked."""

    def __init__(self) -> None:
        self.reply: Any = {"results": []}
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                endpoint.asked.append(
                    {"path": self.path} | json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                )
                endpoint.keys.append(self.headers["Authorization"])
                body = json.dumps(endpoint.reply).encode()
                self.send_response(endpoint.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    served = Endpoint()
    yield served
    served.close()


def results(*scores: float) -> dict[str, Any]:
    return {"results": [{"index": place, "relevance_score": score} for place, score in enumerate(scores)]}


def test_endpoint_orders_by_relevance(endpoint: Endpoint) -> None:
    endpoint.reply = results(0.1, 0.9, -3.0)
    reranker = EndpointReranker(endpoint.url + "/", "judge", "secret")
    assert reranker.order("Who?", ["a", "b \ud800", "c"]) == [1, 0, 2]
    (asked,) = endpoint.asked
    assert asked == {
        "path": "/v1/rerank",
        "model": "judge",
        "query": "Who?",
        "documents": ["a", "b ?", "c"],
        "top_n": 3,
    }
    assert endpoint.keys == ["Bearer secret"]


@pytest.mark.parametrize(
    ("status", "reply"),
    [
        (500, {}),
        (200, []),
        (200, {"results": [{"index": 0}]}),
        (200, {"results": [{"index": 7, "relevance_score": 1}]}),
        (200, {"results": [{"index": 0, "relevance_score": 1}, {"index": 0, "relevance_score": 2}]}),
    ],
)
def test_endpoint_that_fails_or_answers_something_else_raises(endpoint: Endpoint, status: int, reply: Any) -> None:
    endpoint.status, endpoint.reply = status, reply
    with pytest.raises(RetrievalError, match="rerank"):
        EndpointReranker(endpoint.url, "judge").order("Who?", ["a"])


class Backwards(BaseNodePostprocessor):
    """Turns the order round and leaves the first out."""

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        assert query_bundle is not None
        if "fail" in query_bundle.query_str:
            raise KeyError("no model")
        return nodes[:0:-1]


def test_postprocessor_of_llama_index_is_a_reranker() -> None:
    reranker = PostprocessorReranker(Backwards())
    assert reranker.order("Who?", ["a", "b", "c"]) == [2, 1]
    with pytest.raises(RetrievalError, match="the reranker Backwards failed"):
        reranker.order("fail", ["a"])


class Shortest:
    """Puts short passages first."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def order(self, question: str, texts: Sequence[str]) -> list[int]:
        self.seen.extend(texts)
        return sorted(range(len(texts)), key=lambda place: len(texts[place]))


def test_evidence_comes_in_the_order_of_the_reranker(tmp_path: Path) -> None:
    def opened(store: Store, reranker: Reranker | None) -> Retriever:
        return Retriever(store.library, store.embedder, store.vectors, store.keywords, reranker=reranker)

    with Store(tmp_path) as store:
        store.add(*(made_article(number, sentences=3 + number) for number in range(6)))
        plain, judge = opened(store, None), Shortest()
        reranking = opened(store, judge)
        before = plain.retrieve("story1 everywhere", k=20).evidence
        after = reranking.retrieve("story1 everywhere", k=3).evidence
        assert len(after) == 3
        assert len(judge.seen) > 3
        assert {passage.quote for passage in after} <= {passage.quote for passage in before}
        lengths = [len(f"{passage.title}\n{passage.quote}") for passage in after]
        assert lengths == sorted(lengths)
        scores = [passage.score for passage in after]
        assert scores == sorted(scores, reverse=True)
        read = reranking.read_closely("story1 everywhere", reranking.retrieve("story1 everywhere", k=3), k=3).evidence
        assert [passage.quote for passage in read] == [passage.quote for passage in after]
        assert [passage.score for passage in read] == sorted((passage.score for passage in read), reverse=True)
        assert reranking.retrieve("???", k=3).library_articles == 6
        plain.close()
        reranking.close()


def test_reranker_is_off_unless_it_is_configured(tmp_path: Path) -> None:
    assert open_reranker(load_settings(library=tmp_path)) is None
    named = load_settings(library=tmp_path, rerank_base_url="http://127.0.0.1:1/v1", rerank_model="judge")
    assert isinstance(open_reranker(named), EndpointReranker)
    with pytest.raises(ConfigError, match="ONRECORD_RERANK_MODEL"):
        load_settings(library=tmp_path, rerank_base_url="http://127.0.0.1:1/v1")
