"""The same articles through llama-index and Chroma as they come: what adding costs there, and a date filter.

Chroma's own embedding code is run over our copy of the same weights, so that nothing is downloaded; it pads every chunk
to 256 tokens. The store is asked as llama-index's ChromaVectorStore asks it, without that package. Leaves out: ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from time import perf_counter
from typing import Any

import onnxruntime  # type: ignore[import-untyped]
from chromadb import PersistentClient
from chromadb.config import Settings
from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import Document, MetadataMode
from pydantic import PrivateAttr

from app.evaluation.benchmark.adding import rates
from app.evaluation.benchmark.speed import Timed, timed
from app.evaluation.golden.reading import Golden
from index.articles import Article
from index.catalogue import UNDATED
from index.chunking import CHUNK_TOKENS, OVERLAP_TOKENS
from index.embedding import Embedder, bertgraph
from index.exactvectors import vectors_added
from index.library import Library
from index.sentences import sentences

NEAREST = 8
"""As many passages as ours gives."""
_SLICE = 2_000


class _OurGraph:
    """Answers as the session that Chroma opens does."""

    def __init__(self, weights: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(weights.parent))
        self._session = onnxruntime.InferenceSession(
            bertgraph.build(weights), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def run(self, _outputs: None, inputs: Mapping[str, Any]) -> list[Any]:
        given = {"ids": inputs["input_ids"], "mask": inputs["attention_mask"]}
        found: list[Any] = self._session.run(["tokens"], given)
        return found


class _Chroma(ONNXMiniLM_L6_V2):
    """Chroma's default embedding function with the weights that are here."""

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self._weights = weights

    @cached_property
    def model(self) -> _OurGraph:
        return _OurGraph(self._weights)

    @cached_property
    def tokenizer(self) -> Any:
        tokenizer = self.Tokenizer.from_file(str(self._weights.with_name("tokenizer.json")))
        tokenizer.enable_truncation(max_length=256)
        tokenizer.enable_padding(pad_id=0, pad_token="[PAD]", length=256)  # noqa: S106 - as Chroma has it
        return tokenizer

    def embed(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self._forward(texts).tolist()
        return rows


class _DefaultEmbedding(BaseEmbedding):
    """That function as a llama-index embedding."""

    _chroma: _Chroma = PrivateAttr()

    def __init__(self, weights: Path) -> None:
        super().__init__(model_name="chroma-default", embed_batch_size=64)
        self._chroma = _Chroma(weights)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._chroma.embed([query])[0]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._chroma.embed([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._chroma.embed(texts)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def _client(folder: Path) -> Any:
    return PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


def _in_sentences(text: str) -> list[str]:
    """In place of NLTK's sentences, whose file is refused where packages are installed by hard links."""
    starts = [start for start, _ in sentences(text)]
    return [text[start:end] for start, end in zip([0, *starts[1:]], [*starts[1:], len(text)], strict=True)]


def pipeline_rates(articles: Sequence[Article], weights: Path, folder: Path) -> dict[str, float]:
    """As `adding.rates`, through llama-index's IngestionPipeline into Chroma, with its default embedding."""
    splitter = SentenceSplitter(
        chunk_size=CHUNK_TOKENS, chunk_overlap=OVERLAP_TOKENS, chunking_tokenizer_fn=_in_sentences
    )
    embedding = _DefaultEmbedding(weights)
    embedding.get_text_embedding("warm")
    pipeline = IngestionPipeline(transformations=[splitter, embedding])
    documents = [Document(text=one.text, metadata={"title": one.title}) for one in articles]
    client = _client(folder)
    collection = client.create_collection("articles", embedding_function=None)
    began = perf_counter()
    nodes = pipeline.run(documents=documents)
    for first in range(0, len(nodes), _SLICE):
        part = nodes[first : first + _SLICE]
        collection.add(
            ids=[node.node_id for node in part],
            embeddings=[node.embedding for node in part],
            documents=[node.get_content(MetadataMode.NONE) for node in part],
            metadatas=[dict(node.metadata) for node in part],
        )
    seconds = perf_counter() - began
    client.close()
    return rates([node.get_content(MetadataMode.EMBED) for node in nodes], seconds, weights)


def dated_times(
    library: Library, embedder: Embedder, questions: Sequence[Golden], folder: Path, *, since: int
) -> dict[str, Timed]:
    """The question embedded and the nearest chunks asked for, without and with the day as a metadata filter.

    `since` is the first day that passes, as `Catalogue.published_days`.
    """
    client = _client(folder)
    collection = client.create_collection("chunks", embedding_function=None, metadata={"hnsw:space": "ip"})
    catalogue = library.catalogue()
    with library.reading() as connection:
        ids, rows = vectors_added(connection, 0, library.dimension)
    days = catalogue.published_days[catalogue.chunk_articles[catalogue.positions_of_chunks(ids)]]
    for first in range(0, len(ids), _SLICE):
        part = slice(first, first + _SLICE)
        told = [{"day": max(int(day), -1) if day != UNDATED else -1} for day in days[part]]
        collection.add(ids=[str(one) for one in ids[part]], embeddings=rows[part], metadatas=told)

    def nearest(question: str, where: Any) -> object:
        vector: Any = embedder.embed_question(question)
        return collection.query(query_embeddings=[vector], n_results=NEAREST, where=where)

    asked = [one.question for one in questions]
    times = {
        name: timed([partial(nearest, question, where) for question in asked])
        for name, where in (("no filter", None), ("since a day", {"day": {"$gte": since}}))
    }
    client.close()
    return times
